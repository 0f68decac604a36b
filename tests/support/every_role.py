"""Every kind of role of `bootstrap`, with its account, its stack and its policies."""

from __future__ import annotations

import functools
from collections.abc import Callable

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies
from tests.program.test_attached_roles import role as attached_role
from tests.support.deployers import CI, DUTIES, EDGE, GITHUB, TRUST, WORKLOAD, ZONE, account, of_duty, policies

SHOP, PROD, BLOG = "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"


@functools.cache
def accepter() -> Policies:
    accepters = {"edge": {"principals": [CI]}}
    return policies(
        account({"trust": TRUST, "workload": {"connections": ["shop"], "accepters": accepters}}), "accepter-edge"
    )


@functools.cache
def writer() -> Policies:
    return policies(edge(), "parameter-shop")


@functools.cache
def deployer() -> Policies:
    return policies(account({"trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}}), "deployer")


@functools.cache
def edge() -> StackRun:
    writers = {"shop": {"connections": ["shop"], "principals": [CI]}}
    return account(
        {"trust": TRUST, "edge": {"stacks": ["prod"], "hostedZoneIds": [ZONE], "parameterWriters": writers}}, EDGE
    )


@functools.cache
def previewer() -> Policies:
    github = {**GITHUB, "previews": ["preview"]}
    return policies(account({"trust": {"github": github}, "workload": {"connections": ["shop"]}}), "previewer")


ROLES: dict[str, tuple[str, str, Callable[[], Policies]]] = {
    **{duty: (WORKLOAD, SHOP, functools.partial(of_duty, duty)) for duty in DUTIES if duty.startswith("workload")},
    "edge-network": (EDGE, PROD, functools.partial(of_duty, "edge-network")),
    "attached": (EDGE, BLOG, attached_role),
    "accepter": (WORKLOAD, SHOP, accepter),
    "parameter-writer": (EDGE, SHOP, writer),
    "deployer": (WORKLOAD, SHOP, deployer),
    "previewer": (WORKLOAD, SHOP, previewer),
}
"""Account, stack and policies of each role."""
