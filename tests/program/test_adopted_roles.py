"""Deployers' rights on an existing VPC or cluster: what such stacks need, and no change to existing resources.

Policies are evaluated as in `test_deployer_roles.py`: a claim about them, not a proof that AWS decides alike.
"""

from __future__ import annotations

import functools
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.adopted import EXISTING, GROUP, SUBNETS, VPC, adopting, in_existing_vpc
from tests.support.aws_requests import Account
from tests.support.deployers import REGION, TRUST, WORKLOAD, account, asker, of_provider, policies

EC2 = f"arn:aws:ec2:{REGION}:{WORKLOAD}"
ADOPTED = {"clusters": ["platform"], "vpcIds": [VPC]}
SELF_MANAGED = {"autoscalingGroups": ["platform-workers"], "nodeSecurityGroupIds": ["sg-00000000000000001"]}
DUTIES = ("network", "iam", "ecr", "eks")


@functools.cache
def duty(name: str, adopted: bool = True) -> Policies:
    more = {"adopted": ADOPTED | SELF_MANAGED} if adopted else {}
    return policies(account({"trust": TRUST, "workload": {"connections": ["shop"], **more}}), f"workload-{name}")


def asked(run: StackRun, name: str) -> list[Request]:
    """What the resources and look-ups of a duty ask for, where VPC, subnets, nodes and cluster are the owner's."""
    asking = asker(WORKLOAD, "eks-service/shop", "workload")
    made = [theirs(request) for one in of_provider(run, name) for request in asking.of(one)]
    looked_up = [one for one in run.invokes if one.provider.endswith(f"::{name}")]
    return [*made, *(request for one in looked_up for request in asking.of_look_up(one))]


def theirs(request: Request) -> Request:
    """The request as AWS sees it: the owner's VPC and subnets have no tags of ours, and his cluster another name."""
    untagged = {key: value for key, value in request.context.items() if not key.startswith("aws:ResourceTag/")}
    if request.resource.endswith(":vpc/vpc-1"):
        return Request(request.action, f"{EC2}:vpc/{VPC}", untagged)
    if request.resource.endswith(":subnet/subnet-1"):
        return Request(request.action, f"{EC2}:subnet/x", {**untagged, "ec2:Vpc": f"{EC2}:vpc/{VPC}"})
    # No node group is added to an existing cluster: what starts nodes is about the stack's own.
    of_cluster = () if request.action == "ec2:RunInstances" else request.context
    cluster = {key: "platform" for key in of_cluster if key.endswith("eks:cluster-name")}
    return Request(request.action, request.resource, {**request.context, **cluster})


@pytest.mark.parametrize("name", DUTIES)
def test_each_duty_has_the_rights_to_publish_an_existing_cluster(name: str):
    controller: Any = {"install": False, "image": {"digest": f"sha256:{'1' * 64}"}}
    requests = asked(adopting(controller=controller), name)
    assert duty(name).refused(requests) == []
    if name in ("network", "eks"):
        assert duty(name, adopted=False).refused(requests) != []


def test_the_nodes_that_their_owner_manages_himself_are_reached_by_name():
    arn = f"arn:aws:autoscaling:{REGION}:{WORKLOAD}:autoScalingGroup:1:autoScalingGroupName/"
    attach = [Request("autoscaling:AttachLoadBalancerTargetGroups", arn + one) for one in ("platform-workers", "other")]
    opening = [
        Request("ec2:AuthorizeSecurityGroupIngress", f"{EC2}:security-group/{one}")
        for one in ("sg-00000000000000001", GROUP)
    ]
    assert duty("network").allowed([*attach, *opening]) == [attach[0], opening[0]]
    run = adopting(cluster={"existing": EXISTING | SELF_MANAGED})
    looked_up = [one for one in run.invokes if one.token == "aws:autoscaling/getGroup:getGroup"]
    asking = Account(WORKLOAD, REGION, stack="eks-service/shop", boundary="")
    assert duty("network").refused(request for one in looked_up for request in asking.of_look_up(one)) == []
    assert len(looked_up) == 1


@pytest.mark.parametrize("name", DUTIES)
def test_each_duty_has_the_rights_for_a_cluster_in_an_existing_vpc(name: str):
    limit = asker(WORKLOAD, "eks-service/shop", "workload").boundary
    requests = asked(in_existing_vpc(roles={"permissionsBoundary": limit}), name)
    assert len(requests) > 10
    assert duty(name).refused(requests) == []
    if name == "network":
        assert duty(name, adopted=False).refused(requests) != []


@pytest.mark.parametrize("name", DUTIES)
def test_no_duty_may_change_or_delete_existing_resources(name: str):
    vpc, subnet = f"{EC2}:vpc/{VPC}", f"{EC2}:subnet/{next(iter(SUBNETS))}"
    inside = {"aws:RequestedRegion": REGION, "ec2:Vpc": vpc}
    cluster = f"arn:aws:eks:{REGION}:{WORKLOAD}:cluster/platform"
    nodes = f"arn:aws:eks:{REGION}:{WORKLOAD}:nodegroup/platform/main/1"
    requests = [
        *(Request(f"ec2:{action}", vpc, inside) for action in ("DeleteVpc", "ModifyVpcAttribute", "CreateSubnet")),
        *(Request(f"ec2:{action}", subnet, inside) for action in ("DeleteSubnet", "ModifySubnetAttribute")),
        Request("ec2:CreateRoute", f"{EC2}:route-table/rtb-own", inside),
        Request("ec2:CreateVpcEndpoint", f"{EC2}:route-table/rtb-own", inside),
        Request("ec2:DeleteVpcEndpoints", f"{EC2}:vpc-endpoint/vpce-theirs", inside),
        Request("ec2:CreateTags", vpc, inside),
        Request("ec2:CreateFlowLogs", vpc, inside),
        Request("ec2:DeleteSecurityGroup", f"{EC2}:security-group/{GROUP}", inside),
        *(Request(f"eks:{action}", cluster) for action in ("DeleteCluster", "UpdateClusterConfig", "CreateNodegroup")),
        *(Request(f"eks:{action}", nodes) for action in ("DeleteNodegroup", "UpdateNodegroupConfig")),
        Request("eks:CreateAccessEntry", cluster),
    ]
    assert duty(name).allowed(requests) == []


def test_endpoints_can_be_created_only_in_the_named_vpc():
    def asks(vpc_id: str) -> list[Request]:
        vpc = f"{EC2}:vpc/{vpc_id}"
        return [
            Request("ec2:CreateVpcEndpoint", vpc),
            Request("ec2:CreateVpcEndpoint", f"{EC2}:subnet/subnet-1", {"ec2:Vpc": vpc}),
            Request("ec2:CreateSecurityGroup", vpc),
        ]

    assert duty("network").refused(asks(VPC)) == []
    assert duty("network").allowed(asks("vpc-00000000000000009")) == []
