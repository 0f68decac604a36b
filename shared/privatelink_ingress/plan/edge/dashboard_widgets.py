"""What the dashboards of the edge show: requests, errors, latency, targets, endpoints, firewall, expiry and quotas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privatelink_ingress import regions
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.alarms import RUNBOOKS, AlarmPlan
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.dashboards import AlarmStates, Graph, Line, Text, Widget
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.certificates import CertificatesPlan
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.firewall.rate_limits import OF_CONNECTION
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan, FirewallRule
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.edge.target_groups import TargetGroupPlan


def of_connection(
    plan: ConnectionPlan,
    stack: str,
    site: EdgeSite,
    alarms: Sequence[AlarmPlan],
    firewall: FirewallPlan | None,
) -> Iterator[Widget]:
    """Of one connection; `firewall` where its stack holds the web ACL."""
    commands = [f"./run doctor {plan.name}", *(f"./run trace https://{host}/ --live" for host in plan.hosts[:1])]
    yield _text(f"{plan.name} of {plan.owner}: {', '.join(plan.hosts[:10])}", stack, commands, alarms)
    yield from _states(alarms, site)
    for backend in plan.backends:
        for group in backend.groups:
            yield from _of_group(backend, group)
        yield from _of_endpoint(backend)
    if firewall and not firewall.existing_arn:
        own = [rule for rule in firewall.rules if rule.key == f"{OF_CONNECTION}{plan.name}"]
        yield from _of_rules(firewall, own, site, blocked="Blocked by its own rate limit", counted="Counted by it")
    if plan.certificate:
        yield _expiry(plan.certificate)


def _of_group(backend: BackendPlan, group: TargetGroupPlan) -> Iterator[Widget]:
    position, protocol = backend.position, group.route_protocol
    which = f"backend {position}" if protocol == "http1" else f"backend {position} ({protocol})"

    def line(label: str, name: str, statistic: str = "Sum") -> Line:
        return Line(label=label, watches=measured.group(position, protocol, name, statistic))

    yield Graph(
        title=f"Requests and errors, {which}",
        lines=(
            line("requests", measured.REQUESTS),
            line("status 500 and above", measured.TARGET_ERRORS),
            line("status 400 to 499", measured.TARGET_REFUSALS),
        ),
    )
    yield Graph(
        title=f"Latency in seconds, {which}",
        lines=tuple(line(share, measured.LATENCY, share) for share in ("p50", "p90", "p99")),
    )
    yield Graph(
        title=f"Targets by zone, {which}",
        lines=tuple(
            Line(label=f"{label} {target.zone_id}", watches=count(position, protocol, target.zone_id))
            for target in backend.targets
            for label, count in (("healthy", measured.healthy), ("unhealthy", measured.unhealthy))
        ),
    )


def _of_endpoint(backend: BackendPlan) -> Iterator[Widget]:
    """Nothing for an endpoint whose service is in another Region, of which AWS reports nothing."""
    if backend.service_region is None:
        for title, name in (("Bytes", measured.BYTES), ("Dropped packets", measured.DROPPED)):
            line = Line(label=title.lower(), watches=measured.of_endpoint(backend, name))
            yield Graph(title=f"{title}, endpoint of backend {backend.position}", lines=(line,))


def of_shard(
    firewall: FirewallPlan,
    certificates: CertificatesPlan,
    stack: str,
    site: EdgeSite,
    alarms: Sequence[AlarmPlan],
) -> Iterator[Widget]:
    """Of what all connections of a load balancer share."""
    yield _text(f"Load balancer of {stack}", stack, ["./run doctor", "./run capacity"], alarms)
    yield from _states(alarms, site)

    def line(label: str, name: str, statistic: str = "Sum") -> Line:
        return Line(label=label, watches=measured.balancer(name, statistic))

    yield Graph(title="Requests", lines=(line("requests", measured.REQUESTS),))
    yield Graph(
        title="Errors",
        lines=(
            line("of targets", measured.TARGET_ERRORS),
            line("of the load balancer", measured.BALANCER_ERRORS),
            line("503 of the load balancer: maintenance", measured.MAINTENANCE),
        ),
    )
    yield Graph(
        title="Latency in seconds",
        lines=tuple(line(share, measured.LATENCY, share) for share in ("p50", "p90", "p99")),
    )
    # The metrics of an existing web ACL have names of its owner's.
    if not firewall.existing_arn:
        totals = (("allowed", measured.ALLOWED), ("blocked", measured.BLOCKED), ("counted", measured.COUNTED))
        yield Graph(
            title="Firewall",
            lines=tuple(
                Line(label=label, watches=measured.firewall(firewall.metric, name, region=site.region))
                for label, name in totals
            ),
        )
        yield from _of_rules(firewall, firewall.rules, site, blocked="Blocked by rule", counted="Counted by rule")
    for key in measured.QUOTAS:
        line_ = Line(label="percent", watches=measured.quota_share(key))
        yield Graph(title=f"Quota of {QUOTAS[key].name}, in use", lines=(line_,), width=6)
    yield _expiry(certificates)


def _of_rules(
    firewall: FirewallPlan, rules: Sequence[FirewallRule], site: EdgeSite, *, blocked: str, counted: str
) -> Iterator[Widget]:
    for title, name in ((blocked, measured.BLOCKED), (counted, measured.COUNTED)):
        lines = tuple(
            Line(
                label=rule.key,
                watches=measured.firewall(firewall.metric, name, region=site.region, rule=rule.metric),
            )
            for rule in rules
        )
        if lines:
            yield Graph(title=title, lines=lines)


def _expiry(plan: CertificatesPlan) -> Graph:
    lines = tuple(Line(label=one.key, watches=measured.days_to_expiry(one.key)) for one in plan.certificates)
    return Graph(title="Days until certificates expire", lines=lines)


def _states(alarms: Sequence[AlarmPlan], site: EdgeSite) -> Iterator[AlarmStates]:
    if alarms:
        prefix = f"arn:{regions.partition(site.region)}:cloudwatch:{site.region}:{site.account_id}:alarm:"
        yield AlarmStates(arns=tuple(f"{prefix}{alarm.name}" for alarm in alarms))


def _text(title: str, stack: str, commands: Sequence[str], alarms: Sequence[AlarmPlan]) -> Text:
    runbooks = sorted({f"{RUNBOOKS}/{alarm.runbook}.md" for alarm in alarms}) or [f"{RUNBOOKS}/"]
    lines = [
        f"# {title}",
        f"Commands: {', '.join(f'`{command}`' for command in commands)}",
        "",
        f"Runbooks: {', '.join(runbooks)}",
        "",
        f"Stack `{PROJECT}/{stack}` writes this dashboard: the next deployment undoes changes that are made here.",
    ]
    return Text(markdown="\n".join(lines))
