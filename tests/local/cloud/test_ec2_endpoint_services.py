"""Endpoint services of the emulated AWS: who sees them, their connections, and what keeps them alive."""

from __future__ import annotations

import re
from typing import Any

import pytest

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
CONSUMER = "arn:aws:iam::222222222222:root"


def subnets(session: Any, second: int, zones: tuple[str, ...] = ZONES) -> tuple[str, list[str]]:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{second}.0.0/16")["Vpc"]["VpcId"]
    return vpc, [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{second}.{i}.0/24", AvailabilityZoneId=zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate(zones)
    ]


def balancer(session: Any, subnet_ids: list[str], kind: str = "network") -> str:
    created = session.client("elbv2").create_load_balancer(
        Name=f"shop-{kind}", Type=kind, Scheme="internal", Subnets=subnet_ids
    )
    return created["LoadBalancers"][0]["LoadBalancerArn"]


def publish(session: Any, arn: str, *, acceptance: bool = True) -> dict[str, Any]:
    ec2 = session.client("ec2")
    service = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[arn], AcceptanceRequired=acceptance
    )["ServiceConfiguration"]
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=[CONSUMER])
    return service


def connect(session: Any, service: dict[str, Any]) -> str:
    vpc, subnet_ids = subnets(session, 12, ZONES[:1])
    created = session.client("ec2").create_vpc_endpoint(
        VpcId=vpc, ServiceName=service["ServiceName"], VpcEndpointType="Interface", SubnetIds=subnet_ids
    )
    return created["VpcEndpoint"]["VpcEndpointId"]


def test_a_service_has_a_long_id_and_the_zones_of_its_balancer(workload):
    service = publish(workload, balancer(workload, subnets(workload, 11, ZONES[:2])[1]))
    assert re.fullmatch(r"vpce-svc-[0-9a-f]{17}", service["ServiceId"])
    assert service["ServiceName"] == f"com.amazonaws.vpce.eu-west-1.{service['ServiceId']}"
    assert service["AvailabilityZones"] == ["eu-west-1b", "eu-west-1c"]
    assert service["BaseEndpointDnsNames"] == [f"{service['ServiceId']}.eu-west-1.vpce.amazonaws.com"]


def test_an_allowed_consumer_sees_the_service_with_its_owner_and_zones(workload, edge):
    service = publish(workload, balancer(workload, subnets(workload, 11, ZONES[:2])[1]))
    ec2 = edge.client("ec2")
    (seen,) = ec2.describe_vpc_endpoint_services(ServiceNames=[service["ServiceName"]])["ServiceDetails"]
    assert seen["Owner"] == "111111111111"
    assert seen["AcceptanceRequired"] is True
    assert seen["AvailabilityZones"] == ["eu-west-1b", "eu-west-1c"]
    assert seen["AvailabilityZoneIds"] == ["euw1-az1", "euw1-az2"]
    assert ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"] == []
    everything = ec2.describe_vpc_endpoint_services()["ServiceNames"]
    assert {service["ServiceName"], "com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.ecr.dkr"} <= set(everything)


def test_the_owner_accepts_and_rejects_connections(workload, edge):
    service = publish(workload, balancer(workload, subnets(workload, 11)[1]))
    endpoint_id, owner = connect(edge, service), workload.client("ec2")

    def states(*filters: tuple[str, str]) -> list[tuple[str, str, str]]:
        wanted = [{"Name": name, "Values": [value]} for name, value in filters]
        found = owner.describe_vpc_endpoint_connections(Filters=wanted)["VpcEndpointConnections"]
        return [(c["VpcEndpointId"], c["VpcEndpointOwner"], c["VpcEndpointState"]) for c in found]

    def seen_by_the_consumer() -> str:
        return edge.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0]["State"]

    choice = {"ServiceId": service["ServiceId"], "VpcEndpointIds": [endpoint_id]}
    assert states(("service-id", service["ServiceId"])) == [(endpoint_id, "222222222222", "pendingAcceptance")]
    assert states(("vpc-endpoint-owner", "333333333333")) == []
    assert owner.accept_vpc_endpoint_connections(**choice)["Unsuccessful"] == []
    assert states() == [(endpoint_id, "222222222222", "available")]
    assert seen_by_the_consumer() == "available"
    assert owner.reject_vpc_endpoint_connections(**choice)["Unsuccessful"] == []
    assert states(("vpc-endpoint-state", "rejected")) == [(endpoint_id, "222222222222", "rejected")]
    assert seen_by_the_consumer() == "rejected"
    again = owner.accept_vpc_endpoint_connections(**choice)["Unsuccessful"]
    assert [(u["ResourceId"], u["Error"]["Code"]) for u in again] == [(endpoint_id, "InvalidState")]


def test_a_connection_of_another_service_cannot_be_accepted(workload):
    service = publish(workload, balancer(workload, subnets(workload, 11)[1]))
    answer = workload.client("ec2").accept_vpc_endpoint_connections(
        ServiceId=service["ServiceId"], VpcEndpointIds=["vpce-0123456789abcdef0"]
    )
    assert answer["Unsuccessful"][0]["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"


def test_only_a_network_balancer_of_no_other_service_is_taken(workload, refused):
    create = workload.client("ec2").create_vpc_endpoint_service_configuration
    subnet_ids = subnets(workload, 11)[1]
    application = balancer(workload, subnet_ids, "application")
    assert "not a network load balancer" in refused("InvalidParameter", create, NetworkLoadBalancerArns=[application])
    taken = balancer(workload, subnet_ids)
    service = publish(workload, taken)
    assert service["ServiceId"] in refused("InvalidParameter", create, NetworkLoadBalancerArns=[taken])


def test_a_service_with_connections_and_its_balancer_stay(workload, edge, refused):
    arn = balancer(workload, subnets(workload, 11)[1])
    service = publish(workload, arn, acceptance=False)
    endpoint_id = connect(edge, service)
    owner, balancers = workload.client("ec2"), workload.client("elbv2")
    service_id = service["ServiceId"]

    def delete() -> list[tuple[str, str]]:
        answer = owner.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])["Unsuccessful"]
        return [(u["ResourceId"], u["Error"]["Code"]) for u in answer]

    assert delete() == [(service_id, "ExistingVpcEndpointConnections")]
    assert service_id in refused("ResourceInUse", balancers.delete_load_balancer, LoadBalancerArn=arn)
    owner.reject_vpc_endpoint_connections(ServiceId=service_id, VpcEndpointIds=[endpoint_id])
    assert delete() == []
    assert delete() == [(service_id, "InvalidVpcEndpointService.NotFound")]
    balancers.delete_load_balancer(LoadBalancerArn=arn)


@pytest.mark.parametrize(
    "principal", ["everyone", "222222222222", "arn:aws:iam::222222222222:role/team/deployer", "arn:aws:s3:::bucket"]
)
def test_a_principal_is_everybody_an_account_a_user_or_a_role_without_path(workload, refused, principal):
    change = workload.client("ec2").modify_vpc_endpoint_service_permissions
    assert principal in refused("InvalidPrincipal", change, ServiceId="vpce-svc-1", AddAllowedPrincipals=[principal])
