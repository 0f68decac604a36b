"""AWS's checks of a VPC endpoint request: subnets, addresses, groups, tables, policy, private DNS, quota."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.local.cloud import service_quotas
from privatelink_ingress.local.cloud.ec2.addresses import free_address, require_free
from privatelink_ingress.local.cloud.ec2.visible_services import Service
from privatelink_ingress.local.cloud.hardening import Params, refuse


def subnets_of(backend: Any, vpc: Any, service: Service, subnet_ids: Iterable[str], kept: list[Any]) -> list[Any]:
    """AWS: one subnet per zone, in the VPC, in a zone of the service (PrivateLink guide, "Subnets and zones")."""
    subnets: list[Any] = []
    for subnet_id in subnet_ids:
        subnet = backend.get_subnet(subnet_id)
        if subnet.vpc_id != vpc.id:
            refuse("InvalidParameter", f"The subnet ID '{subnet_id}' is not in VPC {vpc.id}")
        for other in [*kept, *subnets]:
            if other.availability_zone_id == subnet.availability_zone_id:
                message = f"Found another VPC endpoint subnet in the availability zone of {subnet_id}: {other.id}"
                refuse("DuplicateSubnetsInSameZone", message)
        # Between Regions the zones of both sides need not match ("Cross-Region enabled endpoint services").
        if service.home == backend.region_name and subnet.availability_zone_id not in service.zone_ids:
            refuse(
                "InvalidParameter",
                f"The VPC endpoint service {service.name} does not support the availability zone of the subnet: "
                f"{subnet_id}.",
            )
        subnets.append(subnet)
    return subnets


def addresses_in(
    backend: Any, subnets: list[Any], configurations: Iterable[Params], *, held: Mapping[str, str]
) -> dict[str, str]:
    """The address in each subnet: as configured, else as `held` by the endpoint (by subnet), else a free one."""
    known, result = {subnet.id: subnet for subnet in subnets}, dict[str, str]()
    for entry in configurations:
        if entry.get("SubnetId") not in known:
            refuse(
                "InvalidParameter", f"SubnetConfigurations names {entry.get('SubnetId')}, which is not in SubnetIds."
            )
        if "Ipv6" in entry:
            refuse("InvalidParameter", "The endpoint is of address type ipv4: leave Ipv6 out of SubnetConfigurations.")
        if "Ipv4" in entry:
            require_free(backend, known[entry["SubnetId"]], entry["Ipv4"], held.values())
            result[entry["SubnetId"]] = entry["Ipv4"]
    for subnet in subnets:
        if subnet.id not in result:
            result[subnet.id] = held.get(subnet.id) or free_address(backend, subnet)
    return result


def require_room(backend: Any, vpc: Any) -> None:
    """AWS: VpcEndpointLimitExceeded at the account's quota of interface endpoints of a VPC, L-29B6F2EB."""
    held = [e for e in backend.vpc_end_points.values() if e.vpc_id == vpc.id and e.vpc_endpoint_type == "Interface"]
    if len(held) >= service_quotas.limit(backend.account_id, backend.region_name, "endpoints"):
        refuse(
            "VpcEndpointLimitExceeded",
            f"The maximum number of VPC endpoints has been reached: {vpc.id} has {len(held)} interface endpoints.",
        )


def require_groups(backend: Any, vpc: Any, group_ids: Iterable[str]) -> None:
    """AWS: the security groups of an endpoint exist and are in its VPC (EC2 CreateVpcEndpoint)."""
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            refuse("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc.id:
            refuse("InvalidParameter", f"Security group {group_id} does not belong to VPC {vpc.id}.")


def require_tables(backend: Any, vpc_id: str, service_name: str, table_ids: Iterable[str]) -> None:
    """AWS: RouteAlreadyExists for a second gateway endpoint of one service on one table (EC2 CreateVpcEndpoint)."""
    for table_id in table_ids:
        if backend.get_route_table(table_id).vpc_id != vpc_id:
            refuse("InvalidParameter", f"Route table {table_id} does not belong to VPC {vpc_id}.")
        for other in backend.vpc_end_points.values():
            if other.service_name == service_name and table_id in other.route_table_ids:
                refuse(
                    "RouteAlreadyExists",
                    f"route table {table_id} already has a route with destination-prefix-list-id "
                    f"{other.destination_prefix_list_id} (of {other.id})",
                )


def require_policy(policy: str | None) -> None:
    """AWS: InvalidPolicyDocument for a policy that is not JSON."""
    if policy is None:
        return
    try:
        json.loads(policy)
    except ValueError:
        refuse("InvalidPolicyDocument", "The policy document is not valid JSON.")


def private_dns_of(backend: Any, vpc: Any, service: Service, asked: bool | None) -> bool:
    """AWS: private DNS is on by default; it needs a name, both DNS attributes of the VPC, and no conflicting domain."""
    if asked is False or (asked is None and not service.private_dns_name):
        return False
    if not service.private_dns_name:
        refuse(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service.name} does not provide a private DNS name.",
        )
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        refuse(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true "
            f"for {vpc.id}",
        )
    for other in backend.vpc_end_points.values():
        if other.vpc_id == vpc.id and other.service_name == service.name and other.private_dns_enabled:
            refuse(
                "InvalidParameter",
                f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{service.private_dns_name} in the VPC {vpc.id}",
            )
    return True
