"""A zone that the load balancer would leave: refused while it has deletion protection.

A Network Load Balancer accepts more subnets and releases none, so one zone less replaces it, and `protect` refuses that
in the preview. But one zone for another does not look like it there: the new zone's subnet has no id yet, so the
provider plans an update, and only `pulumi up` finds that it is a replacement, after it has created the subnet
(`customizeDiffLoadBalancerNLB`, terraform-provider-aws internal/service/elbv2/load_balancer.go).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from privatelink_ingress.problems import Problem, UserError

HOOK = "balancer-keeps-zones"
"""The hook's name. Every stack's state holds it, so it must never change."""


def check(where: str, old: Collection[Any] | None, new: Any) -> None:
    """Compare the subnets of the load balancer's update.

    Args:
        where: The setting that names the zones.
        old: Subnet ids of the state.
        new: Those of the program. In a preview, the id of a subnet that does not exist yet is unknown.

    Raises:
        UserError: when the load balancer would leave a subnet.
    """
    left = sorted(set(old or ()) - {each for each in new if isinstance(each, str)}) if isinstance(new, list) else []
    if left:
        raise UserError(
            "The load balancer keeps its zones while it has deletion protection",
            [
                Problem(
                    where,
                    f"leaves the zones of {', '.join(left)}, but a Network Load Balancer cannot leave a zone: AWS "
                    "requires a new one",
                    "Name the old zones too. To leave one, turn cluster.deletionProtection off first if no endpoint is "
                    "connected, or move the traffic to a second stack: docs/publication.md.",
                )
            ],
        )
