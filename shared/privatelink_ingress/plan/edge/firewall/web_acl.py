"""The web ACL: its rules in order, and their capacity units."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.edge.firewall import scopes
from privatelink_ingress.plan.edge.firewall.scopes import Scope
from privatelink_ingress.plan.edge.firewall.statements import (
    Action,
    AddressList,
    Label,
    ManagedRules,
    RateLimit,
    Statement,
    units,
)
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.firewall import Firewall, GroupSettings, HostFirewall
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY, FIREWALL_CAPACITY
from privatelink_ingress.settings.managed_rules import BODY_RULE, COMMON, FLOODS, GROUPS, ManagedGroup, label

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""Required start of the name of a WAF log destination: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""

REDACTED_HEADERS = ("authorization", "cookie")
"""Headers with credentials, which never reach the log."""

_RATE_WINDOW = 300


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One rule."""

    key: str
    priority: int
    action: Action
    """The action on a match; for a managed group, `block` keeps the action of each of its rules."""
    statement: Statement
    metric: str

    @property
    def capacity(self) -> int:
        """In web ACL capacity units."""
        return units(self.statement)


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


@dataclasses.dataclass(frozen=True)
class Changes:
    """What the stack file changes for the hosts of one connection."""

    firewall: HostFirewall
    connection: Connection | None
    """None for a host of an attached stack."""
    host: str = ""

    def scope(self, paths: tuple[str, ...] = ("/*",)) -> Scope:
        """Its requests to the paths."""
        if self.connection is None:
            return scopes.of_hosts([self.host], paths)
        return scopes.of_routes(self.connection.routes, paths)


Rule = tuple[str, Action, Statement]
"""Key, action and statement of a rule whose place is not decided yet."""


def plan_firewall(firewall: Firewall, connections: Mapping[str, Connection], *, name: str) -> FirewallPlan:
    """The web ACL called `name`, in front of the shard's own connections and those of attached stacks.

    Denied addresses come first, so that no other list can allow them; then allowed ones, which skip all later rules.
    """
    changes = [
        *(Changes(one.firewall, one) for _, one in sorted(connections.items())),
        *(Changes(one, None, host) for host, one in sorted(firewall.hosts.items())),
    ]
    # AWS wants the group against floods before all others, so that it sees what is usual.
    first = [rule for rule in _groups(firewall, changes) if rule[0] == GROUPS[FLOODS].key]
    rest = [rule for rule in _groups(firewall, changes) if rule not in first]
    ordered = [*_lists(firewall), *first, *_limits(firewall), *rest]
    return FirewallPlan(
        name=name,
        metric=name,
        rules=tuple(
            FirewallRule(key=key, priority=priority, action=action, statement=statement, metric=f"{name}-{key}")
            for priority, (key, action, statement) in enumerate(ordered)
        ),
        log_group=log_group(name),
    )


def log_group(name: str) -> str:
    """The log group of the web ACL called `name`."""
    return f"{LOG_GROUP_PREFIX}{name}"


def _lists(firewall: Firewall) -> Iterator[Rule]:
    if firewall.deny:
        yield "deny", "block", AddressList(cidrs=firewall.deny)
    if firewall.allow:
        yield "allow", "allow", AddressList(cidrs=firewall.allow)


def _limits(firewall: Firewall) -> Iterator[Rule]:
    yield "rate-limit", "block", RateLimit(limit=firewall.rate_limit, window=_RATE_WINDOW)


def _groups(firewall: Firewall, changes: list[Changes]) -> Iterator[Rule]:
    for name, known in GROUPS.items():
        if not known.baseline and name not in firewall.groups:
            continue
        group = firewall.groups.get(name, GroupSettings())
        exempt = dict(_exempt(name, changes))
        whole = exempt.pop("", Scope())
        # A rule with an exemption only counts and adds its label, and a rule after the group decides by the label: so
        # the exemption costs nothing of the rest of the group.
        decided = {rule: scope for rule, scope in exempt.items() if rule not in group.count}
        overrides: dict[str, Action] = dict.fromkeys((*decided, *group.count), "count")
        statement = ManagedRules(
            group=name,
            version=group.version,
            overrides={rule: overrides[rule] for rule in known.rules if rule in overrides},
            scope=scopes.together(whole.outside()) if whole else None,
        )
        yield known.key, group.action, statement
        for rule, scope in decided.items():
            key = "body-size" if rule == BODY_RULE else f"{known.key}-{rule}"
            action = "count" if group.action == "count" else known.rules[rule]
            yield key, action, scopes.together([Label(label=label(name, rule) or ""), *scope.outside()])


def _exempt(group: ManagedGroup, changes: list[Changes]) -> Iterator[tuple[str, Scope]]:
    """The requests that each rule of the group lets pass; those of the group as a whole under the empty name."""
    found: dict[str, Scope] = {}
    if group == COMMON:
        found[BODY_RULE] = Scope()
    for change in changes:
        if group == COMMON and change.firewall.large_bodies == "allow":
            found[BODY_RULE] |= change.scope(change.firewall.large_body_paths)
        for exemption in change.firewall.exempt:
            for rule in (exemption.rules or ("",)) if exemption.group == group else ():
                found[rule] = found.get(rule, Scope()) | change.scope(exemption.paths)
    return iter(sorted(found.items(), key=lambda item: list(GROUPS[group].rules).index(item[0]) if item[0] else -1))


def check_capacity(plan: FirewallPlan, *, limit: int = FIREWALL_BASE_CAPACITY) -> list[Problem]:
    """The problem of a web ACL that needs more than `limit` capacity units."""
    if plan.capacity <= limit:
        return []
    costs = ", ".join(f"{rule.key} {rule.capacity}" for rule in plan.rules)
    reason = f"needs {plan.capacity} capacity units of {limit} ({costs})"
    if plan.capacity > FIREWALL_CAPACITY:
        remedy = f"Remove groups or exemptions: a web ACL has {FIREWALL_CAPACITY} units at most."
    else:
        remedy = (
            f"Remove a group or an exemption, or write limits.firewallCapacity: {plan.capacity} or more; "
            f"above {FIREWALL_BASE_CAPACITY:,} units, each request costs more."
        )
    return [Problem("firewall", reason, remedy)]
