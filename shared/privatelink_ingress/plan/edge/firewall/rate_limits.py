"""Rate limits: one for all hosts, and connections' own, within the rate-based rules that a web ACL holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privatelink_ingress.plan.edge.firewall import scopes
from privatelink_ingress.plan.edge.firewall.changes import Changes, changes
from privatelink_ingress.plan.edge.firewall.scopes import Scope
from privatelink_ingress.plan.edge.firewall.statements import RateLimit
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.firewall import Firewall

MOST = 10
"""Rate-based rules of a web ACL; AWS does not raise it: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""

MOST_OF_A_GROUP = 4
"""Of a rule group, on the same page."""

OF_CONNECTION = "rate-limit-"
"""How the key of a rule for one connection, or for one host of an attached stack, begins."""


def most(firewall: Firewall) -> int:
    """The rate-based rules that fit the web ACL, or the rule group of `firewall.existing`."""
    return MOST_OF_A_GROUP if firewall.existing else MOST


def plan_rate_limits(firewall: Firewall, changed: Sequence[Changes]) -> list[tuple[str, RateLimit]]:
    """Key and statement of each rule.

    A connection's own limit replaces the general one for its requests. While there are rules enough, each has its own,
    which counts by client address. When there are not, connections of equal limit share a rule, which counts by
    address and host: then a connection with several hosts has the limit for each of them.
    """
    own = [(one.key, one.firewall.rate_limit, one.scope()) for one in changed if one.firewall.rate_limit]
    window = firewall.rate_window
    rules = [
        (f"{OF_CONNECTION}{key}", RateLimit(limit=limit, window=window, scope=scope.inside()))
        for key, limit, scope in own
    ]
    if len(rules) >= most(firewall):
        rules = []
        for limit in sorted({limit for _, limit, _ in own}):
            keys = [key for key, other, _ in own if other == limit]
            scope = _all([scope for _, other, scope in own if other == limit])
            shared = RateLimit(limit=limit, window=window, scope=scope.inside(), by_host=len(keys) > 1)
            rules.append((f"{OF_CONNECTION}{keys[0]}" if len(keys) == 1 else f"rate-limits-of-{limit}", shared))
    elsewhere = _all([scope for _, _, scope in own])
    rest = scopes.together(elsewhere.outside()) if elsewhere else None
    return [*rules, ("rate-limit", RateLimit(limit=firewall.rate_limit, window=window, scope=rest))]


def check_rate_limits(firewall: Firewall, connections: Mapping[str, Connection]) -> list[Problem]:
    """The problem of more different limits than a web ACL holds rules."""
    changed = changes(firewall, connections)
    needed = len(plan_rate_limits(firewall, changed))
    if needed <= most(firewall):
        return []
    limits = sorted({one.firewall.rate_limit for one in changed if one.firewall.rate_limit})
    listed = ", ".join(map(str, limits))
    reason = (
        f"needs {needed} rate-based rules, more than {most(firewall)}: a general one, and one for each of the limits "
        f"{listed}"
    )
    remedy = "Use the same firewall.rateLimit for several connections: they then share a rule."
    return [Problem("firewall.rateLimit", reason, remedy)]


def _all(several: Sequence[Scope]) -> Scope:
    together = Scope()
    for scope in several:
        together |= scope
    return together
