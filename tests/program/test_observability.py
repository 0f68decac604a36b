"""What `eks-service` registers for logs, metrics and sessions, and that its deployers may."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.local.iam_policies import Request
from tests.support.deployers import WORKLOAD, asker, boundary, of_duty, of_provider, workload_account
from tests.support.programs import Run

FEATURES = {"podLogs": {"install": True, "retentionDays": 30}, "metrics": {"install": True}, "sessionManager": True}
ADDON, LOG_GROUP = "aws:eks/addon:Addon", "aws:cloudwatch/logGroup:LogGroup"
NEW = {"fluent-bit", "amazon-cloudwatch-observability"}


def test_features_add_their_own_resources_and_touch_no_others(workload_run: Run):
    plain, more = workload_run(), workload_run(**FEATURES)
    before = {each.urn: each.inputs for each in plain.registrations}
    after = {each.urn: each.inputs for each in more.registrations}
    assert {urn for urn in before if after.get(urn) != before[urn]} == set()
    assert {urn.rpartition("::")[2] for urn in after.keys() - before.keys()} == {
        "shop",
        "shop-pods",
        "shop-follow-request",
        "shop-metrics",
        "shop-fluent-bit",
        "shop-amazon-cloudwatch-observability",
        "shop-cloudwatch-agent",
        "shop-cloudwatch-agent-CloudWatchAgentServerPolicy",
        "shop-node-AmazonSSMManagedInstanceCore",
        "shop-logs",
        "shop-monitoring",
        "shop-ssm",
        "shop-ssmmessages",
    }


def test_a_query_that_follows_a_request_is_saved_over_the_pods_logs_and_only_when_there_are_any(workload_run: Run):
    query = workload_run(**FEATURES).only("aws:cloudwatch/queryDefinition:QueryDefinition")
    assert query.inputs["name"] == "eks-service-shop/follow-request"
    assert query.inputs["logGroupNames"] == ["/aws/containerinsights/shop/application"]
    assert not workload_run(metrics={"install": True}).of_type("aws:cloudwatch/queryDefinition:QueryDefinition")


def test_addons_come_after_nodes_and_nodes_after_the_log_groups(workload_run: Run):
    run = workload_run(**FEATURES)
    nodes = run.only("aws:eks/nodeGroup:NodeGroup")
    groups = {each.name: each for each in run.of_type(LOG_GROUP) if each.name in ("shop-pods", "shop-metrics")}
    assert {name: group.inputs["retentionInDays"] for name, group in groups.items()} == {
        "shop-pods": 30,
        "shop-metrics": 90,
    }
    assert {group.urn for group in groups.values()} <= set(nodes.depends_on)
    for addon in run.of_type(ADDON):
        assert (nodes.urn in addon.depends_on) is (addon.inputs["addonName"] in NEW | {"coredns", "metrics-server"})


def test_each_addon_has_a_role_of_its_own_and_waits_for_its_policy(workload_run: Run):
    run = workload_run(**FEATURES)
    roles = {each.outputs["arn"]: each.name for each in run.of_type("aws:iam/role:Role")}
    given = {each.inputs["addonName"]: each for each in run.of_type(ADDON) if each.inputs["addonName"] in NEW}
    accounts = {
        name: [(roles[one["roleArn"]], one["serviceAccount"]) for one in addon.inputs["podIdentityAssociations"]]
        for name, addon in given.items()
    }
    assert accounts == {
        "fluent-bit": [("shop-fluent-bit", "fluent-bit")],
        "amazon-cloudwatch-observability": [("shop-cloudwatch-agent", "cloudwatch-agent")],
    }
    (policy,) = [each for each in run.of_type("aws:iam/rolePolicy:RolePolicy") if each.name == "shop-fluent-bit"]
    assert policy.urn in given["fluent-bit"].property_dependencies["podIdentityAssociations"]


@pytest.mark.parametrize("duty", ["network", "iam", "eks"])
def test_deployers_may_make_and_remove_all_of_it(workload_run: Run, duty: str):
    asking = asker(WORKLOAD, "eks-service/shop", "workload")
    run = workload_run(roles={"permissionsBoundary": asking.boundary}, **FEATURES)
    requests = [request for one in of_provider(run, duty) for request in asking.of(one)]
    assert len(requests) > 40
    assert of_duty(f"workload-{duty}").refused(requests) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudwatch:PutMetricData", "*"),
        ("ssm:UpdateInstanceInformation", "*"),
        ("ssmmessages:OpenDataChannel", "*"),
        ("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{WORKLOAD}:log-group:/aws/containerinsights/shop/application:x"),
    ],
)
def test_within_the_boundary_the_features_work(action: str, resource: str):
    allowed = boundary(workload_account(), "workload")
    assert allowed.allow(Request(action, resource, {"aws:RequestedRegion": "eu-west-1"}))


def test_no_node_reads_parameters_by_way_of_session_manager():
    allowed = boundary(workload_account(), "workload")
    assert not allowed.allow(Request("ssm:GetParameter", "*", {"aws:RequestedRegion": "eu-west-1"}))


def test_the_configuration_of_an_addon_is_json(workload_run: Run):
    run = workload_run(**FEATURES)
    for addon in run.of_type(ADDON):
        if addon.inputs.get("configurationValues"):
            assert isinstance(json.loads(addon.inputs["configurationValues"]), dict)
