"""Endpoint services: their balancers, their zones, and what blocks their deletion.

They connect across accounts here, as in AWS; moto separates accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpc_service_configuration import VPCServiceConfiguration
from moto.ec2.responses import EC2Response
from moto.elbv2.responses import ELBV2Response
from moto.moto_api._internal import mock_random

from privatelink_ingress.local.cloud.ec2.visible_services import backends
from privatelink_ingress.local.cloud.hardening import Params, after, around, before, operation, refuse

OPEN_STATES = ("pendingAcceptance", "available")
"""Connection states that block a service's deletion (DeleteVpcEndpointServiceConfigurations)."""


def connections(config: Any) -> list[Any]:
    """The endpoints, in any account and Region, that are connected to an endpoint service."""
    return [
        endpoint
        for backend in backends()
        for endpoint in backend.vpc_end_points.values()
        if endpoint.service_name == config.service_name
    ]


def _zones_of(balancers: list[Any]) -> tuple[list[str], list[str]]:
    zones = sorted({(s.availability_zone, s.availability_zone_id) for lb in balancers for s in lb.subnets})
    return [name for name, _ in zones], [zone_id for _, zone_id in zones]


@around(VPCServiceConfiguration, "__init__")
def services_have_ids_and_zones_as_in_aws(
    original: Any, self: Any, load_balancers: list[Any], region: str, *args: Any, **kwargs: Any
) -> None:
    """AWS: an id has 17 hexadecimal digits; the zones are those of the load balancer at creation, each once."""
    original(self, load_balancers, region, *args, **kwargs)
    self.id = f"vpce-svc-{mock_random.get_random_hex(length=17)}"
    self.service_name = f"com.amazonaws.vpce.{region}.{self.id}"
    self.endpoint_dns_name = f"{self.id}.{region}.vpce.amazonaws.com"
    self.availability_zones, self.availability_zone_ids = _zones_of(load_balancers)
    self.supported_ip_address_types = ["ipv4"]


@before(EC2Response, "create_vpc_endpoint_service_configuration", "modify_vpc_endpoint_service_configuration")
def a_network_balancer_serves_one_service(response: Any, params: Params) -> None:
    """AWS: InvalidParameter unless each is a Network Load Balancer that no other service uses (PrivateLink guide)."""
    backend = response.ec2_backend
    arns = [*params.get("NetworkLoadBalancerArns", []), *params.get("AddNetworkLoadBalancerArns", [])]
    if not arns:
        return
    for balancer in backend.elbv2_backend.describe_load_balancers(arns=arns, names=None):
        if balancer.type != "network":
            refuse("InvalidParameter", f"The load balancer {balancer.arn} is not a network load balancer.")
        for config in backend.configurations.values():
            if balancer.arn in config.network_load_balancer_arns:
                message = (
                    f"Network Load Balancer {balancer.arn} is already associated with VPC endpoint service {config.id}."
                )
                refuse("InvalidParameter", message)


@before(EC2Response, "create_vpc_endpoint_service_configuration", "modify_vpc_endpoint_service_configuration")
def a_service_has_the_address_types_of_its_balancers(response: Any, params: Params) -> None:
    """AWS: a service supports IPv6 when all its Network Load Balancers are dualstack (PrivateLink guide, "Share")."""
    asked = {*params.get("SupportedIpAddressTypes", ()), *params.get("AddSupportedIpAddressTypes", ())}
    if wrong := sorted(asked - {"ipv4"}):
        refuse("InvalidParameter", f"The load balancers of the service do not support the IP address type {wrong[0]}.")


@before(EC2Response, "modify_vpc_endpoint_service_configuration")
def a_balancer_with_connections_stays(response: Any, params: Params) -> None:
    """AWS: a load balancer cannot be dissociated while endpoints are connected (PrivateLink guide, "Configure")."""
    config = response.ec2_backend.configurations.get(params["ServiceId"])
    if config and params.get("RemoveNetworkLoadBalancerArns") and open_connections(config):
        refuse(
            "ExistingVpcEndpointConnections",
            f"Cannot remove load balancers from {config.id}: connected are {', '.join(open_connections(config))}.",
        )


@after(EC2Response, "modify_vpc_endpoint_service_configuration")
def a_modified_service_takes_up_the_balancers_zones(response: Any, params: Params, answer: Any) -> Any:
    """AWS: zones added to the load balancer are enabled by the next modify (PrivateLink guide, "Configure")."""
    backend = response.ec2_backend
    config = backend.configurations[params["ServiceId"]]
    balancers = backend.elbv2_backend.describe_load_balancers(arns=config.network_load_balancer_arns, names=None)
    config.availability_zones, config.availability_zone_ids = _zones_of(balancers)
    return answer


@operation(EC2Response, "delete_vpc_endpoint_service_configurations")
def services_with_connections_stay(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: HTTP 200 with ExistingVpcEndpointConnections for each service that has available or pending connections."""
    backend, unsuccessful = response.ec2_backend, []
    for service_id in params["ServiceIds"]:
        config = backend.configurations.get(service_id)
        if config is None:
            message = f"The VpcEndpointService Id '{service_id}' does not exist"
            unsuccessful.append(failure(service_id, "InvalidVpcEndpointService.NotFound", message))
        elif endpoints := open_connections(config):
            message = f"Service has existing active VPC Endpoint connections! {', '.join(endpoints)}"
            unsuccessful.append(failure(service_id, "ExistingVpcEndpointConnections", message))
        else:
            del backend.configurations[service_id]
    return {"Unsuccessful": unsuccessful}


@before(ELBV2Response, "delete_load_balancer")
def a_balancer_behind_a_service_stays(response: Any, params: Params) -> None:
    """AWS: ResourceInUse (ELBv2 DeleteLoadBalancer)."""
    arn = params["LoadBalancerArn"]
    for config in ec2_backends[response.current_account][response.region].configurations.values():
        if arn in config.network_load_balancer_arns:
            refuse(
                "ResourceInUse",
                f"Load balancer '{arn}' cannot be deleted because it is currently associated with another service: "
                f"VPC endpoint service {config.id}",
            )


def open_connections(config: Any) -> list[str]:
    """Ids of the endpoints that block a service's deletion."""
    return sorted(endpoint.id for endpoint in connections(config) if endpoint.state in OPEN_STATES)


def failure(resource_id: str, code: str, message: str) -> dict[str, Any]:
    """One entry of `Unsuccessful`: how EC2 refuses a part of a request with HTTP 200."""
    return {"ResourceId": resource_id, "Error": {"Code": code, "Message": message}}
