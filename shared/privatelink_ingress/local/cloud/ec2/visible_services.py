"""Who sees which endpoint services: AWS's own, and those whose permissions name the caller."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends, vpcs
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.hardening import Params, before, operation, refuse

PRINCIPAL = re.compile(r"\*|arn:aws[a-z-]*:iam::(\d{12}):(?:root|(?:user|role)/[\w+=,.@-]+)")
"""An account, a user or role without a path, or everyone (ModifyVpcEndpointServicePermissions)."""

for _services in (vpcs.IMPLEMENTED_ENDPOINT_SERVICES, vpcs.COVERED_ENDPOINT_SERVICES):
    # CloudFormation's endpoint service has the plain form; moto's backend for it imports forty other services.
    _services.remove("cloudformation")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """A service that a consumer can connect to: an endpoint service of any account, or one of AWS."""

    name: str
    home: str
    """The service's Region."""
    types: tuple[str, ...]
    zone_ids: frozenset[str]
    acceptance_required: bool
    dns_name: str
    private_dns_name: str
    regions: frozenset[str]


def find_service(caller: str, region: str, name: str, *, home: str | None = None) -> Service:
    """The service `name` of the Region `home` (default `region`), as account `caller` sees it.

    AWS answers InvalidServiceName both for a service that does not exist and for one whose permissions do not name
    the caller.
    """
    home = home or region
    for config in _visible_configurations(caller, home):
        if config.service_name == name:
            return Service(
                name=name,
                home=home,
                types=(config._service_type_name,),
                zone_ids=frozenset(config.availability_zone_ids),
                acceptance_required=config.acceptance_required,
                dns_name=config.endpoint_dns_name,
                private_dns_name=config.private_dns_name or "",
                regions=frozenset({home, *config._supported_region_names}),
            )
    own = [entry for entry in _aws_services(caller, home) if entry["ServiceName"] == name]
    if not own or home != region:
        refuse("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    zones = RegionsAndZonesBackend.zones[home]
    return Service(
        name=name,
        home=home,
        types=tuple(sorted({kind["ServiceType"] for entry in own for kind in entry["ServiceType"]})),
        zone_ids=frozenset(zone.zone_id for zone in zones),
        acceptance_required=False,
        dns_name=own[0]["BaseEndpointDnsNames"][0],
        private_dns_name=next((entry["PrivateDnsName"] for entry in own if entry.get("PrivateDnsName")), ""),
        regions=frozenset({home}),
    )


def backends() -> Iterator[Any]:
    """Moto's EC2 of every account and Region."""
    for regions in list(ec2_backends.values()):
        yield from list(regions.values())


def _visible_configurations(caller: str, region: str) -> list[Any]:
    return [
        config
        for backend in backends()
        if backend.region_name == region
        for config in backend.configurations.values()
        if backend.account_id == caller or any(_allows(principal, caller) for principal in config.principals)
    ]


def _allows(principal: str, account_id: str) -> bool:
    # By account: the emulated AWS knows only the caller's account. AWS also compares users and roles.
    matched = PRINCIPAL.fullmatch(principal)
    return principal == "*" or (matched is not None and matched[1] == account_id)


def _aws_services(account_id: str, region: str) -> list[dict[str, Any]]:
    return ec2_backends[account_id][region]._collect_default_endpoint_services(account_id, region)


@before(EC2Response, "modify_vpc_endpoint_service_permissions")
def principals_are_accounts_roles_users_or_everybody(response: Any, params: Params) -> None:
    """AWS: InvalidPrincipal; ARNs with path components are not supported (ModifyVpcEndpointServicePermissions)."""
    for principal in params.get("AddAllowedPrincipals", []):
        if not PRINCIPAL.fullmatch(principal):
            refuse(
                "InvalidPrincipal",
                f"Invalid Principal: '{principal}'. Write * or the ARN of an account's root, a user or a role "
                "without a path, such as arn:aws:iam::222222222222:root.",
            )


@operation(EC2Response, "describe_vpc_endpoint_services")
def services_are_seen_by_those_whom_they_allow(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: a consumer sees AWS's services and those that list it as a principal (DescribeVpcEndpointServices).

    With ServiceRegions: services of those Regions that support the caller's Region.
    """
    account_id, region = response.current_account, response.region
    backend, names = response.ec2_backend, params.get("ServiceNames", [])
    homes = params.get("ServiceRegions") or [region]
    entries = list(_aws_services(account_id, region)) if region in homes else []
    entries += [
        config.to_dict()
        | {"AvailabilityZoneIds": config.availability_zone_ids, "SupportedIpAddressTypes": ["ipv4"], "Tags": []}
        for home in homes
        for config in _visible_configurations(account_id, home)
        if region in (home, *config._supported_region_names)
    ]
    for name in names:
        if not any(entry["ServiceName"] == name for entry in entries):
            refuse("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    # moto's filter reads `Value` for some names and `Values` for others.
    filters = [entry | {"Value": entry.get("Values", [])} for entry in params.get("Filters", [])]
    found = backend._filter_endpoint_services(names, filters, entries)
    found.sort(key=lambda entry: entry["ServiceName"])
    return {"ServiceNames": [entry["ServiceName"] for entry in found], "ServiceDetails": found}
