"""The dashboards of the edge: one for each connection, and one for what AWS reports of a whole load balancer only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.dashboards import DashboardPlan, check_dashboard, plan_dashboard
from privatelink_ingress.plan.edge import dashboard_widgets as widgets
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan
from privatelink_ingress.plan.edge.certificates import CertificatesPlan
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import EdgeStack

SETTING = "dashboards"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DashboardsPlan:
    """The dashboards of one stack."""

    shard: DashboardPlan | None = None
    connections: Mapping[str, DashboardPlan] = dataclasses.field(default_factory=dict)
    """By the connection's name."""


def dashboard_name(stack: str, connection: str | None = None) -> str:
    """The name of a dashboard of a stack. Names of stacks and connections have no underscore, so no two are equal."""
    return "_".join([PROJECT, stack, *([connection] if connection else [])])


def check_dashboards(settings: EdgeStack, site: EdgeSite) -> list[Problem]:
    """Why dashboards of the stack could not say what they show."""
    if not settings.dashboards or site.zones_named:
        return []
    shard = settings.edge_stack
    reason = f"is true, but stack {shard} was deployed by a release that does not publish the names of its zones"
    return [Problem(SETTING, reason, f"Deploy stack {shard} again.")]


def plan_dashboards(
    settings: EdgeStack,
    connections: Iterable[ConnectionPlan],
    site: EdgeSite,
    alarms: AlarmsPlan | None,
    *,
    stack: str,
    shared: tuple[FirewallPlan, CertificatesPlan] | None = None,
) -> DashboardsPlan:
    """The dashboards of a stack, which `check_dashboards` finds right; none unless its file says so.

    Args:
        settings: The stack's.
        connections: Its connections.
        site: Where they are.
        alarms: Those of the stack.
        stack: Its name.
        shared: Web ACL and certificates of the load balancer, if the stack holds it.

    Raises:
        UserError: when a dashboard would be larger than CloudWatch takes.
    """
    if not settings.dashboards:
        return DashboardsPlan()
    watching = alarms.connections if alarms else {}
    firewall = shared[0] if shared else None
    plan = DashboardsPlan(
        shard=plan_dashboard(
            dashboard_name(stack),
            region=site.region,
            widgets=widgets.of_shard(*shared, stack, site, alarms.shard if alarms else ()),
            alarms=alarms.shard if alarms else (),
        )
        if shared
        else None,
        connections={
            one.name: plan_dashboard(
                dashboard_name(stack, one.name),
                region=site.region,
                widgets=widgets.of_connection(one, stack, site, watching.get(one.name, ()), firewall),
                alarms=watching.get(one.name, ()),
            )
            for one in connections
        },
    )
    every = (*([plan.shard] if plan.shard else []), *plan.connections.values())
    if problems := [problem for one in every for problem in check_dashboard(one, where=SETTING)]:
        raise UserError(f"The dashboards of stack {stack} do not fit", problems)
    return plan
