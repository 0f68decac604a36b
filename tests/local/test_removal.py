"""Whether a published service may be removed, asked of an emulated AWS with the credentials of the network duty."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from privatelink_ingress.aws.removal_guard import refuse_while_connected
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.plan.workload.removal import RemovalPlan
from privatelink_ingress.problems import UserError

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


def plan(role_arn: str | None = None, external_id: str | None = None) -> RemovalPlan:
    return RemovalPlan(
        guarded=True,
        connection="shop",
        account_id=WORKLOAD,
        region=REGION,
        role_arn=role_arn,
        external_id=external_id,
    )


def network(session: Session, second_octet: int) -> tuple[str, list[str]]:
    """A VPC with one subnet."""
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{second_octet}.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{second_octet}.0.0/24", AvailabilityZone=f"{REGION}a")
    return vpc, [subnet["Subnet"]["SubnetId"]]


@pytest.fixture
def service(workload: Session) -> dict[str, Any]:
    """An endpoint service for the edge account."""
    _, subnets = network(workload, 11)
    elbv2, ec2 = workload.client("elbv2"), workload.client("ec2")
    [balancer] = elbv2.create_load_balancer(Name="shop", Type="network", Scheme="internal", Subnets=subnets)[
        "LoadBalancers"
    ]
    made = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer["LoadBalancerArn"]], AcceptanceRequired=True
    )
    service = made["ServiceConfiguration"]
    principals = [f"arn:aws:iam::{EDGE}:root"]
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=principals)
    return service


@pytest.fixture
def endpoint_id(edge: Session, service: dict[str, Any]) -> str:
    """An endpoint of the edge account that waits to be accepted."""
    vpc, subnets = network(edge, 12)
    made = edge.client("ec2").create_vpc_endpoint(
        VpcId=vpc, ServiceName=service["ServiceName"], VpcEndpointType="Interface", SubnetIds=subnets
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def test_a_connection_keeps_its_service_from_pending_to_available_until_it_is_gone(
    workload: Session, edge: Session, service: dict[str, Any], endpoint_id: str, ambient: Any
):
    ambient(workload)
    service_id = service["ServiceId"]
    with pytest.raises(UserError, match=rf"{service_id}: is connected to {endpoint_id} of account {EDGE} \(pendingAcc"):
        refuse_while_connected(plan(), service_id)
    workload.client("ec2").accept_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[endpoint_id])
    with pytest.raises(UserError, match=rf"{endpoint_id} of account {EDGE} \(available\)"):
        refuse_while_connected(plan(), service_id)
    edge.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    refuse_while_connected(plan(), service_id)


@pytest.mark.usefixtures("endpoint_id")
def test_the_role_is_asked_even_where_ambient_credentials_are_of_the_account(
    workload: Session, service: dict[str, Any], ambient: Any, monkeypatch: pytest.MonkeyPatch
):
    ambient(workload)
    asked: list[dict[str, Any]] = []
    make = boto3.Session.client

    def recording(self: boto3.Session, name: str, **options: Any) -> Any:
        client = make(self, name, **options)
        client.meta.events.register("before-parameter-build.sts.AssumeRole", lambda params, **_: asked.append(params))
        return client

    monkeypatch.setattr(boto3.Session, "client", recording)
    role = f"arn:aws:iam::{WORKLOAD}:role/network-role"
    with pytest.raises(UserError, match="is connected to"):
        refuse_while_connected(plan(role, "edge-2c81"), service["ServiceId"])
    assert [(params["RoleArn"], params["ExternalId"]) for params in asked] == [(role, "edge-2c81")]


def test_credentials_of_another_account_see_nothing_and_let_nothing_go(
    edge: Session, service: dict[str, Any], ambient: Any
):
    ambient(edge)
    with pytest.raises(
        UserError, match=f"cannot be read.*credentials of the environment are of account {EDGE}, not of {WORKLOAD}"
    ):
        refuse_while_connected(plan(), service["ServiceId"])


@pytest.mark.usefixtures("ambient")
def test_without_credentials_nothing_goes():
    with pytest.raises(UserError, match=r"cannot be read.*Unable to locate credentials(.|\n)*removal: unguarded"):
        refuse_while_connected(plan(), "vpce-svc-0a1")
