"""An existing VPC and existing clusters on the emulated AWS: published, traced, and left unchanged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.aws.topology import live
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.trace import Trace, trace

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
SHOP = "eks-service/shop"
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


class World:
    """Workload stacks of the test beside the sample edge, on one emulated AWS."""

    def __init__(self, cloud: Cloud) -> None:
        self.samples = {stack.label: stack for stack in deploy.find(ROOT)}
        self.deployment = deploy.Deployment(cloud)
        self.workload, self.edge = cloud.session(WORKLOAD, REGION), cloud.session(EDGE, REGION)
        self.before: dict[str, dict[str, Any]] = {}
        """Clusters and VPCs as they were before anybody adopted them."""

    def up(
        self, name: str, keys: dict[str, Any], *, without: Sequence[str] = (), updates: Collection[str] = ()
    ) -> StackRun:
        """Deploy the workload stack `name`: the sample shop, with `keys` in place of its own."""
        given = self.samples[SHOP].file
        config = {key: text for key, text in given.config.items() if key.split(":")[1] not in without}
        config |= {f"eks-service:{key}": json.dumps(value) for key, value in keys.items()}
        file = dataclasses.replace(given, stack=name, config=config)
        settings = load(WorkloadSettings, file.settings, project="eks-service", stack=name)
        return self.deployment.up(deploy.Stack(file=file, settings=settings), updates=updates)

    def adopt(self, name: str, cluster: str, *, updates: Collection[str] = (), **keys: Any) -> StackRun:
        """Deploy a stack that publishes a cluster of the account."""
        existing = {"cluster": {"existing": {"name": cluster}}, "controller": {"install": False}, "sample": {}}
        return self.up(name, existing | keys, without=("network", "nodes"), updates=updates)

    def publish(self, *names: str) -> None:
        """The edge with a connection for each of these stacks."""
        edge = self.samples["central-ingress/prod"]
        connections = {
            name: {
                "slot": slot,
                "owner": "team-shop",
                "backends": [{"stack": name}],
                "routes": [{"hosts": [f"{name}.example.com"]}],
            }
            for slot, name in enumerate(names)
        }
        config = {**edge.file.config, "central-ingress:connections": json.dumps(connections)}
        self.deployment.up(dataclasses.replace(edge, file=dataclasses.replace(edge.file, config=config)))

    def trace(self, name: str) -> Trace:
        clusters = read_all(self.deployment.objects([self.workload]))
        topology = dataclasses.replace(live.load([self.edge], [self.workload]), clusters=clusters)
        return trace(f"https://{name}.example.com/", topology)

    def owned(self, cluster: str) -> dict[str, Any]:
        """What the owner of a cluster sees of it and of its VPC."""
        eks, ec2 = self.workload.client("eks"), self.workload.client("ec2")
        described = eks.describe_cluster(name=cluster)["cluster"]
        vpc_id = described["resourcesVpcConfig"]["vpcId"]
        groups = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
        return {
            "cluster": described,
            "nodes": [eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"] for name in groups],
            "addons": eks.list_addons(clusterName=cluster)["addons"],
            "access": sorted(eks.list_access_entries(clusterName=cluster)["accessEntries"]),
            **network_of(ec2, vpc_id),
        }


def network_of(ec2: Any, vpc_id: str) -> dict[str, Any]:
    """A VPC as its owner sees it, but for how many addresses are free."""
    inside = [{"Name": "vpc-id", "Values": [vpc_id]}]
    subnets = ec2.describe_subnets(Filters=inside)["Subnets"]
    return {
        "vpc": ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"],
        "subnets": [{key: one[key] for key in one if key != "AvailableIpAddressCount"} for one in subnets],
        "routes": ec2.describe_route_tables(Filters=inside)["RouteTables"],
        "flow logs": ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc_id]}])["FlowLogs"],
        "default group": ec2.describe_security_groups(Filters=[*inside, {"Name": "group-name", "Values": ["default"]}])[
            "SecurityGroups"
        ],
    }


def private_vpc(ec2: Any) -> tuple[str, list[str]]:
    """A VPC with three private subnets and the gateway endpoint of S3, as a network team creates one."""
    vpc_id = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc_id, **{name: {"Value": True}})
    subnet_ids = [
        ec2.create_subnet(VpcId=vpc_id, AvailabilityZoneId=zone, CidrBlock=f"10.40.{16 * place}.0/20")["Subnet"][
            "SubnetId"
        ]
        for place, zone in enumerate(ZONES)
    ]
    table_id = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    for subnet_id in subnet_ids:
        ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)
    service = f"com.amazonaws.{REGION}.s3"
    ec2.create_vpc_endpoint(VpcId=vpc_id, VpcEndpointType="Gateway", ServiceName=service, RouteTableIds=[table_id])
    return vpc_id, subnet_ids


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A cluster with a controller (`shop`), one without (`plain`), and one in an existing VPC (`guest`).

    `store` publishes the first once more, `install` puts a controller into the second. An edge publishes all three.
    """
    with Cloud() as cloud:
        world = World(cloud)
        given = world.samples[SHOP].file.settings
        controller, sample = json.loads(given["controller"]), json.loads(given["sample"])
        world.up("shop", {"sample": sample | {"hosts": ["shop.example.com", "store.example.com"]}})
        world.up("plain", {"controller": {"install": False}, "sample": {}})
        vpc_id, subnet_ids = private_vpc(world.workload.client("ec2"))
        world.before = {name: world.owned(name) for name in ("shop", "plain")}
        world.before[vpc_id] = network_of(world.workload.client("ec2"), vpc_id)
        world.adopt("store", "shop")
        sample["hosts"] = ["install.example.com"]
        world.adopt("install", "plain", controller=controller | {"install": False}, sample=sample | {"install": False})
        # The contract has the timeouts of a controller only once the stack installs it.
        world.adopt("install", "plain", updates={t.PARAMETER}, controller=controller, sample=sample)
        network = {"existing": {"vpcId": vpc_id, "subnetIds": subnet_ids}}
        world.up("guest", {"network": network, "sample": sample | {"hosts": ["guest.example.com"]}})
        world.publish("store", "install", "guest")
        yield world


@pytest.mark.parametrize("name", ["store", "install", "guest"])
def test_a_request_reaches_the_application_through_every_hop(world: World, name: str):
    result = world.trace(name)
    assert [hop.name for hop in result.hops if hop.verdict != "passes"] == []
    assert result.outcome == "reached"
    assert "3 of 3 nodes at port 30080, zones euw1-az1, euw1-az2, euw1-az3" in result.hops[-2].evidence
    assert "sample/sample, path / → Service sample/sample:80" in result.hops[-1].evidence


def test_the_owners_find_their_clusters_and_vpcs_as_they_were(world: World):
    ec2 = world.workload.client("ec2")
    now = {name: network_of(ec2, name) if name.startswith("vpc-") else world.owned(name) for name in world.before}
    assert now == world.before
    assert len(now) == 3


def test_the_clusters_own_security_group_gets_one_rule_of_ours_with_our_tags(world: World):
    ec2 = world.workload.client("ec2")
    group = world.before["shop"]["cluster"]["resourcesVpcConfig"]["clusterSecurityGroupId"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    owners = [{tag["Key"]: tag["Value"] for tag in rule.get("Tags", ())}.get("Stack") for rule in rules]
    assert owners.count("eks-service/store") == 1
    assert owners.count("eks-service/shop") == 1


def test_the_endpoints_that_a_vpc_lacks_are_made_beside_the_owners_gateway(world: World):
    ec2 = world.workload.client("ec2")
    (vpc_id,) = (name for name in world.before if name.startswith("vpc-"))
    found = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["VpcEndpoints"]
    services = {endpoint["ServiceName"].removeprefix(f"com.amazonaws.{REGION}."): endpoint for endpoint in found}
    assert sorted(services) == ["ec2", "ecr.api", "ecr.dkr", "eks-auth", "s3"]
    assert services["s3"].get("Tags", []) == []
