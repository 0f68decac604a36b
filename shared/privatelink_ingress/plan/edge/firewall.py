"""The web ACL: its rules in order, and their capacity units."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Firewall, ManagedGroup
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""Required start of the name of a WAF log destination: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""

REDACTED_HEADERS = ("authorization", "cookie")
"""Headers with credentials, which never reach the log."""

Action = Literal["allow", "block", "count"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddressList:
    """Matches client addresses in `cidrs`, kept in an IP set."""

    cidrs: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ManagedRules:
    """An AWS managed rule group."""

    group: ManagedGroup
    counted: tuple[str, ...] = ()
    """Rules of the group that only count a match and add their label."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Matches a client address that sent more than `limit` requests in `window` seconds."""

    limit: int
    window: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    """Matches a request with a label from an earlier rule."""

    label: str


Statement = AddressList | ManagedRules | RateLimit | Label


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One rule."""

    key: str
    priority: int
    action: Action
    """The action on a match; for a managed group, `block` keeps the action of each of its rules."""
    statement: Statement
    capacity: int
    """In web ACL capacity units."""
    metric: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """One web ACL, which allows requests by default."""

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
"""The rule of the common group for bodies over 8 KB, and its label: on a load balancer, WAF reads the first 8 KB only.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"""

_RATE_WINDOW = 300
# Units of single statements: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
_ADDRESS_LIST, _RATE_LIMIT, _LABEL = 1, 2, 1


def plan_firewall(firewall: Firewall, *, name: str) -> FirewallPlan:
    """The web ACL called `name`.

    Denied addresses come first, so that no other list can allow them; then allowed ones, which skip all later rules.
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
            # The group counts and labels large bodies, and this rule decides: a host that accepts uploads can then be
            # exempted without losing the rest of the group.
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
    """The problem of a web ACL that needs more than `limit` capacity units."""
    if plan.capacity <= limit:
        return []
    costs = ", ".join(f"{rule.key} {rule.capacity}" for rule in plan.rules)
    return [
        Problem("firewall", f"needs {plan.capacity} capacity units of {limit} ({costs})", "Remove a group or a rule.")
    ]
