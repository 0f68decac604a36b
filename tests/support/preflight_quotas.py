"""Quotas without room, one at a time, as `preflight` meets them."""

from __future__ import annotations

import functools
from collections.abc import Callable

from moto.iam.models import iam_backends

from privatelink_ingress.local.cloud import service_quotas
from tests.support.preflight_world import EDGE, REGION, WORKLOAD, Before


def quota(account: str, code: str, value: int) -> Callable[[Before], None]:
    """Give an account a quota."""
    return lambda before: service_quotas.apply(account, REGION, code, value)


def roles(before: Before) -> None:
    summary = vars(iam_backends[WORKLOAD]["aws"].account_summary)
    before.undo.append(functools.partial(summary.update, _roles_quota=summary["_roles_quota"]))
    summary["_roles_quota"] = 2


def client_networks(before: Before) -> None:
    """Two networks of clients, where a security group may have one rule."""
    before.edit("central-ingress/Pulumi.prod.yaml", "central-ingress:dns:", LOAD_BALANCER)
    quota(EDGE, "L-0EA8095F", 1)(before)


LOAD_BALANCER = """central-ingress:loadBalancer:
    allowedCidrs: [198.51.100.0/24, 203.0.113.0/24]

  central-ingress:dns:"""


def ip_sets(before: Before) -> None:
    """A list of blocked networks, where the Region may have no IP set."""
    before.edit("central-ingress/Pulumi.prod.yaml", "    rateLimit:", "    deny: [198.51.100.0/24]\n    rateLimit:")
    quota(EDGE, "L-D6DA96AE", 0)(before)
