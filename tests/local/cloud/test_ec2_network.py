"""VPCs, subnets, routes and gateways of the emulated AWS: what a plain client is refused."""

from __future__ import annotations

from typing import Any


def network(session: Any) -> tuple[Any, str, str]:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.12.0.0/24", AvailabilityZoneId="euw1-az3")
    return ec2, vpc, made["Subnet"]["SubnetId"]


def test_blocks_lose_their_host_bits_and_have_legal_sizes(edge, refused):
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.7/16")["Vpc"]
    assert vpc["CidrBlock"] == "10.12.0.0/16"
    refused("InvalidVpc.Range", ec2.create_vpc, CidrBlock="10.0.0.0/8")
    refused("InvalidParameterValue", ec2.create_vpc, CidrBlock="10.12.0.0/33")
    refused("InvalidSubnet.Range", ec2.create_subnet, VpcId=vpc["VpcId"], CidrBlock="10.12.0.0/29")
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.12.1.9/24", AvailabilityZoneId="euw1-az1")["Subnet"]
    assert subnet["CidrBlock"] == "10.12.1.0/24"


def test_a_new_subnet_by_zone_id_is_neither_default_nor_public(edge):
    ec2, _, subnet_id = network(edge)
    (subnet,) = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"]
    assert (subnet["DefaultForAz"], subnet["MapPublicIpOnLaunch"]) == (False, False)
    assert (subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) == ("eu-west-1a", "euw1-az3")


def test_zones_of_other_regions_are_refused(edge, refused):
    ec2, vpc, _ = network(edge)
    wanted = {"VpcId": vpc, "CidrBlock": "10.12.7.0/24"}
    message = refused("InvalidParameterValue", ec2.create_subnet, AvailabilityZoneId="use1-az1", **wanted)
    assert "euw1-az1, euw1-az2, euw1-az3" in message
    refused("InvalidParameterValue", ec2.create_subnet, AvailabilityZone="us-east-1a", **wanted)


def test_a_subnet_with_an_interface_stays(edge, refused):
    ec2, _, subnet_id = network(edge)
    eni = ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    assert eni in refused("DependencyViolation", ec2.delete_subnet, SubnetId=subnet_id)
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    ec2.delete_subnet(SubnetId=subnet_id)


def test_a_vpc_in_use_stays(edge, refused):
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert gateway in refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    assert group in refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    ec2.delete_security_group(GroupId=group)
    created = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.eu-west-1.s3")["VpcEndpoint"]
    assert created["VpcEndpointId"] in refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[created["VpcEndpointId"]])
    ec2.delete_vpc(VpcId=vpc)
    assert vpc not in [found["VpcId"] for found in ec2.describe_vpcs()["Vpcs"]]


def test_a_deleted_vpc_takes_its_network_acl_along(edge):
    ec2 = edge.client("ec2")
    before = ec2.describe_network_acls()["NetworkAcls"]
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    assert len(ec2.describe_network_acls()["NetworkAcls"]) == len(before) + 1
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls()["NetworkAcls"] == before


def test_a_subnet_has_one_route_table_of_its_own_vpc(edge, refused):
    ec2, vpc, subnet_id = network(edge)
    other = ec2.create_vpc(CidrBlock="10.13.0.0/16")["Vpc"]["VpcId"]
    first, second, foreign = (
        ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"] for vpc_id in (vpc, vpc, other)
    )
    refused("InvalidParameterValue", ec2.associate_route_table, RouteTableId=foreign, SubnetId=subnet_id)
    ec2.associate_route_table(RouteTableId=first, SubnetId=subnet_id)
    message = refused("Resource.AlreadyAssociated", ec2.associate_route_table, RouteTableId=second, SubnetId=subnet_id)
    assert first in message
    ec2.delete_subnet(SubnetId=subnet_id)
    ec2.delete_route_table(RouteTableId=first)


def test_a_vpc_has_one_internet_gateway_and_routes_only_through_it(edge, refused):
    ec2, vpc, _ = network(edge)
    one, two = (ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2))
    ec2.attach_internet_gateway(InternetGatewayId=one, VpcId=vpc)
    refused("InvalidParameterValue", ec2.attach_internet_gateway, InternetGatewayId=two, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    refused("InvalidParameterValue", ec2.create_route, GatewayId=two, **route)
    assert ec2.create_route(GatewayId=one, **route)["Return"] is True
