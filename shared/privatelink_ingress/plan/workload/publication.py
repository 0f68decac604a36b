"""How a cluster's service is offered over PrivateLink: load balancer, endpoint service, contract."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts import service as contract
from privatelink_ingress.plan import names, zones
from privatelink_ingress.plan.workload import declared_zones, nodes
from privatelink_ingress.plan.workload.controller import ControllerPlan, grpc
from privatelink_ingress.plan.workload.notifications import NotificationsPlan, plan_notifications
from privatelink_ingress.plan.workload.protocols import PROTOCOLS, Protocol
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.publication import Consumer, Publication

SECURITY_GROUP_RULES = 60
"""Inbound rules of a security group: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""

DEREGISTRATION_SECONDS = 60
"""How long a leaving node may finish its connections; the edge's own idle time-out is 60 s as well."""

HEALTH_INTERVAL_SECONDS = 10
HEALTH_TIMEOUT_SECONDS = 5
HEALTH_THRESHOLD = 2
"""Two misses in a row, 20 s, take a node out. Ranges: CreateTargetGroup, ELBv2 API."""

_AUTONAME = 8
"""Characters that Pulumi adds to a name: a hyphen and seven hexadecimal digits."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrincipalPlan:
    """One principal that may connect."""

    key: str
    arn: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublicationPlan:
    """One published service."""

    load_balancer: str
    """Logical name that, with what Pulumi adds, fits the limit of AWS; so does `target_group`."""
    target_group: str
    protocol: Protocol
    """Decides every port from the listener to the nodes."""
    health_path: str
    cross_zone: bool
    enforce_inbound_rules: bool
    """True when the load balancer's security group judges PrivateLink traffic by the client's own address.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html"""
    client_cidrs: tuple[str, ...]
    """The sources that it then admits: the edges' load balancer subnets. Empty when it is off."""
    deletion_protection: bool
    zones_key: str
    """The setting that names the zones."""
    acceptance_required: bool
    supported_regions: tuple[str, ...]
    """All Regions from which the service can be reached, its own among them, which AWS does not let you remove. Empty
    when it is the only one."""
    principals: tuple[PrincipalPlan, ...]
    notifications: NotificationsPlan | None
    contract: Mapping[str, Any]
    """The fields of the contract that are known before anything exists: all but the endpoint service's name and id."""
    parameter: str
    parameter_tier: str
    parameter_writer_role_arn: str | None
    parameter_writer_external_id: str | None


def plan_publication(
    settings: WorkloadSettings,
    *,
    name: str,
    region: str,
    zone_ids: tuple[str, ...],
    controller: ControllerPlan | None = None,
) -> PublicationPlan:
    """The publication of connection `name`. Without the `controller`'s plan, nothing is known of its timeouts.

    Raises:
        UserError: when another Region cannot be supported, the topic of notifications is elsewhere, or the clients'
            networks are more than a security group takes.
    """
    publication = settings.publication
    protocol = PROTOCOLS[publication.protocol]
    others = tuple(sorted(set(publication.supported_regions) - {region}))
    if others:
        _check_zones(zone_ids)
    enforce = all(consumer.alb_subnet_cidrs for consumer in publication.consumers)
    client_cidrs = {cidr for consumer in publication.consumers for cidr in consumer.alb_subnet_cidrs}
    if enforce:
        _check_clients(client_cidrs)
    return PublicationPlan(
        load_balancer=names.fit(f"{name}-nlb", names.LOAD_BALANCER - _AUTONAME),
        target_group=names.fit(f"{name}-{protocol.key}", names.LOAD_BALANCER - _AUTONAME),
        protocol=protocol,
        health_path=publication.health_path,
        cross_zone=nodes.cross_zone(settings, zone_ids),
        enforce_inbound_rules=enforce,
        client_cidrs=tuple(sorted(client_cidrs)) if enforce else (),
        deletion_protection=settings.cluster.deletion_protection,
        zones_key=declared_zones.zones_key(settings),
        acceptance_required=publication.acceptance_required,
        supported_regions=tuple(sorted((region, *others))) if others else (),
        principals=_principals(publication.consumers, regions.partition(region)),
        notifications=plan_notifications(publication.notifications, account_id=settings.account_id, region=region),
        contract={
            "contract_version": contract.VERSION,
            "connection_name": name,
            "owner": settings.owner,
            "account_id": settings.account_id,
            "region": region,
            "zone_ids": list(zone_ids),
            "port": protocol.port,
            "protocol": protocol.name,
            "health_path": publication.health_path,
            "supported_regions": list(others),
            "acceptance_required": publication.acceptance_required,
            **_protocols(publication),
            **_timeouts(controller),
        },
        parameter=f"{publication.parameter.prefix}/{name}",
        parameter_tier=publication.parameter.tier,
        parameter_writer_role_arn=publication.parameter.writer_role_arn,
        parameter_writer_external_id=publication.parameter.writer_external_id,
    )


def unjudged(settings: WorkloadSettings) -> Iterator[Problem]:
    """A warning when some consumers name their subnets, and others do not: then no request is judged by its address."""
    consumers = settings.publication.consumers
    silent = [index for index, consumer in enumerate(consumers) if not consumer.alb_subnet_cidrs]
    if silent and len(silent) < len(consumers):
        named = ", ".join(f"{consumers[index].account_id} (consumers[{index}])" for index in silent)
        yield Problem(
            "publication.consumers",
            f"name the load balancer subnets of some accounts and not of {named}, so the network load balancer admits "
            "every address of every consumer, and albSubnetCidrs has no effect",
            "Write albSubnetCidrs for each consumer, or for none.",
        )


def without_remote_access(settings: WorkloadSettings) -> Iterator[Problem]:
    """A warning for zones that other Regions do not reach, where the service is for other Regions as well."""
    excluded = sorted(set(settings.network.zone_ids or ()) & zones.NOT_ACROSS_REGIONS)
    if settings.publication.supported_regions and excluded:
        yield Problem(
            "publication.supportedRegions",
            f"are set, but PrivateLink supports no connections between Regions in {', '.join(excluded)}: edges in "
            "other Regions use the other zones alone",
            "Write other zones in network.zoneIds where you can.",
        )


def _protocols(publication: Publication) -> dict[str, Any]:
    """Fields of the contract from its version 2 on."""
    return {
        "protocol_versions": ["HTTP1", "HTTP2", "GRPC"] if publication.http2 else ["HTTP1"],
        "grpc_health_path": publication.grpc_health_path or grpc.HEALTH_PATH,
        "grpc_health_codes": publication.grpc_health_codes or grpc.HEALTH_CODES,
    }


def _timeouts(controller: ControllerPlan | None) -> dict[str, float]:
    if controller is None:
        return {}
    return {
        "keepalive_seconds": controller.keepalive_seconds,
        "read_timeout_seconds": controller.read_timeout_seconds,
    }


def _check_clients(cidrs: Collection[str]) -> None:
    if len(cidrs) > SECURITY_GROUP_RULES:
        problem = Problem(
            "publication.consumers",
            f"have {len(cidrs)} networks in albSubnetCidrs, but a security group has {SECURITY_GROUP_RULES} rules",
            "Merge networks, or leave albSubnetCidrs out for every consumer: then only principals decide who may "
            "connect.",
        )
        raise UserError("Too many client networks", [problem])


def _check_zones(zone_ids: tuple[str, ...]) -> None:
    if len(usable := sorted(set(zone_ids) - zones.NOT_ACROSS_REGIONS)) < zones.MINIMUM:
        excluded = ", ".join(sorted(set(zone_ids) & zones.NOT_ACROSS_REGIONS))
        reason = (
            f"take {zones.MINIMUM} zones, but PrivateLink supports no connections between Regions in {excluded}, "
            f"which leaves {', '.join(usable) or 'none'}"
        )
        remedy = "Set network.zoneIds to more zones, or remove the other Regions."
        problem = Problem("publication.supportedRegions", reason, remedy)
        raise UserError("The service cannot be reached from other Regions", [problem])


def _principals(consumers: tuple[Consumer, ...], partition: str) -> tuple[PrincipalPlan, ...]:
    arns = {consumer.principal_arn or f"arn:{partition}:iam::{consumer.account_id}:root" for consumer in consumers}
    return tuple(PrincipalPlan(key=_key(arn), arn=arn) for arn in sorted(arns))


def _key(arn: str) -> str:
    principal = Arn.parse(arn)
    account = principal.account_id
    return account if principal.resource == "root" else f"{account}-{principal.resource.replace('/', '-')}"
