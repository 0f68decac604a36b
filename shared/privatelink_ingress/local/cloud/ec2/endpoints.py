"""VPC endpoints: interface endpoints with the requested addresses, and gateway endpoints.

Replaces moto's create, modify and delete, which assign random addresses outside the subnet and check nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.ec2.responses import EC2Response
from moto.ec2.utils import add_tag_specification
from moto.moto_api._internal import mock_random

from privatelink_ingress.local.cloud.ec2.endpoint_requests import (
    addresses_in,
    private_dns_of,
    require_groups,
    require_policy,
    require_room,
    require_tables,
    subnets_of,
)
from privatelink_ingress.local.cloud.ec2.endpoint_services import failure
from privatelink_ingress.local.cloud.ec2.visible_services import Service, find_service
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse


@operation(EC2Response, "create_vpc_endpoint")
def endpoints_are_created_as_asked(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: CreateVpcEndpoint; type Gateway when none is given."""
    backend, kind = response.ec2_backend, params.get("VpcEndpointType", "Gateway")
    vpc = backend.get_vpc(params["VpcId"])
    if "ServiceName" not in params:
        refuse(
            "MissingParameter", "The request must contain the parameter ServiceName: other endpoints are not emulated"
        )
    home = params.get("ServiceRegion")
    service = find_service(response.current_account, response.region, params["ServiceName"], home=home)
    if response.region not in service.regions:
        refuse("InvalidServiceName", f"The Vpc Endpoint Service '{service.name}' does not exist")
    if kind not in service.types:
        available = ", ".join(service.types)
        refuse("InvalidParameter", f"Endpoint type ({kind}) does not match available service types ([{available}]).")
    require_policy(params.get("PolicyDocument"))
    if kind == "Interface":
        return {"VpcEndpoint": _create_interface(response, params, vpc, service)}
    return {"VpcEndpoint": _create_gateway(response, params, vpc, service)}


def _create_interface(response: Any, params: Params, vpc: Any, service: Service) -> Any:
    backend = response.ec2_backend
    if params.get("RouteTableIds"):
        refuse("InvalidParameter", "Route tables can only be specified for Gateway endpoints.")
    if params.get("IpAddressType", "ipv4") != "ipv4":
        refuse("InvalidParameter", f"The service {service.name} does not support {params['IpAddressType']}.")
    require_room(backend, vpc)
    private_dns = private_dns_of(backend, vpc, service, params.get("PrivateDnsEnabled"))
    groups = params.get("SecurityGroupIds") or [backend.get_default_security_group(vpc.id).id]
    require_groups(backend, vpc, groups)
    subnets = subnets_of(backend, vpc, service, params.get("SubnetIds", []), [])
    addresses = addresses_in(backend, subnets, params.get("SubnetConfigurations", []), held={})
    endpoint = backend.create_vpc_endpoint(
        vpc_id=vpc.id,
        service_name=service.name,
        endpoint_type="Interface",
        policy_document=params.get("PolicyDocument"),
        route_table_ids=[],
        subnet_ids=[],
        security_group_ids=list(groups),
        tags=add_tag_specification(params.get("TagSpecifications", [])),
        private_dns_enabled=private_dns,
    )
    endpoint.state = "pendingAcceptance" if service.acceptance_required else "available"
    endpoint.ip_address_type = "ipv4"
    endpoint.dns_options = {"DnsRecordIpType": "ipv4"} | params.get("DnsOptions", {})
    endpoint.service_region = params.get("ServiceRegion", response.region)
    endpoint.hosted_zone_id = f"Z{mock_random.get_random_hex(length=13).upper()}"
    endpoint.dns_label = f"{endpoint.id}-{mock_random.get_random_hex(length=8)}"
    endpoint.dns_suffix, endpoint.private_dns_name = service.dns_name, service.private_dns_name if private_dns else ""
    _finish(backend, endpoint)
    for subnet in subnets:
        _attach(backend, endpoint, subnet, addresses[subnet.id])
    _name(backend, endpoint)
    return endpoint


def _create_gateway(response: Any, params: Params, vpc: Any, service: Service) -> Any:
    backend, tables = response.ec2_backend, params.get("RouteTableIds", [])
    if params.get("SubnetIds") or params.get("SecurityGroupIds") or params.get("SubnetConfigurations"):
        refuse("InvalidParameter", "Subnets and security groups can only be specified for Interface endpoints.")
    require_tables(backend, vpc.id, service.name, tables)
    endpoint = backend.create_vpc_endpoint(
        vpc_id=vpc.id,
        service_name=service.name,
        endpoint_type="Gateway",
        policy_document=params.get("PolicyDocument"),
        route_table_ids=list(tables),
        tags=add_tag_specification(params.get("TagSpecifications", [])),
        private_dns_enabled=False,
    )
    _finish(backend, endpoint)
    return endpoint


@operation(EC2Response, "modify_vpc_endpoint")
def modified_endpoints_keep_their_interfaces_right(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: ModifyVpcEndpoint. A changed address replaces the interface of that subnet (SubnetConfiguration)."""
    backend = response.ec2_backend
    endpoint = backend.get_vpc_end_point(params["VpcEndpointId"])
    require_policy(params.get("PolicyDocument"))
    if endpoint.vpc_endpoint_type == "Interface":
        _modify_interface(response, endpoint, params)
    else:
        added = params.get("AddRouteTableIds", [])
        require_tables(backend, endpoint.vpc_id, endpoint.service_name, added)
        for table_id in params.get("RemoveRouteTableIds", []):
            backend.delete_route(table_id, endpoint.destination_prefix_list_id)
            endpoint.route_table_ids.remove(table_id)
        for table_id in added:
            prefix_list_id = endpoint.destination_prefix_list_id
            backend.create_route(table_id, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list_id)
            endpoint.route_table_ids.append(table_id)
    if params.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(endpoint.DEFAULT_POLICY)
    elif "PolicyDocument" in params:
        endpoint.policy_document = params["PolicyDocument"]
    return {"Return": True}


def _modify_interface(response: Any, endpoint: Any, params: Params) -> None:
    backend = response.ec2_backend
    vpc = backend.get_vpc(endpoint.vpc_id)
    service = find_service(
        response.current_account, response.region, endpoint.service_name, home=endpoint.service_region
    )
    if params.get("IpAddressType", "ipv4") != "ipv4":
        refuse("InvalidParameter", f"The service {service.name} does not support {params['IpAddressType']}.")
    held = {backend.enis[eni_id].subnet.id: backend.enis[eni_id] for eni_id in endpoint.network_interface_ids}
    removed = set(params.get("RemoveSubnetIds", []))
    kept = [eni.subnet for subnet_id, eni in held.items() if subnet_id not in removed]
    added = subnets_of(backend, vpc, service, [s for s in params.get("AddSubnetIds", []) if s not in held], kept)
    groups = [g for g in endpoint.security_group_ids if g not in params.get("RemoveSecurityGroupIds", [])]
    groups += [g for g in params.get("AddSecurityGroupIds", []) if g not in groups]
    if not groups:
        refuse("InvalidParameter", f"VPC endpoint {endpoint.id} must have at least one security group.")
    require_groups(backend, vpc, groups)

    configurations = params.get("SubnetConfigurations", [])
    present = {subnet_id: eni.private_ip_address for subnet_id, eni in held.items()}
    asked = addresses_in(backend, [*kept, *added], configurations, held=present)
    moved = [subnet for subnet in kept if asked[subnet.id] != present[subnet.id]]
    if "PrivateDnsEnabled" in params and params["PrivateDnsEnabled"] != endpoint.private_dns_enabled:
        endpoint.private_dns_enabled = private_dns_of(backend, vpc, service, params["PrivateDnsEnabled"])
        endpoint.private_dns_name = service.private_dns_name if endpoint.private_dns_enabled else ""

    for subnet_id, interface in held.items():
        if subnet_id in removed or asked[subnet_id] != present[subnet_id]:
            _detach(backend, endpoint, interface)
    endpoint.security_group_ids = groups
    for subnet in [*moved, *added]:
        _attach(backend, endpoint, subnet, asked[subnet.id])
    for eni_id in endpoint.network_interface_ids:
        backend.enis[eni_id]._group_set = [backend.get_security_group_from_id(group) for group in groups]
    _name(backend, endpoint)


@operation(EC2Response, "delete_vpc_endpoints")
def deleted_endpoints_take_their_interfaces_along(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: DeleteVpcEndpoints; HTTP 200 with InvalidVpcEndpoint.NotFound for each that is unknown.

    AWS lists a deleted endpoint for a short while; here it disappears at once.
    """
    backend, unsuccessful = response.ec2_backend, []
    for endpoint_id in params["VpcEndpointIds"]:
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            unsuccessful.append(failure(endpoint_id, "InvalidVpcEndpoint.NotFound", message))
            continue
        for eni_id in list(endpoint.network_interface_ids):
            _detach(backend, endpoint, backend.enis[eni_id])
        for table_id in endpoint.route_table_ids:
            backend.delete_route(table_id, endpoint.destination_prefix_list_id)
        del backend.vpc_end_points[endpoint_id]
    return {"Unsuccessful": unsuccessful}


def _finish(backend: Any, endpoint: Any) -> None:
    # Shown by describe beside moto's own attributes, and read by its filter vpc-endpoint-id.
    endpoint.vpc_endpoint_id, endpoint.requester_managed = endpoint.id, False


def _attach(backend: Any, endpoint: Any, subnet: Any, address: str) -> None:
    interface = backend.create_network_interface(
        subnet,
        address,
        group_ids=list(endpoint.security_group_ids),
        description=f"VPC Endpoint Interface {endpoint.id}",
    )
    interface.interface_type, interface.status, interface.requester_managed = "vpc_endpoint", "in-use", True
    endpoint.network_interface_ids.append(interface.id)
    endpoint.subnet_ids.append(subnet.id)


def _detach(backend: Any, endpoint: Any, interface: Any) -> None:
    backend.delete_network_interface(interface.id)
    endpoint.network_interface_ids.remove(interface.id)
    endpoint.subnet_ids.remove(interface.subnet.id)


def _name(backend: Any, endpoint: Any) -> None:
    """The regional name, one name per zone, and the private name (PrivateLink guide, "DNS hostnames")."""
    zones = sorted(backend.get_subnet(subnet_id).availability_zone for subnet_id in endpoint.subnet_ids)
    labels = [endpoint.dns_label, *(f"{endpoint.dns_label}-{zone}" for zone in zones)]
    names = [f"{label}.{endpoint.dns_suffix}" for label in labels]
    names += [endpoint.private_dns_name] if endpoint.private_dns_name else []
    endpoint.dns_entries = [{"DnsName": name, "HostedZoneId": endpoint.hosted_zone_id} for name in names]
