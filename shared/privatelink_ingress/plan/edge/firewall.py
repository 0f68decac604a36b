"""The web ACL: its rules in order, and what they cost of its capacity."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Firewall, ManagedGroup
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""A log destination of WAF must be named so: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""

REDACTED_HEADERS = ("authorization", "cookie")
"""Headers that carry credentials: they never reach the log."""

Action = Literal["allow", "block", "count"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddressList:
    """Matches client addresses in `cidrs`, kept in an IP set."""

    cidrs: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ManagedRules:
    """A rule group of AWS."""

    group: ManagedGroup
    counted: tuple[str, ...] = ()
    """Rules of the group that only count and set their label."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Matches a client address that sent more than `limit` requests in `window` seconds."""

    limit: int
    window: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    """Matches a request that an earlier rule labelled so."""

    label: str


Statement = AddressList | ManagedRules | RateLimit | Label


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One rule."""

    key: str
    priority: int
    action: Action
    """What happens on a match; for a managed group `block` leaves each of its rules its own action."""
    statement: Statement
    capacity: int
    """In web ACL capacity units."""
    metric: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """One web ACL whose default is to allow."""

    name: str
    metric: str
    rules: tuple[FirewallRule, ...]
    log_group: str

    @property
    def capacity(self) -> int:
        """Capacity units of all rules together."""
        return sum(rule.capacity for rule in self.rules)


GROUPS: Mapping[ManagedGroup, tuple[str, int]] = {
    "AWSManagedRulesAmazonIpReputationList": ("ip-reputation", 25),
    "AWSManagedRulesAnonymousIpList": ("anonymous-ip", 50),
    "AWSManagedRulesCommonRuleSet": ("common", 700),
    "AWSManagedRulesKnownBadInputsRuleSet": ("known-bad-inputs", 200),
    "AWSManagedRulesSQLiRuleSet": ("sql-injection", 200),
}
"""Key and capacity of each group: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html"""

_COMMON: ManagedGroup = "AWSManagedRulesCommonRuleSet"
_BODY_RULE = "SizeRestrictions_BODY"
_BODY_LABEL = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
"""The rule of the common group for bodies over 8 KB, and its label: on a load balancer WAF reads 8 KB and no more.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"""

_RATE_WINDOW = 300
# Units of single statements: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
_ADDRESS_LIST, _RATE_LIMIT, _LABEL = 1, 2, 1


def plan_firewall(firewall: Firewall, *, name: str) -> FirewallPlan:
    """The web ACL called `name`.

    Denied addresses come first, so that no other list lets them in; then the allowed, which meet no other rule.
    """
    ordered: list[tuple[str, Action, Statement, int]] = []
    if firewall.deny:
        ordered.append(("deny", "block", AddressList(cidrs=firewall.deny), _ADDRESS_LIST))
    if firewall.allow:
        ordered.append(("allow", "allow", AddressList(cidrs=firewall.allow), _ADDRESS_LIST))
    ordered.append(
        ("rate-limit", "block", RateLimit(limit=firewall.rate_limit, window=_RATE_WINDOW), _RATE_LIMIT),
    )
    for group, (key, units) in GROUPS.items():
        action = firewall.groups.get(group, "block")
        counted = (_BODY_RULE,) if group == _COMMON else ()
        ordered.append((key, action, ManagedRules(group=group, counted=counted), units))
        if group == _COMMON:
            # Counted inside the group and decided here: its own rule, so that a host that takes uploads can be spared
            # without losing the rest of the group.
            ordered.append(("body-size", action, Label(label=_BODY_LABEL), _LABEL))
    return FirewallPlan(
        name=name,
        metric=name,
        rules=tuple(
            FirewallRule(
                key=key,
                priority=priority,
                action=action,
                statement=statement,
                capacity=units,
                metric=f"{name}-{key}",
            )
            for priority, (key, action, statement, units) in enumerate(ordered)
        ),
        log_group=f"{LOG_GROUP_PREFIX}{name}",
    )


def check_capacity(plan: FirewallPlan, *, limit: int = FIREWALL_BASE_CAPACITY) -> list[Problem]:
    """A web ACL that needs more than `limit` capacity units."""
    if plan.capacity <= limit:
        return []
    costs = ", ".join(f"{rule.key} {rule.capacity}" for rule in plan.rules)
    return [
        Problem("firewall", f"needs {plan.capacity} capacity units of {limit} ({costs})", "Take out a group or a rule.")
    ]
