"""What must hold of everything that `eks-service` registers."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run

UNTAGGED = {
    "aws:autoscaling/attachment:Attachment",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
}
"""AWS takes no tags for these."""


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


def test_a_preview_shows_every_resource(shop: StackRun, workload_run: Run):
    preview = workload_run(preview=True)
    assert {each.urn for each in preview.registrations} == {each.urn for each in shop.registrations}


def test_two_runs_register_the_same(shop: StackRun, workload_run: Run):
    again = workload_run(fresh=True)
    assert {each.urn: each.inputs for each in again.registrations} == {
        each.urn: each.inputs for each in shop.registrations
    }


def test_every_resource_has_a_component_as_parent_and_its_own_provider(shop: StackRun):
    children = [each for each in shop.registrations if each.type.split(":")[0] in ("aws", "kubernetes", "eks")]
    assert len(children) == 78
    assert [each.urn for each in children if "privatelink-ingress:index:" not in each.parent] == []
    assert [each.urn for each in children if each.type != "eks:index:Cluster" and not each.provider] == []
    assert shop.only("eks:index:Cluster").providers["aws"].split("::")[3] == "eks"
    assert [each.token for each in shop.invokes if not each.provider] == []


@pytest.mark.parametrize(
    ("type_", "duty"),
    [
        ("aws:ec2/vpc:Vpc", "network"),
        ("aws:lb/loadBalancer:LoadBalancer", "network"),
        ("aws:iam/role:Role", "iam"),
        ("aws:iam/rolePolicy:RolePolicy", "iam"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "iam"),
        ("aws:ecr/repository:Repository", "ecr"),
        ("aws:eks/nodeGroup:NodeGroup", "eks"),
        ("aws:eks/addon:Addon", "eks"),
    ],
)
def test_each_duty_has_its_own_credentials(shop: StackRun, type_: str, duty: str):
    assert {each.provider.split("::")[3] for each in shop.of_type(type_)} == {duty}


def test_a_role_is_assumed_for_its_duty_alone_and_no_provider_touches_another_account(workload_run: Run):
    role = "arn:aws:iam::111111111111:role/network"
    providers = {
        each.name: each.inputs for each in workload_run(roles={"network": role}).of_type("pulumi:providers:aws")
    }
    assert set(providers) == {"network", "iam", "ecr", "eks"}
    assert {json.loads(each["allowedAccountIds"])[0] for each in providers.values()} == {"111111111111"}
    assert {each["region"] for each in providers.values()} == {"eu-west-1"}
    assert [name for name, inputs in providers.items() if "assumeRoles" in inputs] == ["network"]
    assert json.loads(providers["network"]["assumeRoles"])[0]["roleArn"] == role


def test_every_resource_that_supports_tags_names_its_stack_and_owner(shop: StackRun):
    wanted = {"ManagedBy": "privatelink-ingress", "Stack": "eks-service/shop", "Owner": "team-shop"}
    taking = [
        each for each in shop.registrations if each.type.split(":")[0] in ("aws", "eks") and each.type not in UNTAGGED
    ]
    assert [each.urn for each in taking if not wanted.items() <= each.inputs.get("tags", {}).items()] == []


def test_zones_are_looked_up_once_and_used_when_the_stack_names_none(shop: StackRun, workload_run: Run):
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    asking = workload_run(network={})
    assert [[each.token for each in run.invokes].count(token) for run in (shop, asking)] == [1, 1]
    assert asking.exports["zone_ids"] == ["euw1-az1", "euw1-az2", "euw1-az3"]


def test_both_sample_stacks_register_alike_under_their_own_names(shop: StackRun, workload_run: Run):
    def kinds(run: StackRun) -> list[str]:
        # The sample of the shop names an administrator, the other does not.
        return sorted(each.type for each in run.registrations if "access" not in each.type)

    blog = workload_run("blog")
    assert kinds(blog) == kinds(shop)
    assert blog.exports["connection_name"] == "blog"
