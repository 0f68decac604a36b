"""Settings of the alarms of a workload: whom they notify, and from when they fire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from privatelink_ingress.settings.alarms import OwnTopic, Percent


class WorkloadAlarms(OwnTopic):
    """Alarms of one workload."""

    unhealthy_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes in a row for which a node may fail the load balancer's health checks.

    5: a new node fails them until kube-proxy runs on it, which takes two or three."""
    reset_percent: Percent = 20.0
    """Share of connections, of 5 minutes, that may end with a reset: of those that the load balancer resets, and of
    those that the endpoint service does.

    20: clients reset single connections, and the load balancer those without traffic for 350 s; a target out of reach
    ends all of them so."""
    reset_connections: Annotated[int, Field(ge=1)] = 100
    """Connections in 5 minutes from which `resetPercent` counts. 100: in a quiet night few resets are no share."""
    port_errors: Annotated[int, Field(ge=0)] = 0
    """Connections in 5 minutes for which the load balancer may find no port.

    0: each is a connection that a client lost, and AWS counts none unless nodes are too few."""
    blocked_flows: Annotated[int, Field(ge=0)] = 10
    """Connections in 5 minutes that the load balancer's security group may block.

    10: an edge whose networks the stack file lacks tries again and again."""
    node_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """Minutes in a row for which a node may be failed. 10: by then, EKS has replaced a node that stopped."""
    replica_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """Minutes in a row for which fewer of the controller's pods may be available than `controller.minReplicas`.

    10: a new node, which a pod may wait for, is ready after five."""
    restarts: Annotated[int, Field(ge=0)] = 3
    """Restarts of the controller's containers in 15 minutes. 3: one restart of each pod is a node's or a release's."""
    silent_hours: Annotated[int, Field(ge=1, le=24)] = 6
    """Hours in a row for which a log group may get nothing.

    6: the control plane's audit log and the agent write every minute, applications with few clients do not."""
