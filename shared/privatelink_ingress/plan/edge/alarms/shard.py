"""The alarms of what all connections of a shard share: AWS reports it for each load balancer or web ACL only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.alarms import AlarmPlan, Expression
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.alarms.expiry import plan_expiry
from privatelink_ingress.plan.edge.certificates import CertificatesPlan
from privatelink_ingress.plan.edge.firewall.rate_limits import OF_CONNECTION
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan
from privatelink_ingress.settings.alarms import ShardAlarms
from privatelink_ingress.settings.edge import Connection


def plan_shard_alarms(
    settings: ShardAlarms,
    connections: Mapping[str, Connection],
    firewall: FirewallPlan,
    certificates: CertificatesPlan,
    *,
    prefix: str,
    region: str,
) -> tuple[AlarmPlan, ...]:
    """The alarms of one shard.

    Args:
        settings: The shard's.
        connections: Of its own file: each may set how much a firewall rule of its own may block.
        firewall: The web ACL.
        certificates: Of the load balancer.
        prefix: How names of alarms of the stack begin.
        region: Of the edge.
    """
    return (
        _balancer(settings, prefix=prefix),
        # What an existing web ACL blocks, its owner watches: its metric's name is the owner's too.
        *(() if firewall.existing_arn else (_blocked(settings, firewall, prefix=prefix, region=region),)),
        *(() if firewall.existing_arn else _own_rules(settings, connections, firewall, prefix=prefix, region=region)),
        *plan_expiry(certificates, settings.certificate_days, prefix=prefix),
        *(_quota(key, settings, prefix=prefix) for key in measured.QUOTAS),
    )


def _balancer(settings: ShardAlarms, *, prefix: str) -> AlarmPlan:
    return AlarmPlan(
        key="balancer-errors",
        prefix=prefix,
        says=f"The load balancer itself fails more than {settings.balancer_error_percent:g} % of requests.",
        command="./run doctor",
        runbook="balancer-errors",
        watches=Expression(
            # Without 503, which the load balancer answers for a connection in maintenance.
            formula="100 * (FILL(errors, 0) - FILL(maintenance, 0)) / requests",
            label="failed requests in percent",
            metrics={
                "errors": measured.balancer(measured.BALANCER_ERRORS),
                "maintenance": measured.balancer(measured.MAINTENANCE),
                "requests": measured.balancer(measured.REQUESTS),
            },
        ),
        threshold=settings.balancer_error_percent,
        periods=2,
    )


def _blocked(settings: ShardAlarms, firewall: FirewallPlan, *, prefix: str, region: str) -> AlarmPlan:
    return AlarmPlan(
        key="blocked",
        prefix=prefix,
        says=f"The firewall blocks more than {settings.blocked_percent:g} % of requests.",
        command="./run doctor",
        runbook="blocked-requests",
        watches=Expression(
            formula="100 * blocked / (blocked + FILL(allowed, 0))",
            label="blocked requests in percent",
            metrics={
                "blocked": measured.firewall(firewall.metric, measured.BLOCKED, region=region),
                "allowed": measured.firewall(firewall.metric, measured.ALLOWED, region=region),
            },
        ),
        threshold=settings.blocked_percent,
        periods=3,
    )


def _own_rules(
    settings: ShardAlarms,
    connections: Mapping[str, Connection],
    firewall: FirewallPlan,
    *,
    prefix: str,
    region: str,
) -> Iterator[AlarmPlan]:
    """Of managed groups AWS reports what they block for all hosts together; of a rule for one connection, by rule."""
    for rule in firewall.rules:
        if rule.key.startswith(OF_CONNECTION) and rule.action == "block":
            own = connections.get(rule.key.removeprefix(OF_CONNECTION))
            most = (settings.overridden(own.alarms) if own else settings).blocked_requests
            yield AlarmPlan(
                key=f"blocked-by-{rule.key}",
                prefix=prefix,
                says=f"Firewall rule {rule.key} blocks more than {most} requests in 5 minutes.",
                command="./run doctor",
                runbook="blocked-requests",
                watches=measured.firewall(firewall.metric, measured.BLOCKED, region=region, rule=rule.metric),
                threshold=most,
                periods=1,
            )


def _quota(key: str, settings: ShardAlarms, *, prefix: str) -> AlarmPlan:
    return AlarmPlan(
        key=f"quota-{key}",
        prefix=prefix,
        says=f"A load balancer uses more than {settings.quota_percent:g} % of its quota of {QUOTAS[key].name}.",
        command="./run capacity",
        runbook="quota",
        watches=measured.quota_share(key),
        threshold=settings.quota_percent,
        periods=1,
    )
