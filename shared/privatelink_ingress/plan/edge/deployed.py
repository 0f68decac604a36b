"""The load balancer that a former deployment of the stack created, and steps that may not be skipped on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.ipv6 import has_addresses, has_ranges


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployedBalancer:
    """What AWS has."""

    arn: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    protected: bool
    """Whether it has deletion protection."""
    dns_name: str
    """Lower case, without a trailing dot."""
    ip_address_type: str
    """`ipv4`, or `dualstack` with IPv6 addresses."""
    vpc_stack: str | None = None
    """Tag `Stack` of its VPC; None without it, or where the stack file names an existing VPC."""
    ipv6_names: tuple[str, ...] = ()
    """Names whose AAAA records lead to it, sorted; looked up where the stack file wants no IPv6 addresses any more."""


def leaves_ipv6(settings: EdgeSettings, ip_address_type: str) -> bool:
    """Whether the load balancer is about to lose its IPv6 addresses."""
    return ip_address_type != "ipv4" and not has_addresses(settings.load_balancer.ipv6)


def check(settings: EdgeSettings, found: DeployedBalancer | None, *, own: Mapping[str, str]) -> Iterator[Problem]:
    """Changes that would lose requests or stop half way.

    Args:
        settings: The stack file.
        found: The load balancer; None before the first deployment, or when it was not looked up.
        own: Tags of the stack's resources.
    """
    if found is None:
        return
    if settings.network.existing is None and found.vpc_stack != own["Stack"]:
        reason = (
            f"is not set, but the stack's load balancer is in {found.vpc_id}, which the stack did not create: without "
            "the key it would be replaced, with everything behind it"
        )
        remedy = (
            f"Write network.existing with vpcId: {found.vpc_id} again. For a VPC of its own, add a shard and move the "
            "connections to it."
        )
        yield Problem("network.existing", reason, remedy)
    if not leaves_ipv6(settings, found.ip_address_type):
        return
    stage = settings.load_balancer.ipv6
    if found.ipv6_names:
        reason = f"is {stage}, but AAAA records still lead clients to IPv6 addresses: {', '.join(found.ipv6_names)}"
        remedy = "Write addresses, deploy it, and then the attached stacks; a minute later, go on: docs/ipv6.md."
        yield Problem("loadBalancer.ipv6", reason, remedy)
    elif not has_ranges(stage):
        reason = f"is {stage}, but the load balancer still has IPv6 addresses, whose ranges AWS does not take away"
        yield Problem("loadBalancer.ipv6", reason, "Write network and deploy it first: docs/ipv6.md.")
