"""Endpoint services that support other Regions, and the look-ups with which an edge checks a contract."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.invokes import invoke

CONSUMER = "arn:aws:iam::222222222222:root"


def subnets(session: Any, zones: tuple[str, ...]) -> tuple[str, list[str]]:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    return vpc, [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.12.{i}.0/24", AvailabilityZoneId=zone)["Subnet"]["SubnetId"]
        for i, zone in enumerate(zones)
    ]


def publish(session: Any, *regions: str) -> str:
    _, subnet_ids = subnets(session, ("euw1-az1", "euw1-az2"))
    balancer = session.client("elbv2").create_load_balancer(
        Name="shop", Type="network", Scheme="internal", Subnets=subnet_ids
    )["LoadBalancers"][0]["LoadBalancerArn"]
    ec2 = session.client("ec2")
    service = ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer], AcceptanceRequired=False, SupportedRegions=list(regions)
    )["ServiceConfiguration"]
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service["ServiceId"], AddAllowedPrincipals=[CONSUMER])
    return service["ServiceName"]


@pytest.fixture
def virginia(edge: Any, cloud: Any) -> Any:
    """The edge's account in us-east-1."""
    return cloud.session("222222222222", "us-east-1")


def test_a_supported_region_connects_from_zones_that_the_service_does_not_have(workload: Any, virginia: Any) -> None:
    name = publish(workload, "eu-west-1", "us-east-1")
    vpc, subnet_ids = subnets(virginia, ("use1-az4", "use1-az5"))
    endpoint = virginia.client("ec2").create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=name,
        ServiceRegion="eu-west-1",
        VpcEndpointType="Interface",
        SubnetIds=subnet_ids,
        PrivateDnsEnabled=False,
    )["VpcEndpoint"]
    assert (endpoint["State"], len(endpoint["NetworkInterfaceIds"])) == ("available", 2)


def test_a_look_up_finds_a_service_in_the_named_region_only_if_it_supports_the_callers(
    workload: Any, virginia: Any
) -> None:
    name = publish(workload, "eu-west-1", "us-east-1")
    args = {"serviceName": name, "serviceRegions": ["eu-west-1"]}
    assert invoke(virginia, t.GET_ENDPOINT_SERVICE, args)["serviceName"] == name
    with pytest.raises(AdapterError, match="InvalidServiceName"):
        invoke(virginia, t.GET_ENDPOINT_SERVICE, {"serviceName": name})


def test_a_service_of_one_region_is_not_found_from_another(workload: Any, virginia: Any) -> None:
    name = publish(workload)
    with pytest.raises(AdapterError, match="InvalidServiceName"):
        invoke(virginia, t.GET_ENDPOINT_SERVICE, {"serviceName": name, "serviceRegions": ["eu-west-1"]})


def test_a_plain_parameter_is_read_as_a_value_that_is_no_secret(workload: Any) -> None:
    ssm = workload.client("ssm")
    ssm.put_parameter(Name="/a/shop", Value="{}", Type="String")
    ssm.put_parameter(Name="/a/key", Value="{}", Type="SecureString")
    found = invoke(workload, t.GET_PARAMETER, {"name": "/a/shop", "withDecryption": False})
    assert (found["insecureValue"], found["type"], found["version"]) == ("{}", "String", 1)
    assert "insecureValue" not in invoke(workload, t.GET_PARAMETER, {"name": "/a/key"})
    with pytest.raises(AdapterError, match="ParameterNotFound"):
        invoke(workload, t.GET_PARAMETER, {"name": "/a/blog"})
