"""The alarms of the published service: network load balancer and endpoint service."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.plan.alarms import AlarmPlan, Expression, Metric
from privatelink_ingress.plan.workload.alarms import measured
from privatelink_ingress.settings.workload.alarms import WorkloadAlarms


def plan_service(
    name: str, zone_ids: tuple[str, ...], limits: WorkloadAlarms, *, prefix: str, judges_clients: bool
) -> Iterator[AlarmPlan]:
    """The alarms of the service of connection `name`.

    Args:
        name: The connection's.
        zone_ids: Zones of the load balancer.
        limits: From when they fire.
        prefix: How names of alarms of the stack begin.
        judges_clients: Whether the load balancer's security group judges what comes through PrivateLink.
    """
    doctor = f"./run doctor {name}"
    for zone_id in zone_ids:
        yield AlarmPlan(
            key=f"unhealthy-{zone_id}",
            prefix=prefix,
            says=f"A node of {name} in zone {zone_id} fails the health checks of the network load balancer.",
            command=doctor,
            runbook="unhealthy-node",
            watches=measured.unhealthy(zone_id),
            comparison="GreaterThanOrEqualToThreshold",
            threshold=1,
            periods=limits.unhealthy_minutes,
        )
    resets = (
        ("balancer-resets", "The network load balancer", measured.balancer, "TCP_ELB_Reset_Count", "NewFlowCount_TCP"),
        ("service-resets", "The endpoint service", measured.service, "RstPacketsSent", "NewConnections"),
    )
    for key, who, of, resetting, connections in resets:
        yield AlarmPlan(
            key=key,
            prefix=prefix,
            says=f"{who} of {name} ends more than {limits.reset_percent:g} % of its connections with a reset.",
            command=doctor,
            runbook="resets",
            watches=_share(of(resetting), of(connections), limits.reset_connections),
            threshold=limits.reset_percent,
            periods=3,
        )
    yield AlarmPlan(
        key="port-errors",
        prefix=prefix,
        says=f"The network load balancer of {name} finds no port for more than {limits.port_errors} connections.",
        command=doctor,
        runbook="port-errors",
        # All clients come through PrivateLink, so the load balancer translates the address of each of them.
        watches=measured.balancer("PortAllocationErrorCount"),
        threshold=limits.port_errors,
        periods=1,
    )
    if judges_clients:
        yield AlarmPlan(
            key="blocked-flows",
            prefix=prefix,
            says=f"The security group of {name}'s load balancer blocks more than {limits.blocked_flows} connections.",
            command="./run check",
            runbook="blocked-flows",
            watches=measured.balancer("SecurityGroupBlockedFlowCount_Inbound_TCP"),
            threshold=limits.blocked_flows,
            periods=1,
        )
    yield AlarmPlan(
        key="no-endpoint",
        prefix=prefix,
        says=f"No endpoint is connected to the service of {name}.",
        command=doctor,
        runbook="no-endpoint",
        watches=measured.service("EndpointsCount", "Maximum"),
        comparison="LessThanThreshold",
        threshold=1,
        periods=3,
        # AWS reports only numbers above zero.
        missing="breaching",
    )


def _share(resets: Metric, connections: Metric, least: int) -> Expression:
    return Expression(
        formula=f"IF(connections >= {least}, 100 * FILL(resets, 0) / connections, 0)",
        label="resets in percent of connections",
        metrics={"resets": resets, "connections": connections},
    )
