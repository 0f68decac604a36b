"""An edge stack alone on the engine: its services are created directly, so no workload has to be deployed first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.engine import REGION, ROOT, Stack, World
from tests.support.engine_traffic import EDGE_ACCOUNT

WORKLOAD_ACCOUNT = "111111111111"
ZONE_IDS = ("euw1-az1", "euw1-az2", "euw1-az3")


def publish(world: World, name: str, **over: Any) -> dict[str, Any]:
    """An endpoint service of another account, as a backend of a stack file names it (`service`)."""
    session = world.cloud.session(WORKLOAD_ACCOUNT, REGION)
    ec2, elbv2 = session.client("ec2"), session.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.11.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.11.{number}.0/24", AvailabilityZoneId=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(ZONE_IDS)
    ]
    [balancer] = elbv2.create_load_balancer(Name=name, Type="network", Scheme="internal", Subnets=subnets)[
        "LoadBalancers"
    ]
    service = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer["LoadBalancerArn"]], AcceptanceRequired=False
    )["ServiceConfiguration"]
    principals = [f"arn:aws:iam::{EDGE_ACCOUNT}:root"]
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=principals)
    return {
        "endpointServiceName": service["ServiceName"],
        "accountId": WORKLOAD_ACCOUNT,
        "zoneIds": list(ZONE_IDS),
        **over,
    }


def write_contract(world: World, parameter: str, name: str, service: Mapping[str, Any], **over: Any) -> None:
    """Write the contract of connection `name` into the edge's Parameter Store; `service` is what `publish` returns.

    It is of version 1; `over` has other fields.
    """
    contract = {
        "contract_version": 1,
        "connection_name": name,
        "owner": f"team-{name}",
        "account_id": service["accountId"],
        "region": REGION,
        "endpoint_service_name": service["endpointServiceName"],
        "endpoint_service_id": service["endpointServiceName"].rpartition(".")[2],
        "zone_ids": service["zoneIds"],
        "port": 80,
        "protocol": "HTTP",
        "health_path": "/nginx-health",
        **over,
    }
    ssm = world.cloud.session(EDGE_ACCOUNT, REGION).client("ssm")
    ssm.put_parameter(Name=parameter, Value=json.dumps(contract), Type="String", Overwrite=True)


def connection(name: str, slot: int, *backends: dict[str, Any], **over: Any) -> dict[str, Any]:
    """A connection of a stack file, which publishes `<name>.example.com` from these backends."""
    return {
        "slot": slot,
        "owner": f"team-{name}",
        "backends": list(backends),
        "routes": [{"hosts": [f"{name}.example.com"]}],
        **over,
    }


def edge(world: World, **connections: Any) -> Stack:
    """The sample's edge stack with other connections, without alarms and dashboards; not deployed yet."""
    return edge_in(world, ROOT, **connections)


def edge_in(world: World, root: Path, /, **connections: Any) -> Stack:
    """`edge` in a copy of the repository."""
    stack = world.sample("central-ingress/prod", root)
    del stack.config["central-ingress:alarms"], stack.config["central-ingress:dashboards"]
    connect(stack, **connections)
    return stack


def connect(stack: Stack, **connections: Any) -> None:
    """Have the stack file publish these connections, and no other."""
    stack.config["central-ingress:connections"] = json.dumps(connections)
