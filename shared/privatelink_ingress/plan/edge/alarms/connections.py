"""The alarms of one connection."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.plan.alarms import AlarmPlan, Expression
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.alarms.expiry import plan_expiry
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.target_groups import TargetGroupPlan
from privatelink_ingress.settings.alarms import Thresholds


def plan_connection_alarms(plan: ConnectionPlan, limits: Thresholds, *, prefix: str) -> tuple[AlarmPlan, ...]:
    """The alarms of a connection; `prefix` is how names of alarms of its stack begin."""
    prefix = f"{prefix}/{plan.name}"
    alarms = [
        alarm
        for backend in plan.backends
        for alarm in (
            *(one for group in backend.groups for one in _group(plan.name, backend, group, limits, prefix=prefix)),
            *_endpoint(plan.name, backend, limits, prefix=prefix),
        )
    ]
    if plan.certificate:
        alarms += plan_expiry(plan.certificate, limits.certificate_days, prefix=prefix)
    return tuple(alarms)


def needed_metrics(needs: Needs, *, zones: int) -> int:
    """How many metrics the alarms of a connection watch that has no plan yet, with all its services in the Region."""
    of_group = zones + 2 + 1  # health by zone, errors and requests, latency
    return needs.backends * (needs.protocols * of_group + 1) + needs.certificates


def _named(connection: str, position: int) -> tuple[str, str]:
    """What texts call a backend, and the command that shows more of it."""
    which = connection if position == 0 else f"the second backend of {connection}"
    return which, f"./run doctor {connection}"


def _group(
    connection: str, backend: BackendPlan, group: TargetGroupPlan, limits: Thresholds, *, prefix: str
) -> Iterator[AlarmPlan]:
    position, protocol = backend.position, group.route_protocol
    which, doctor = _named(connection, position)
    # Keys stay when a connection gets routes of another protocol.
    which, key = (which, f"{position}") if protocol == "http1" else (f"{which} ({protocol})", f"{position}-{protocol}")
    for target in backend.targets:
        yield AlarmPlan(
            key=f"unhealthy-{key}-{target.zone_id}",
            prefix=prefix,
            says=f"The target of {which} in zone {target.zone_id} fails its health checks.",
            command=doctor,
            runbook="unhealthy-target",
            watches=measured.unhealthy(position, protocol, target.zone_id),
            comparison="GreaterThanOrEqualToThreshold",
            threshold=1,
            periods=limits.unhealthy_minutes,
            # No rule leads to the group while the connection is in maintenance, and AWS then reports nothing.
            missing="notBreaching",
        )
    yield AlarmPlan(
        key=f"errors-{key}",
        prefix=prefix,
        says=f"More than {limits.error_percent:g} % of the answers of {which} have a status of 500 or above.",
        command=doctor,
        runbook="target-errors",
        watches=Expression(
            formula=f"IF(requests >= {limits.error_requests}, 100 * FILL(errors, 0) / requests, 0)",
            label="errors in percent of requests",
            metrics={
                "errors": measured.group(position, protocol, measured.TARGET_ERRORS),
                "requests": measured.group(position, protocol, measured.REQUESTS),
            },
        ),
        threshold=limits.error_percent,
        periods=2,
    )
    yield AlarmPlan(
        key=f"latency-{key}",
        prefix=prefix,
        says=f"One request in a hundred to {which} takes longer than {limits.latency_seconds:g} s.",
        command=doctor,
        runbook="latency",
        watches=measured.group(position, protocol, measured.LATENCY, "p99"),
        threshold=limits.latency_seconds,
        periods=3,
    )


def _endpoint(connection: str, backend: BackendPlan, limits: Thresholds, *, prefix: str) -> Iterator[AlarmPlan]:
    which, doctor = _named(connection, backend.position)
    if backend.service_region is None:
        yield AlarmPlan(
            key=f"dropped-{backend.position}",
            prefix=prefix,
            says=f"The endpoint of {which} drops more than {limits.dropped_packets} packets in 5 minutes.",
            command=doctor,
            runbook="dropped-packets",
            watches=measured.of_endpoint(backend, measured.DROPPED),
            threshold=limits.dropped_packets,
            periods=3,
        )
