"""`eks-service` with every feature of the private network on the emulated AWS, with the controller left out."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from privatelink_ingress import regions
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.plan import zones
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

ROOT = Path(__file__).parents[2]
WORKLOAD, REGION = "111111111111", "eu-west-1"
CHANGES: dict[str, Any] = {
    "network": {"zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"], "podCidr": "100.64.0.0/16"},
    "endpoints": {"preset": "article", "extra": ["kms"]},
    "controller": {"install": False},
    "podLogs": {"install": True, "retentionDays": 30},
    "metrics": {"install": True},
    "sessionManager": True,
}


class Deployed:
    """The sample stack of the shop after a run with `CHANGES`."""

    def __init__(self, cloud: Cloud) -> None:
        [shop] = [stack for stack in deploy.find(ROOT) if stack.label == "eks-service/shop"]
        config = {key: text for key, text in shop.file.config.items() if key != "eks-service:sample"}
        config |= {f"eks-service:{key}": json.dumps(value) for key, value in CHANGES.items()}
        file = dataclasses.replace(shop.file, config=config)
        settings = load(WorkloadSettings, file.settings, project=service_contract.PROJECT, stack="shop")
        changed = dataclasses.replace(shop, file=file, settings=settings)
        self.deployment = deploy.Deployment(cloud)
        self.run = self.deployment.up(changed)
        self.again = self.deployment.preview(changed)
        session = cloud.session(WORKLOAD, REGION)
        self.ec2, self.eks, self.iam, self.logs = (session.client(name) for name in ("ec2", "eks", "iam", "logs"))
        [self.vpc] = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
        self.of_vpc = [{"Name": "vpc-id", "Values": [self.vpc["VpcId"]]}]


@pytest.fixture(scope="module")
def deployed():
    with Cloud() as cloud:
        yield Deployed(cloud)


def test_a_preview_afterwards_lists_the_same_resources(deployed):
    assert deployed.again == len(deployed.run.registrations)


def test_the_vpc_has_both_ranges_and_a_subnet_of_each_in_every_zone(deployed):
    ranges = {entry["CidrBlock"] for entry in deployed.vpc["CidrBlockAssociationSet"]}
    assert ranges == {"10.11.0.0/16", "100.64.0.0/16"}
    subnets = deployed.ec2.describe_subnets(Filters=deployed.of_vpc)["Subnets"]
    tagged = {
        subnet["CidrBlock"] for subnet in subnets if {"Key": "kubernetes.io/role/cni", "Value": "1"} in subnet["Tags"]
    }
    assert tagged == {"100.64.0.0/19", "100.64.32.0/19", "100.64.64.0/19"}
    assert {subnet["CidrBlock"] for subnet in subnets} - tagged == {"10.11.0.0/21", "10.11.8.0/21", "10.11.16.0/21"}
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_no_route_leads_out_of_it(deployed):
    tables = deployed.ec2.describe_route_tables(Filters=deployed.of_vpc)["RouteTables"]
    routes = [route for table in tables for route in table["Routes"]]
    leading = [route for route in routes if route.get("GatewayId") != "local"]
    assert all(route["GatewayId"].startswith("vpce-") for route in leading)
    assert len(leading) == 1
    served = {one["SubnetId"] for table in tables for one in table["Associations"] if "SubnetId" in one}
    assert len(served) == 6


def test_every_endpoint_has_its_policy_and_admits_both_tiers(deployed):
    endpoints = deployed.ec2.describe_vpc_endpoints(Filters=deployed.of_vpc)["VpcEndpoints"]
    services = {endpoint["ServiceName"].split(".", 3)[-1] for endpoint in endpoints}
    assert services == {
        *("autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks-auth", "elasticloadbalancing", "kms", "logs", "monitoring"),
        *("s3", "ssm", "ssmmessages", "sts"),
    }
    for endpoint in endpoints:
        assert json.loads(endpoint["PolicyDocument"])["Statement"][0]["Sid"], endpoint["ServiceName"]
    [group] = {one["GroupId"] for endpoint in endpoints for one in endpoint["Groups"]}
    rules = deployed.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    admitted = {rule["CidrIpv4"] for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]}
    assert len(admitted) == 6
    assert {cidr.split(".")[0] for cidr in admitted} == {"10", "100"}


def test_the_log_groups_keep_what_they_are_told_to(deployed):
    groups = deployed.logs.describe_log_groups(logGroupNamePrefix="/aws/containerinsights/shop/")["logGroups"]
    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        "/aws/containerinsights/shop/application": 30,
        "/aws/containerinsights/shop/performance": 90,
    }


def test_the_addons_run_and_their_pods_get_their_own_roles(deployed):
    for name in ("fluent-bit", "amazon-cloudwatch-observability"):
        assert deployed.eks.describe_addon(clusterName="shop", addonName=name)["addon"]["status"] == "ACTIVE"
    identities = deployed.eks.list_pod_identity_associations(clusterName="shop")["associations"]
    given = {}
    for one in identities:
        found = deployed.eks.describe_pod_identity_association(clusterName="shop", associationId=one["associationId"])[
            "association"
        ]
        given[found["namespace"], found["serviceAccount"]] = found["roleArn"].rpartition("/")[2].rpartition("-")[0]
    assert given == {
        ("kube-system", "aws-node"): "shop-vpc-cni",
        ("fluent-bit", "fluent-bit"): "shop-fluent-bit",
        ("amazon-cloudwatch", "cloudwatch-agent"): "shop-cloudwatch-agent",
    }


def test_nodes_may_be_reached_by_session_manager(deployed):
    [role] = [
        role["RoleName"] for role in deployed.iam.list_roles()["Roles"] if role["RoleName"].startswith("shop-node")
    ]
    attached = deployed.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert "AmazonSSMManagedInstanceCore" in {policy["PolicyName"] for policy in attached}


@pytest.mark.parametrize("region", sorted(RegionsAndZonesBackend.zones))
def test_the_ids_of_a_regions_zones_tell_the_region(region: str):
    told = {zones.region_of(zone.zone_id) for zone in RegionsAndZonesBackend.zones[region]}
    assert told == {region if region in regions.REGIONS else None}
