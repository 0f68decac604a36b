"""An endpoint service's connections, from its owner's side: list, accept, reject. Not in moto."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.ec2.endpoint_services import OPEN_STATES, connections, failure
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse

KEYS = {
    "service-id": "ServiceId",
    "vpc-endpoint-id": "VpcEndpointId",
    "vpc-endpoint-owner": "VpcEndpointOwner",
    "vpc-endpoint-state": "VpcEndpointState",
}
"""The member of a connection that each filter of DescribeVpcEndpointConnections compares."""


@operation(EC2Response, "describe_vpc_endpoint_connections")
def the_owner_lists_connections(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: DescribeVpcEndpointConnections, with its filters on service, endpoint, owner and state; not in moto."""
    wanted = {entry["Name"]: entry.get("Values", []) for entry in params.get("Filters", [])}
    if unknown := sorted(wanted.keys() - KEYS.keys()):
        refuse("InvalidParameter", f"The filter '{unknown[0]}' is invalid. Valid here: {', '.join(KEYS)}")
    listed = [
        {
            "ServiceId": config.id,
            "VpcEndpointId": endpoint.id,
            "VpcEndpointOwner": endpoint.owner_id,
            "VpcEndpointState": endpoint.state,
            "VpcEndpointRegion": endpoint.ec2_backend.region_name,
            "CreationTimestamp": endpoint.creation_timestamp,
            "DnsEntries": endpoint.dns_entries,
            "NetworkLoadBalancerArns": config.network_load_balancer_arns,
            "IpAddressType": "ipv4",
        }
        for config in response.ec2_backend.configurations.values()
        for endpoint in connections(config)
    ]
    return {
        "VpcEndpointConnections": [
            entry for entry in listed if all(entry[KEYS[name]] in values for name, values in wanted.items())
        ]
    }


@operation(EC2Response, "accept_vpc_endpoint_connections")
def the_owner_accepts(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: AcceptVpcEndpointConnections turns pendingAcceptance into available; not in moto."""
    return _decide(response, params, from_states=("pendingAcceptance",), to_state="available")


@operation(EC2Response, "reject_vpc_endpoint_connections")
def the_owner_rejects(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: RejectVpcEndpointConnections ends a pending or available connection; not in moto."""
    return _decide(response, params, from_states=OPEN_STATES, to_state="rejected")


def _decide(response: Any, params: Params, *, from_states: tuple[str, ...], to_state: str) -> Mapping[str, Any]:
    config = response.ec2_backend.describe_vpc_endpoint_service_configurations([params["ServiceId"]])[0]
    known = {endpoint.id: endpoint for endpoint in connections(config)}
    unsuccessful = []
    for endpoint_id in params["VpcEndpointIds"]:
        endpoint = known.get(endpoint_id)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            unsuccessful.append(failure(endpoint_id, "InvalidVpcEndpoint.NotFound", message))
        elif endpoint.state not in from_states:
            message = f"VPC endpoint {endpoint_id} is {endpoint.state}: it must be {' or '.join(from_states)}"
            unsuccessful.append(failure(endpoint_id, "InvalidState", message))
        else:
            endpoint.state = to_state
    return {"Unsuccessful": unsuccessful}
