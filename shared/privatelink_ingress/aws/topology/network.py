"""Loads subnets, security groups, endpoints and nodes from EC2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from privatelink_ingress.aws.pages import read
from privatelink_ingress.trace.security_groups import Permission, SecurityGroup
from privatelink_ingress.trace.topology import UNSEEN, Endpoint, Interface, Node


class Subnet(NamedTuple):
    """A subnet's VPC, zone and range."""

    zone_id: str
    zone_name: str
    cidr: str


def subnets(ec2: Any) -> dict[str, Subnet]:
    """All subnets of the account and region, by id."""
    return {
        subnet["SubnetId"]: Subnet(subnet["AvailabilityZoneId"], subnet["AvailabilityZone"], subnet["CidrBlock"])
        for subnet in read(ec2, "describe_subnets", "Subnets")
    }


def security_groups(ec2: Any) -> dict[str, SecurityGroup]:
    """All security groups of the account and region, by id."""
    return {
        group["GroupId"]: SecurityGroup(
            id=group["GroupId"],
            ingress=tuple(map(_permission, group["IpPermissions"])),
            egress=tuple(map(_permission, group["IpPermissionsEgress"])),
        )
        for group in read(ec2, "describe_security_groups", "SecurityGroups")
    }


def endpoints(ec2: Any, zones: Mapping[str, Subnet]) -> tuple[Endpoint, ...]:
    """All interface endpoints to customers' endpoint services, with their network interfaces."""
    endpoints = [
        endpoint
        for endpoint in read(ec2, "describe_vpc_endpoints", "VpcEndpoints")
        if endpoint["VpcEndpointType"] == "Interface" and ".vpce-svc-" in endpoint["ServiceName"]
    ]
    ids = [interface for endpoint in endpoints for interface in endpoint["NetworkInterfaceIds"]]
    interfaces: dict[str, Any] = {}
    # DescribeNetworkInterfaces takes up to 1,000 ids a call; 200 keep the request short.
    for start in range(0, len(ids), 200):
        batch = read(
            ec2, "describe_network_interfaces", "NetworkInterfaces", NetworkInterfaceIds=ids[start : start + 200]
        )
        interfaces |= {interface["NetworkInterfaceId"]: interface for interface in batch}
    return tuple(
        Endpoint(
            id=endpoint["VpcEndpointId"],
            vpc_id=endpoint["VpcId"],
            service_name=endpoint["ServiceName"],
            state=endpoint["State"],
            interfaces=tuple(_interface(interfaces[id_], zones) for id_ in endpoint["NetworkInterfaceIds"]),
        )
        for endpoint in endpoints
    )


def nodes(ec2: Any, zones: Mapping[str, Subnet]) -> dict[str, Node]:
    """All instances that are not terminated, by id."""
    return {
        instance["InstanceId"]: Node(
            zone_id=_zone(zones, instance["SubnetId"]),
            state=instance["State"]["Name"],
            security_group_ids=tuple(group["GroupId"] for group in instance["SecurityGroups"]),
            # EKS tags the nodes of its node groups.
            cluster=next((tag["Value"] for tag in instance.get("Tags", ()) if tag["Key"] == "eks:cluster-name"), ""),
        )
        for reservation in read(ec2, "describe_instances", "Reservations")
        for instance in reservation["Instances"]
        if instance["State"]["Name"] != "terminated"
    }


def _zone(zones: Mapping[str, Subnet], subnet_id: str) -> str:
    return zones[subnet_id].zone_id if subnet_id in zones else UNSEEN


def _interface(interface: Mapping[str, Any], zones: Mapping[str, Subnet]) -> Interface:
    return Interface(
        id=interface["NetworkInterfaceId"],
        address=interface["PrivateIpAddress"],
        zone_id=_zone(zones, interface["SubnetId"]),
        security_group_ids=tuple(group["GroupId"] for group in interface["Groups"]),
    )


def _permission(permission: Mapping[str, Any]) -> Permission:
    return Permission(
        protocol=permission["IpProtocol"],
        from_port=permission.get("FromPort", 0),
        to_port=permission.get("ToPort", 65535),
        cidrs=(
            *(item["CidrIp"] for item in permission.get("IpRanges", ())),
            *(item["CidrIpv6"] for item in permission.get("Ipv6Ranges", ())),
        ),
        group_ids=tuple(item["GroupId"] for item in permission.get("UserIdGroupPairs", ())),
        prefix_list_ids=tuple(item["PrefixListId"] for item in permission.get("PrefixListIds", ())),
    )
