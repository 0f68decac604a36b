"""What logs and metrics of the pods bring, alone and together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload.addons import AddonPlan
from privatelink_ingress.plan.workload.nodes import plan_nodes
from privatelink_ingress.plan.workload.observability import ObservabilityPlan, plan_observability
from privatelink_ingress.settings.workload import WorkloadSettings

ON = {"install": True}


def settings(**keys: Any) -> WorkloadSettings:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **keys,
    }
    return WorkloadSettings.model_validate_json(json.dumps(values))


def planned(**keys: Any) -> ObservabilityPlan:
    plan = plan_observability(settings(**keys), name="shop", region="eu-west-1")
    assert plan is not None
    return plan


def addon(plan: ObservabilityPlan, name: str) -> AddonPlan:
    (found,) = [each for each in plan.addons if each.name == name]
    return found


def values(found: AddonPlan) -> dict[str, Any]:
    return json.loads(str(found.configuration))


def test_features_are_off_by_default():
    assert plan_observability(settings(), name="shop", region="eu-west-1") is None
    assert plan_observability(settings(podLogs={"retentionDays": 30}), name="shop", region="eu-west-1") is None


def test_pod_logs_write_only_to_the_stacks_own_log_group():
    plan = planned(podLogs={**ON, "retentionDays": 30})
    assert [(group.name, group.storage.retention_days) for group in plan.log_groups] == [
        ("/aws/containerinsights/shop/application", 30)
    ]
    fluent_bit = addon(plan, "fluent-bit")
    output = values(fluent_bit)["config"]["outputs"]
    assert output.startswith("[OUTPUT]\n    Name cloudwatch_logs\n")
    assert "    log_group_name /aws/containerinsights/shop/application\n" in output
    assert "    region eu-west-1\n" in output
    assert "    auto_create_group Off\n" in output
    assert (fluent_bit.service_account, fluent_bit.role and fluent_bit.role.managed_policies) == ("fluent-bit", ())
    assert fluent_bit.role is not None
    (statement,) = json.loads(str(fluent_bit.role.policy))["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    assert statement["Resource"] == (
        "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/containerinsights/shop/application:*"
    )


def test_metrics_collect_container_insights_and_neither_logs_nor_traces():
    plan = planned(metrics=ON)
    assert [(group.name, group.storage.retention_days) for group in plan.log_groups] == [
        ("/aws/containerinsights/shop/performance", 90)
    ]
    agent = addon(plan, "amazon-cloudwatch-observability")
    assert values(agent) == {
        "containerLogs": {"enabled": False},
        "agent": {"config": {"logs": {"metrics_collected": {"kubernetes": {"enhanced_container_insights": True}}}}},
    }
    assert agent.role is not None
    assert (agent.service_account, agent.role.managed_policies) == (
        "cloudwatch-agent",
        ("CloudWatchAgentServerPolicy",),
    )


def test_together_each_keeps_its_own_and_container_logs_have_one_owner():
    both, logs, metrics = planned(podLogs=ON, metrics=ON), planned(podLogs=ON), planned(metrics=ON)
    assert both.addons == (*logs.addons, *metrics.addons)
    assert both.log_groups == (*logs.log_groups, *metrics.log_groups)
    owners = [each.name for each in both.addons if values(each).get("containerLogs", {}).get("enabled", True)]
    assert owners == ["fluent-bit"]


@pytest.mark.parametrize("keys", [{"podLogs": ON}, {"metrics": ON}])
def test_their_roles_are_pod_identitys_and_within_the_boundary(keys: dict[str, Any]):
    boundary = "arn:aws:iam::111111111111:policy/limit"
    (found,) = planned(**keys, roles={"permissionsBoundary": boundary}).addons
    assert found.role is not None
    assert found.role.permissions_boundary == boundary
    (trust,) = json.loads(found.role.trust_policy)["Statement"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] == found.service_account


def test_another_partition_has_its_own_arns():
    plan = plan_observability(settings(podLogs=ON), name="shop", region="cn-north-1")
    assert plan is not None
    (fluent_bit,) = plan.addons
    assert fluent_bit.role is not None
    assert '"arn:aws-cn:logs:cn-north-1:111111111111:log-group:' in str(fluent_bit.role.policy)


def test_their_versions_can_be_pinned_once_they_are_installed():
    loaded = settings(podLogs=ON, cluster={"addons": {"fluent-bit": "v4.1.0-eksbuild.1"}})
    plan = plan_observability(loaded, name="shop", region="eu-west-1")
    assert plan is not None
    versions = {
        each.name: each.version
        for each in plan_nodes(loaded, name="shop", region="eu-west-1", features=plan.addons).workloads
    }
    assert versions == {"coredns": None, "metrics-server": None, "fluent-bit": "v4.1.0-eksbuild.1"}


def test_nodes_have_the_right_to_open_sessions_only_with_session_manager():
    policy = "AmazonSSMManagedInstanceCore"
    assert policy in plan_nodes(settings(sessionManager=True), name="shop", region="eu-west-1").role.managed_policies
    assert policy not in plan_nodes(settings(), name="shop", region="eu-west-1").role.managed_policies
