"""The plan of an attached stack: connections on the load balancer of a shard that another stack holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.edge import existing_certificates, hosted_zones, ipv6, mutual_tls, sign_in
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan, check_alarms, plan_attached_alarms
from privatelink_ingress.plan.edge.connections import ConnectionPlan, plan_connections
from privatelink_ingress.plan.edge.dashboards import DashboardsPlan, check_dashboards, plan_dashboards
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.hosted_zones import HostedZone
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan, plan_removal
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.plan.edge.shard_checks import check_stack
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing import routes as routing
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, Problems
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.stack_names import short


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttachmentPlan:
    """The connections of one stack."""

    tags: Mapping[str, str]
    connections: tuple[ConnectionPlan, ...]
    alarms: AlarmsPlan | None
    dashboards: DashboardsPlan
    removal: EdgeRemovalPlan


def plan_attachment(
    settings: AttachedSettings,
    *,
    stack: str,
    region: str,
    site: EdgeSite,
    contracts: Mapping[str, Contract],
    zones: Mapping[str, HostedZone] | None = None,
    routes: Sequence[RoutePlan] | None = None,
    found: FoundCertificates | None = None,
) -> AttachmentPlan:
    """Decide everything.

    Only this stack's own file is known here, not the slots, names and routes of the shard's other stacks. None can
    clash silently: AWS refuses a listener rule whose priority is taken, an endpoint whose address is taken, and a
    second record of one name. `privatelink-ingress check` compares all files and finds such a clash earlier.

    Args:
        settings: The stack file.
        stack: Name of the stack.
        region: Region of the stack.
        site: The shard's edge: as its contract says, or as its own stack plans it.
        contracts: What the backends publish, by `Backend.source`.
        zones: The hosted zones of `hosted_zones.keys`, by id, if known.
        routes: The connections to plan, for a caller that has their routes already; else all of the settings.
        found: The existing certificates, if AWS was asked for them.

    Raises:
        UserError: with everything that does not fit, before anything is registered.
    """
    problems = Problems(check_stack(stack))
    problems += _check_site(settings, region, site)
    problems += sign_in.check_attached(settings.connections, site, shard=short(settings.edge_stack))
    shard = short(settings.edge_stack)
    problems += mutual_tls.check_connections(settings.connections, site.mutual_tls, project=PROJECT, shard=shard)
    problems += list(ipv6.check_sources(settings.connections, site.ipv6, shard=shard))
    published = routing.plan_all(settings.connections) if routes is None else routes
    problems += hosted_zones.check(settings, published, zones or {}, hosted_zone_id=site.hosted_zone_id)
    problems += check_alarms(settings, site)
    problems += check_dashboards(settings, site)
    problems += existing_certificates.check(settings, found)
    with problems.collect():
        connections = plan_connections(published, contracts, site, stack=stack, found=found)
    problems.raise_all(f"Stack {stack} cannot be attached to {settings.edge_stack}")
    alarms = plan_attached_alarms(settings, connections, site, stack=stack)
    return AttachmentPlan(
        tags=edge_tags(settings, stack),
        connections=connections,
        alarms=alarms,
        dashboards=plan_dashboards(settings, connections, site, alarms, stack=stack),
        removal=plan_removal(settings, stack=stack, region=region),
    )


def _check_site(settings: AttachedSettings, region: str, site: EdgeSite) -> list[Problem]:
    """An attached stack adds to resources of the shard, which are in one account and region."""
    name, problems = settings.edge_stack, []
    if settings.account_id != site.account_id:
        reason = f"is {settings.account_id}, but edge stack {name} is in account {site.account_id}"
        problems.append(Problem("accountId", reason, f'Write "{site.account_id}", or attach to another stack.'))
    if region != site.region:
        reason = f"is {region}, but edge stack {name} is in {site.region}"
        problems.append(Problem("aws:region", reason, f"Write {site.region}, or attach to another stack."))
    return problems
