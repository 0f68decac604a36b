"""Loads endpoint services, with the endpoints that are connected to them and the principals that may be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import each
from privatelink_ingress.aws.topology.network import Subnet
from privatelink_ingress.trace.topology import EndpointService


def load(
    ec2: Any, owner: str, subnets: Mapping[str, Subnet], *, only: Collection[str] | None = None
) -> dict[str, EndpointService]:
    """Endpoint services of the account and Region, by name: all, or those with a name in `only`."""
    zone_ids = {subnet.zone_name: subnet.zone_id for subnet in subnets.values()}
    every = read(ec2, "describe_vpc_endpoint_service_configurations", "ServiceConfigurations")
    found = [one for one in every if only is None or one["ServiceName"] in only]
    # One call for the connections of all services; the principals take one for each.
    connected = read(ec2, "describe_vpc_endpoint_connections", "VpcEndpointConnections") if found else []

    def principals(service: Mapping[str, Any]) -> list[Any]:
        id_ = service["ServiceId"]
        return read(ec2, "describe_vpc_endpoint_service_permissions", "AllowedPrincipals", ServiceId=id_)

    return {
        service["ServiceName"]: EndpointService(
            id=service["ServiceId"],
            name=service["ServiceName"],
            owner=owner,
            state=service["ServiceState"],
            acceptance_required=service["AcceptanceRequired"],
            principals=tuple(item["Principal"] for item in allowed),
            zone_ids=tuple(sorted(zone_ids[name] for name in service["AvailabilityZones"] if name in zone_ids)),
            load_balancer_arns=tuple(service.get("NetworkLoadBalancerArns", ())),
            connections={
                item["VpcEndpointId"]: item["VpcEndpointState"]
                for item in connected
                if item["ServiceId"] == service["ServiceId"]
            },
        )
        for service, allowed in zip(found, each(principals, found), strict=True)
    }
