"""A shard in an existing VPC, and a stack attached to it: deployed, changed and removed, and the VPC is as it was.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import ZONE_IDS, connect, connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, Traffic

HOSTS = ("shop.example.com", "blog.example.com")


class Vpc:
    """A VPC of another owner, with a public and a private subnet in each zone."""

    def __init__(self, world: World) -> None:
        self._ec2 = world.cloud.session(EDGE_ACCOUNT, REGION).client("ec2")
        self.id = self._ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            self._ec2.modify_vpc_attribute(VpcId=self.id, **{name: {"Value": True}})
        gateway = self._ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.id)
        table = self._ec2.create_route_table(VpcId=self.id)["RouteTable"]["RouteTableId"]
        self._ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        self.public = [self._subnet(zone, f"10.40.{place}.0/24") for place, zone in enumerate(ZONE_IDS)]
        self.endpoint = [self._subnet(zone, f"10.40.{16 + 2 * place}.0/23") for place, zone in enumerate(ZONE_IDS)]
        for subnet in self.public:
            self._ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)

    def _subnet(self, zone: str, cidr: str) -> str:
        created = self._ec2.create_subnet(VpcId=self.id, AvailabilityZoneId=zone, CidrBlock=cidr)
        return created["Subnet"]["SubnetId"]

    @property
    def setting(self) -> str:
        subnets = {"publicSubnetIds": self.public, "endpointSubnetIds": self.endpoint}
        return json.dumps({"existing": {"vpcId": self.id, **subnets}})

    def described(self) -> dict[str, Any]:
        """All of the VPC that its owner sees, with the addresses that are free."""
        inside = [{"Name": "vpc-id", "Values": [self.id]}]
        return {
            "vpc": self._ec2.describe_vpcs(VpcIds=[self.id])["Vpcs"],
            "attributes": [
                self._ec2.describe_vpc_attribute(VpcId=self.id, Attribute=name)[f"E{name[1:]}"]
                for name in ("enableDnsSupport", "enableDnsHostnames")
            ],
            "subnets": self._ec2.describe_subnets(Filters=inside)["Subnets"],
            "routes": self._ec2.describe_route_tables(Filters=inside)["RouteTables"],
            "gateways": self._ec2.describe_internet_gateways(
                Filters=[{"Name": "attachment.vpc-id", "Values": [self.id]}]
            )["InternetGateways"],
            "groups": self._ec2.describe_security_groups(Filters=inside)["SecurityGroups"],
            "endpoints": self._ec2.describe_vpc_endpoints(Filters=inside)["VpcEndpoints"],
            "flow logs": self._ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [self.id]}])[
                "FlowLogs"
            ],
        }

    def without_guests(self) -> dict[str, Any]:
        """The same, but for the security groups and endpoints of the stacks and for how many addresses are free."""
        seen = self.described()
        groups = [one for one in seen["groups"] if one["GroupName"] == "default"]
        subnets = [{key: one[key] for key in one if key != "AvailableIpAddressCount"} for one in seen["subnets"]]
        return {**seen, "groups": groups, "subnets": subnets, "endpoints": []}


@pytest.fixture(scope="module")
def vpc(world: World) -> Vpc:
    return Vpc(world)


@pytest.fixture(scope="module")
def before(vpc: Vpc) -> dict[str, Any]:
    return vpc.described()


@pytest.fixture(scope="module")
def shop(world: World) -> dict[str, object]:
    return connection("shop", 0, {"service": publish(world, "shop")})


@pytest.fixture(scope="module")
def shard(world: World, vpc: Vpc, before: dict[str, Any], shop: dict[str, object]) -> Stack:
    made = edge(world, shop=shop)
    made.config["central-ingress:network"] = vpc.setting
    made.up_as_previewed()
    return made


@pytest.fixture(scope="module")
def attached(world: World, shard: Stack) -> Stack:
    made = world.sample("central-ingress/prod-blog")
    connect(made, blog=connection("blog", 1, {"service": publish(world, "blog")}))
    made.up()
    return made


def served(world: World) -> list[str]:
    traffic = Traffic(world.cloud.session(EDGE_ACCOUNT, REGION), HOSTS)
    return [traffic.missing(host) for host in HOSTS]


def test_both_stacks_serve_in_it_and_change_nothing_of_it(world, vpc, before, shard, attached):
    assert served(world) == ["", ""]
    seen = vpc.described()
    assert {one["VpcId"] for one in seen["endpoints"]} == {vpc.id}
    assert sorted(sorted(one["SubnetIds"]) for one in seen["endpoints"]) == [sorted(vpc.endpoint)] * 2
    unchanged = ("vpc", "attributes", "routes", "gateways", "flow logs")
    assert {key: seen[key] for key in unchanged} == {key: before[key] for key in unchanged}
    assert shard.preview().shown() == []


def test_a_change_of_the_shard_leaves_it_alone(world, vpc, shard, shop):
    seen = vpc.without_guests()
    connect(shard, shop=shop, docs=connection("docs", 2, {"service": publish(world, "docs")}))
    shard.up()
    assert len(vpc.described()["endpoints"]) == 3
    assert vpc.without_guests() == seen
    connect(shard, shop=shop)
    shard.up()
    assert len(vpc.described()["endpoints"]) == 2


def test_a_load_balancer_that_is_there_cannot_move_to_another_vpc(world, vpc, shard):
    other = Vpc(world)
    shard.config["central-ingress:network"] = other.setting
    message = "\n".join(shard.failing("up").errors)
    assert f"network.existing.vpcId: is {other.id}, but the stack's load balancer is in {vpc.id}" in message
    shard.config["central-ingress:network"] = vpc.setting
    assert served(world) == ["", ""]


def test_nor_to_one_of_the_stacks_own(world, vpc, shard):
    shard.config["central-ingress:network"] = "{}"
    message = "\n".join(shard.failing("up").errors)
    assert f"network.existing: is not set, but the stack's load balancer is in {vpc.id}, which the stack did" in message
    shard.config["central-ingress:network"] = vpc.setting
    assert served(world) == ["", ""]
    assert shard.preview().shown() == []


def test_once_both_stacks_are_removed_the_vpc_is_as_it_was(vpc, before, shard, attached):
    attached.destroy()
    shard.set("loadBalancer", deletionProtection=False)
    shard.up()
    shard.destroy()
    assert vpc.described() == before
