"""What sign-in takes of the edge: the load balancer's way to the identity providers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.edge import backends
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection, EdgeSettings

ANYWHERE = "0.0.0.0/0"


def issuer_cidrs(settings: EdgeSettings) -> tuple[str, ...]:
    """The networks that the load balancer reaches on port 443; none unless a connection signs clients in.

    An identity provider's addresses change, so they are every address unless the stack file says which. The load
    balancer uses IPv4 alone for it: https://repost.aws/knowledge-center/elb-configure-authentication-alb
    """
    asks = any(connection.sign_in for connection in settings.connections.values())
    return settings.load_balancer.issuer_cidrs or ((ANYWHERE,) if asks else ())


def check(settings: EdgeSettings) -> Iterator[Problem]:
    """More networks than the load balancer's security group has outbound rules for."""
    needed = len(settings.load_balancer.issuer_cidrs) + len(backends.PORTS)
    if needed > (most := settings.limits.security_group_rules):
        yield Problem(
            "loadBalancer.issuerCidrs",
            f"need {needed} outbound rules with those to the endpoints, but a security group has {most}",
            "Merge networks, or write the raised quota as limits.securityGroupRules.",
        )


def check_attached(connections: Mapping[str, Connection], site: EdgeSite, *, shard: str) -> Iterator[Problem]:
    """Connections that sign clients in at a load balancer that reaches no identity provider."""
    if site.sign_in:
        return
    for name, connection in sorted(connections.items()):
        if connection.sign_in:
            yield Problem(
                f"connections.{name}.signIn",
                f"needs a load balancer that reaches identity providers, and that of stack {shard} does not",
                f"Write in {PROJECT}/Pulumi.{shard}.yaml, under loadBalancer: issuerCidrs: [{ANYWHERE}], or the "
                "networks of your identity provider, and deploy it first.",
            )
