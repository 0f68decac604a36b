"""A cluster in an existing VPC: what the stack adds to the VPC, and what the VPC must be like."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.support.adopted import SUBNETS, VPC, Found, in_existing_vpc
from tests.support.programs import run_workload

CIDRS = ["10.30.161.0/24", "10.30.162.0/24", "10.30.163.0/24"]


def existing(**more: Any) -> dict[str, Any]:
    return {"existing": {"vpcId": VPC, "subnetIds": list(SUBNETS), **more}}


def refused(found: Found | None = None, **overrides: Any) -> list[str]:
    """Every line of the message but the remedies, without its title."""
    with pytest.raises(pulumi.RunError) as caught:
        in_existing_vpc(found, **overrides)
    return [line.strip() for line in str(caught.value).splitlines()[1:] if not line.startswith("    ")]


def test_in_an_existing_vpc_only_endpoints_and_security_groups_are_created():
    run, own = in_existing_vpc(), run_workload()
    # The controller's configuration is named after what it says, and it says which networks it trusts.
    made, usual = ({one.urn for one in each.registrations if "ConfigMap" not in one.urn} for each in (run, own))
    assert made < usual
    assert sorted({urn.split("$")[-1] for urn in usual - made}) == [
        "aws:cloudwatch/logGroup:LogGroup::shop-flow-logs",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup::shop-default",
        "aws:ec2/flowLog:FlowLog::shop-flow-logs",
        "aws:ec2/routeTable:RouteTable::shop-private",
        "aws:ec2/routeTableAssociation:RouteTableAssociation::shop-euw1-az1",
        "aws:ec2/routeTableAssociation:RouteTableAssociation::shop-euw1-az2",
        "aws:ec2/routeTableAssociation:RouteTableAssociation::shop-euw1-az3",
        "aws:ec2/subnet:Subnet::shop-euw1-az1",
        "aws:ec2/subnet:Subnet::shop-euw1-az2",
        "aws:ec2/subnet:Subnet::shop-euw1-az3",
        "aws:ec2/vpc:Vpc::shop-vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint::shop-s3",
        "aws:iam/role:Role::shop-flow-logs",
        "aws:iam/rolePolicy:RolePolicy::shop-flow-logs",
        "privatelink-ingress:index:FlowLogs::shop-flow-logs",
    ]


def test_cluster_nodes_endpoints_and_load_balancer_are_in_the_owners_subnets():
    run = in_existing_vpc()
    ids = list(SUBNETS)
    assert run.only("eks:index:Cluster").inputs["privateSubnetIds"] == ids
    assert run.only("aws:eks/nodeGroup:NodeGroup").inputs["subnetIds"] == ids
    assert run.only("aws:lb/loadBalancer:LoadBalancer").inputs["subnets"] == ids
    assert {tuple(one.inputs["subnetIds"]) for one in run.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")} == {tuple(ids)}
    groups = run.of_type("aws:ec2/securityGroup:SecurityGroup")
    assert {(one.name, one.inputs["vpcId"]) for one in groups} == {("shop-nlb", VPC), ("shop-endpoints", VPC)}
    inbound = [one for one in run.registrations if one.name.startswith("shop-endpoints-")]
    assert sorted(one.inputs["cidrIpv4"] for one in inbound) == CIDRS
    assert run.exports["zone_ids"] == ["euw1-az1", "euw1-az2", "euw1-az3"]


def test_a_preview_shows_every_resource_with_the_other_owners_ids():
    run, preview = in_existing_vpc(), in_existing_vpc(preview=True)
    assert {one.urn for one in preview.registrations} == {one.urn for one in run.registrations}
    assert preview.only("aws:lb/loadBalancer:LoadBalancer").inputs["subnets"] == list(SUBNETS)


def test_endpoints_that_the_vpc_already_has_are_not_created_again():
    run = in_existing_vpc(network=existing(endpoints=["ec2", "ecr.api", "ecr.dkr"]))
    made = [one.name for one in run.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")]
    assert made == ["shop-eks-auth"]


def test_subnets_need_not_be_written_in_the_order_of_their_zones():
    turned = {"existing": {"vpcId": VPC, "subnetIds": [*reversed(SUBNETS)]}}
    before, after = (
        {one.urn: one.inputs for one in run.registrations}
        for run in (in_existing_vpc(), in_existing_vpc(network=turned))
    )
    assert before == after


def test_settings_of_a_vpc_that_the_stack_would_make_are_named_in_one_message():
    network = {**existing(), "cidr": "10.11.0.0/16", "zoneIds": ["euw1-az1", "euw1-az2"], "subnetPrefix": 20}
    keys = ["network.cidr", "network.subnetPrefix", "network.zoneIds"]
    assert refused(network=network) == [f"{key}: cannot be set together with network.existing" for key in keys]


def test_a_stack_cannot_adopt_the_vpc_that_it_created():
    found = Found()
    found.tags = {"Stack": "eks-service/shop"}
    said = f"network.existing.vpcId: is {VPC}, which this stack created itself and would now delete"
    assert refused(found) == [said]


def test_an_internet_or_nat_gateway_is_refused():
    found = Found()
    found.routes = [{"cidrBlock": "0.0.0.0/0", "gatewayId": "", "natGatewayId": "nat-1"}]
    assert refused(found) == [
        f"network.existing.subnetIds: has {id_} ({cidr}), whose route table rtb-own leads to nat-1"
        for id_, cidr in zip(SUBNETS, CIDRS, strict=True)
    ]


def test_a_gateway_to_another_network_of_the_owner_is_allowed():
    found = Found()
    found.routes = [{"cidrBlock": "10.0.0.0/8", "gatewayId": "vgw-1", "natGatewayId": ""}]
    assert in_existing_vpc(found).messages == ()


def test_without_the_s3_gateway_no_node_could_pull_an_image():
    found = Found()
    found.s3_tables = ["rtb-other"]
    lines = refused(found)
    assert lines == [
        f"network.existing.subnetIds: has {id_} ({cidr}), whose route table rtb-own has no route to a gateway "
        "endpoint of S3"
        for id_, cidr in zip(SUBNETS, CIDRS, strict=True)
    ]
    found.missing = {"com.amazonaws.eu-west-1.s3"}
    (line,) = refused(found)
    assert line.startswith(f"network.existing.vpcId: is {VPC}, whose gateway endpoint of S3 cannot be looked up")


def test_names_of_the_cluster_must_resolve_in_the_vpc():
    found = Found()
    found.dns = False
    assert refused(found) == [
        f"network.existing.vpcId: is {VPC}, whose DNS hostnames is off: the cluster's private name would not resolve",
        f"network.existing.vpcId: is {VPC}, whose DNS support is off: the cluster's private name would not resolve",
    ]


def test_a_listed_endpoint_must_exist_with_private_dns():
    found = Found()
    found.private_dns = False
    network = existing(endpoints=["ec2"])
    assert refused(found, network=network) == [
        f"network.existing.endpoints[0]: is 'ec2', whose endpoint in {VPC} has private DNS off, so no node would use it"
    ]
    found.missing = {"com.amazonaws.eu-west-1.ec2"}
    (line,) = refused(found, network=network)
    assert line.startswith("network.existing.endpoints[0]: is 'ec2', whose interface endpoint cannot be looked up")


def test_two_subnets_of_a_zone_and_zones_without_eks_are_refused():
    found = Found()
    found.zones["subnet-000000000000000a2"] = "euw1-az1"
    assert refused(found)[0].startswith("network.existing.subnetIds: has 2 subnets in euw1-az1")
    found.zones["subnet-000000000000000a2"] = "use1-az3"
    assert refused(found) == [
        "network.existing.subnetIds: has subnet-000000000000000a2 in use1-az3, where EKS takes no subnets"
    ]


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (5, "with 5 free addresses; EKS creates and updates no control plane with fewer than 6"),
        (15, "with 15 free addresses; EKS recommends 16, and every pod takes one more"),
    ],
)
def test_subnets_that_are_nearly_full_are_warned_about_and_still_updated(free: int, said: str):
    found = Found()
    found.free_addresses = free
    messages = in_existing_vpc(found).messages
    assert [said in text for text in messages] == [True] * 3
    found.free_addresses = 16
    assert in_existing_vpc(found).messages == ()
