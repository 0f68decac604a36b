"""Changes of a workload stack that is in use: what each replaces, in which order, and what refuses before it starts.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended. Names such
as F2 are those of the review that found the faults in the sources of the real providers.
"""

from __future__ import annotations

import json

import pytest

from tests.support.engine import REGION, Stack, World

ACCOUNT = "111111111111"


@pytest.fixture(scope="module")
def key_arn(world: World) -> str:
    return world.cloud.session(ACCOUNT, REGION).client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture(scope="module")
def stack(world: World, key_arn: str) -> Stack:
    made = world.sample("eks-service/shop")
    made.set("controller", install=False)
    made.set("sample", install=False)
    made.set("cluster", version="1.35", secretsKeyArn=key_arn)
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


PROTECTED = "as it is currently marked for protection"


def test_f6_another_network_range_is_refused_by_the_preview(stack):
    errors = refused(stack, "network", cidr="10.13.0.0/16")
    assert [each for each in errors if PROTECTED in each and "aws:ec2/vpc:Vpc::shop" in each]


def test_f2_a_cluster_that_would_be_replaced_is_refused_by_the_preview(stack):
    errors = refused(stack, "cluster", secretsKeyArn=None)
    assert [each for each in errors if PROTECTED in each and "aws:eks/cluster:Cluster::shop-eksCluster" in each]


def test_after_the_refusals_nothing_has_changed(stack):
    assert stack.up().shown() == []


@pytest.mark.xfail(
    strict=True,
    reason="the desired size of the first deployment is kept, and AWS refuses it below the new minimum",
)
def test_f3_more_nodes_at_least_are_an_update_of_the_node_group_alone(world, stack):
    before = dict(stack.config)
    stack.set("nodes", min=4)
    try:
        assert stack.up().shown() == ["update NodeGroup shop-nodes"]
    finally:
        stack.config = before
    assert sizes(world) == {"minSize": 4, "maxSize": 6, "desiredSize": 4}


def sizes(world: World) -> dict[str, int]:
    eks = world.cloud.session(ACCOUNT, REGION).client("eks")
    [name] = eks.list_nodegroups(clusterName="shop")["nodegroups"]
    return eks.describe_nodegroup(clusterName="shop", nodegroupName=name)["nodegroup"]["scalingConfig"]


def test_f5_the_parameter_is_replaced_by_name_without_meeting_itself(stack):
    [urn] = [urn for urn in stack.resources() if "aws:ssm/parameter:Parameter" in urn]
    result = stack.up(replace=[urn])
    assert [step.operation for step in result.steps] == ["delete-replaced", "replace", "create-replacement"]


def test_a_minor_version_reaches_the_control_plane_before_nodes_and_addons(stack):
    stack.set("cluster", version="1.36")
    result = stack.up()
    order = [step.type.rpartition(":")[2] for step in result.of("update")]
    assert (order[0], set(order)) == ("Cluster", {"Cluster", "NodeGroup", "Addon"})


def test_f4_one_zone_less_is_refused_by_the_preview_while_deletion_protection_is_on(stack):
    errors = refused(stack, "network", zoneIds=two_zones(stack))
    assert [each for each in errors if PROTECTED in each and "LoadBalancer::shop-nlb" in each]


def test_f4_without_it_one_zone_less_brings_a_balancer_and_a_target_group_of_its_own(stack):
    stack.set("cluster", deletionProtection=False)
    stack.up()
    stack.set("network", zoneIds=two_zones(stack))
    result = stack.up()
    assert {step.type.rpartition(":")[2] for step in result.of("create-replacement")} >= {"LoadBalancer", "TargetGroup"}
    assert stack.up().shown() == []


def two_zones(stack: Stack) -> list[str]:
    return json.loads(stack.config["eks-service:network"])["zoneIds"][:2]
