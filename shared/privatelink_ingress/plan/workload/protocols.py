"""What follows from the protocol in which a service is published: every port between the edge and the controller."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protocol:
    """One protocol, and its way through the workload's network.

    Node ports for hand-picked use are 30000 to 30085; above them the API server hands out its own:
    https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions
    """

    name: str
    """As target groups and the contract name it."""
    port: int
    """Of the published service, of the load balancer's listener, and of the controller's pods behind the node port."""
    node_port: int
    """Of every node, for requests."""
    health_node_port: int
    """Of every node, where the load balancer checks health, by HTTP in both cases: the plain port answers whenever the
    controller serves, whatever its certificate."""

    @property
    def key(self) -> str:
        """Its part of the names of resources."""
        return self.name.lower()

    @property
    def health_port(self) -> str:
        """The health check's port, as a target group takes it."""
        return "traffic-port" if self.health_node_port == self.node_port else str(self.health_node_port)

    @property
    def node_ports(self) -> tuple[int, ...]:
        """What must be open from the load balancer to the nodes."""
        return tuple(sorted({self.node_port, self.health_node_port}))

    @property
    def pod_ports(self) -> tuple[int, ...]:
        """What must be open from the nodes to the controller's pods."""
        return tuple(sorted({self.port, HTTP.port}))


HTTP = Protocol(name="HTTP", port=80, node_port=30080, health_node_port=30080)
"""The edge ends TLS; PrivateLink carries the rest inside AWS's network."""

HTTPS = Protocol(name="HTTPS", port=443, node_port=30043, health_node_port=HTTP.node_port)
"""TLS from the edge's load balancer to the controller. The load balancer does not check the controller's certificate:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html"""

PROTOCOLS: Mapping[str, Protocol] = {"http": HTTP, "https": HTTPS}
"""By `publication.protocol`."""
