"""Changes of a workload stack that is in use: what each replaces, in which order, and what refuses before it starts.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended. Names such
as F2 are those of the review that found the faults in the sources of the real providers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress.plan.alarm_keys import ADMITTING
from tests.support.engine import REGION, Stack, World
from tests.support.engine_calls import Completed

ACCOUNT = "111111111111"
WRITER = "arn:aws:iam::222222222222:role/privatelink-ingress/ingress-parameter-shop"


ALARMS = json.dumps({"enabled": True, "key": "alias/alarms"})


@pytest.fixture(scope="module")
def key_arn(world: World) -> str:
    return world.cloud.session(ACCOUNT, REGION).client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def stack(world: World, key_arn: str) -> Stack:
    made = world.sample("eks-service/shop")
    made.set("controller", install=False)
    made.set("sample", install=False)
    made.set("cluster", version="1.35", secretsKeyArn=key_arn)
    made.set("publication", parameter={"writerRoleArn": WRITER})
    made.up()
    return made


def refused(stack: Stack, key: str, **values: object) -> list[str]:
    """What a preview of other values says against them; afterwards the stack file is as it was."""
    before = dict(stack.config)
    stack.set(key, **values)
    try:
        return list(stack.failing("preview").errors)
    finally:
        stack.config = before


def refusal(stack: Stack, key: str, **values: object) -> str:
    """The text of the errors of `refused`, whose order the engine does not promise."""
    return "\n".join(refused(stack, key, **values))


def resource(stack: Stack, type_: str) -> Mapping[str, Any]:
    [found] = [each for each in stack.resources().values() if each["type"] == type_]
    return found


PROTECTED = "as it is currently marked for protection"


def test_f6_another_network_range_is_refused_by_the_preview(stack):
    errors = refused(stack, "network", cidr="10.13.0.0/16")
    assert [each for each in errors if PROTECTED in each and "aws:ec2/vpc:Vpc::shop" in each]


def test_f1_a_role_that_needs_an_external_id_cannot_deploy_into_the_cluster(stack):
    before = dict(stack.config)
    stack.set("roles", eks="arn:aws:iam::111111111111:role/eks", externalId="edge-2c81")
    error = refusal(stack, "controller", install=True)
    stack.config = before
    assert "roles.externalId: is set beside roles.eks" in error
    assert "`aws eks get-token`, which cannot send an external id" in error


@pytest.mark.parametrize("wanted", [None, "arn:aws:kms:eu-west-1:111111111111:key/another"])
def test_f2_f10_the_key_of_the_secrets_can_neither_be_removed_nor_changed(stack, key_arn, wanted):
    error = refusal(stack, "cluster", secretsKeyArn=wanted)
    assert (
        f"cluster.secretsKeyArn: is {wanted or 'not set'}, but the cluster encrypts its secrets with {key_arn}" in error
    )
    assert f"Write {key_arn} again." in error


def test_f2_a_cluster_that_would_be_replaced_is_refused_by_the_preview(world, stack):
    """The role was deleted outside of Pulumi, so a refresh forgets it and the next run would create another."""
    cluster = resource(stack, "aws:eks/cluster:Cluster")
    before = stack.state()
    changed = json.loads(json.dumps(before))
    for each in changed["resources"]:
        if each["urn"] == cluster["urn"]:
            each["inputs"]["roleArn"] = each["outputs"]["roleArn"] = "arn:aws:iam::111111111111:role/gone"
    stack.restore(changed)
    errors = stack.failing("preview").errors
    stack.restore(before)
    assert [each for each in errors if PROTECTED in each and "aws:eks/cluster:Cluster::shop-eksCluster" in each]


def test_two_minor_versions_at_once_and_a_downgrade_are_refused_by_the_preview(stack):
    two = refusal(stack, "cluster", version="1.37")
    assert 'cluster.version: is "1.37", but the cluster runs 1.35' in two
    assert 'Write "1.36", run `pulumi up`, and then the next one.' in two
    down = refusal(stack, "cluster", version="1.34")
    assert 'cluster.version: is "1.34", but the cluster runs 1.35, and EKS does not downgrade' in down


def test_after_the_refusals_nothing_has_changed(stack):
    assert stack.up().shown() == []


def test_f3_a_higher_minimum_adds_nodes_and_updates_the_node_group_alone(world, stack):
    stack.set("nodes", min=4)
    assert stack.up_as_previewed().shown() == ["update NodeGroup shop-nodes"]
    assert sizes(world) == {"minSize": 4, "maxSize": 6, "desiredSize": 4}
    assert stack.up().shown() == []


def test_f3_what_an_autoscaler_added_is_neither_a_change_nor_drained_by_other_bounds(world, stack):
    scale(world, desired=6)
    assert stack.up().shown() == []
    stack.set("nodes", max=8)
    assert stack.up().shown() == ["update NodeGroup shop-nodes"]
    assert sizes(world) == {"minSize": 4, "maxSize": 8, "desiredSize": 6}
    stack.set("nodes", min=3)
    stack.up()
    assert sizes(world) == {"minSize": 3, "maxSize": 8, "desiredSize": 6}
    assert stack.up().shown() == []


def test_f3_a_lower_maximum_removes_only_the_nodes_above_it(world, stack):
    stack.set("nodes", max=5)
    assert stack.up().shown() == ["update NodeGroup shop-nodes"]
    assert sizes(world) == {"minSize": 3, "maxSize": 5, "desiredSize": 5}
    assert stack.up().shown() == []


def group(world: World) -> dict[str, str]:
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    [name] = eks.list_nodegroups(clusterName="shop")["nodegroups"]
    return {"clusterName": "shop", "nodegroupName": name}


def sizes(world: World) -> dict[str, int]:
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    return eks.describe_nodegroup(**group(world))["nodegroup"]["scalingConfig"]


def scale(world: World, *, desired: int) -> None:
    """What an autoscaler does: EKS reports the autoscaling group's capacity as the desired size."""
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    eks.update_nodegroup_config(**group(world), scalingConfig=sizes(world) | {"desiredSize": desired})


def test_f5_the_parameter_is_replaced_by_name_without_meeting_itself(stack):
    [urn] = [urn for urn in stack.resources() if "aws:ssm/parameter:Parameter" in urn]
    result = stack.up(replace=[urn])
    assert [step.operation for step in result.steps] == ["delete-replaced", "replace", "create-replacement"]


def test_f5_a_changed_contract_is_written_by_a_role_that_may_not_overwrite(world, stack):
    stack.set("publication", healthPath="/ready")
    result = stack.up_as_previewed()
    assert [str(step) for step in result.steps if step.operation == "update"] == ["update TargetGroup shop-http"]
    assert [str(step) for step in result.steps if step.operation != "update"] == [
        "delete-replaced Parameter shop-contract",
        "replace Parameter shop-contract",
        "create-replacement Parameter shop-contract",
    ]
    ssm = world.cloud.session("222222222222", REGION).client("ssm")
    parameter = ssm.get_parameter(Name="/central-ingress/connections/shop")["Parameter"]
    assert json.loads(parameter["Value"])["health_path"] == "/ready"
    assert parameter["Version"] == 1, "created, not overwritten"
    assert stack.up().shown() == []


def test_other_logs_of_the_control_plane_are_an_update_of_the_cluster_alone(stack):
    stack.set("cluster", logTypes=["audit"])
    assert stack.up_as_previewed().shown() == ["update Cluster shop-eksCluster"]
    assert stack.up().shown() == []


def watched(world: World) -> dict[str, Any]:
    """The alarms of the account by name."""
    found = world.cloud.session(ACCOUNT, REGION).client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {alarm["AlarmName"]: alarm for alarm in found}


def test_alarms_whose_key_does_not_exist_are_refused_by_the_preview(stack):
    before = dict(stack.config)
    stack.config["eks-service:alarms"] = ALARMS
    error = "\n".join(stack.failing("preview").errors)
    stack.config = before
    assert "alarms.key: is alias/alarms, which cannot be looked up" in error


def test_alarms_come_with_their_topic_and_watch_the_balancer_that_the_stack_has(world, stack, key_arn):
    kms = world.cloud.session(ACCOUNT, REGION).client("kms")
    kms.create_alias(AliasName="alias/alarms", TargetKeyId=key_arn.rpartition("/")[2])
    stack.config["eks-service:alarms"] = ALARMS
    assert "whose policy does not allow cloudwatch.amazonaws.com" in "\n".join(stack.failing("preview").errors)
    policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    policy["Statement"].append(ADMITTING)
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(policy))
    steps = stack.up_as_previewed().shown()
    assert {step.split()[0] for step in steps} == {"create"}
    assert {step.split()[1] for step in steps} == {"WorkloadAlarms", "AlarmTopic", "Topic", "MetricAlarm"}
    balancer = resource(stack, "aws:lb/loadBalancer:LoadBalancer")["outputs"]["arnSuffix"]
    of_zones = [alarm for name, alarm in watched(world).items() if name.startswith("eks-service/shop/unhealthy-")]
    assert len(of_zones) == 3
    for alarm in of_zones:
        assert {"Name": "LoadBalancer", "Value": balancer} in alarm["Dimensions"]
        assert alarm["AlarmActions"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:eks-service-shop-alarms"]
    assert stack.up().shown() == []


def test_another_threshold_is_an_update_of_its_alarm_alone(world, stack):
    stack.set("alarms", portErrors=5)
    assert stack.up_as_previewed().shown() == ["update MetricAlarm shop-port-errors"]
    assert watched(world)["eks-service/shop/port-errors"]["Threshold"] == 5
    assert stack.refresh().shown() == []


def test_alarms_go_with_their_topic_and_leave_the_service_alone(world, stack):
    del stack.config["eks-service:alarms"]
    steps = stack.up_as_previewed().shown()
    assert {step.split()[0] for step in steps} == {"delete"}
    assert watched(world) == {}
    assert world.cloud.session(ACCOUNT, REGION).client("sns").list_topics()["Topics"] == []


def test_a_minor_version_reaches_the_control_plane_then_the_agents_then_the_nodes_then_the_other_add_ons(world, stack):
    stack.set("cluster", version="1.36")
    completed = Completed()
    with world.watched(completed):
        result = stack.up_as_previewed()
    assert {step.operation for step in result.steps} == {"update"}
    calls = completed.calls
    assert calls[0] == "update shop-eksCluster"
    assert sorted(calls[1:4]) == ["update shop-eks-pod-identity-agent", "update shop-kube-proxy", "update shop-vpc-cni"]
    assert calls[4] == "update shop-nodes"
    assert sorted(calls[5:]) == ["update shop-coredns", "update shop-metrics-server"]
    updated = ("coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni")
    assert addons(world) == {name: default(world, name) for name in updated}
    assert stack.up().shown() == []


def addons(world: World) -> dict[str, str]:
    """Version of each add-on, as AWS has it."""
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    names = eks.list_addons(clusterName="shop")["addons"]
    described = (eks.describe_addon(clusterName="shop", addonName=name)["addon"] for name in names)
    return {one["addonName"]: one["addonVersion"] for one in described}


def default(world: World, addon: str) -> str:
    """EKS's default version of an add-on for Kubernetes 1.36."""
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    [kind] = eks.describe_addon_versions(addonName=addon, kubernetesVersion="1.36")["addons"]
    [version] = [one for one in kind["addonVersions"] if one["compatibilities"][0]["defaultVersion"]]
    return version["addonVersion"]


def test_f4_one_zone_less_is_refused_by_the_preview_while_deletion_protection_is_on(stack):
    errors = refused(stack, "network", zoneIds=two_zones(stack))
    assert [each for each in errors if PROTECTED in each and "LoadBalancer::shop-nlb" in each]


def test_f4_without_it_one_zone_less_brings_a_balancer_and_a_target_group_of_its_own(stack):
    stack.set("cluster", deletionProtection=False)
    stack.up()
    stack.set("network", zoneIds=two_zones(stack))
    result = stack.up_as_previewed()
    assert {step.type.rpartition(":")[2] for step in result.of("create-replacement")} >= {"LoadBalancer", "TargetGroup"}
    assert stack.up().shown() == []


def test_f4_one_zone_for_another_is_refused_by_the_preview_while_deletion_protection_is_on(stack):
    stack.set("cluster", deletionProtection=True)
    stack.up()
    subnets = resource(stack, "aws:lb/loadBalancer:LoadBalancer")["inputs"]["subnets"]
    first, _ = two_zones(stack)
    [told] = refused(stack, "network", zoneIds=[first, "euw1-az3"])
    assert f"network.zoneIds: leaves the zones of {subnets[1]}, but a Network Load Balancer cannot leave a zone" in told


def test_f4_one_zone_more_is_an_update_of_the_balancer_and_of_the_service_that_clients_know(stack):
    service = resource(stack, "aws:ec2/vpcEndpointService:VpcEndpointService")["id"]
    two = json.loads(stack.config["eks-service:network"])["zoneIds"]
    stack.set("network", zoneIds=[*two, "euw1-az3"])
    result = stack.up_as_previewed()
    assert "update LoadBalancer shop-nlb" in result.shown()
    replaced = {step.type.rpartition(":")[2] for step in result.of("create-replacement")}
    assert replaced == {"NodeGroup", "Attachment", "Parameter"}
    assert resource(stack, "aws:ec2/vpcEndpointService:VpcEndpointService")["id"] == service
    assert stack.up().shown() == []


def two_zones(stack: Stack) -> list[str]:
    return json.loads(stack.config["eks-service:network"])["zoneIds"][:2]
