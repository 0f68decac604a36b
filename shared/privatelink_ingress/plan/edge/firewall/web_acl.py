"""The web ACL: its rules in order, and their capacity units."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.edge import sign_in
from privatelink_ingress.plan.edge.firewall.changes import Changes, changes
from privatelink_ingress.plan.edge.firewall.existing import RuleGroupPlan, plan_rule_group
from privatelink_ingress.plan.edge.firewall.groups import plan_groups
from privatelink_ingress.plan.edge.firewall.log import FirewallLogPlan, plan_log
from privatelink_ingress.plan.edge.firewall.rate_limits import plan_rate_limits
from privatelink_ingress.plan.edge.firewall.rules import FirewallRule, PagePlan
from privatelink_ingress.plan.edge.firewall.statements import (
    Action,
    AddressList,
    AllOf,
    AnyOf,
    Countries,
    HasHeader,
    ManagedRules,
    Not,
    Pattern,
    Statement,
)
from privatelink_ingress.plan.edge.mutual_tls import HEADERS
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.countries import Countries as CountrySettings
from privatelink_ingress.settings.edge import Connection, EdgeSettings
from privatelink_ingress.settings.firewall import COUNTING, Firewall
from privatelink_ingress.settings.ipv6 import is_ipv6
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY, FIREWALL_CAPACITY
from privatelink_ingress.settings.managed_rules import FLOODS, GROUPS
from privatelink_ingress.settings.mutual_tls import FORGED_CERTIFICATES

BLOCK_PAGE, RATE_PAGE = "blocked", "rate-limited"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """One web ACL, which allows requests by default."""

    name: str
    metric: str
    description: str | None
    """States that no rule blocks, in stage `count`."""
    rules: tuple[FirewallRule, ...]
    pages: tuple[PagePlan, ...]
    token_seconds: int
    """For how long a solved challenge holds."""
    log: FirewallLogPlan
    group: RuleGroupPlan | None = None
    """The rule group of `firewall.existing`."""
    existing_arn: str | None = None
    """The existing web ACL that is tied; then `rules` are those of the group. None while the stack's own is tied."""

    @property
    def capacity(self) -> int:
        """Capacity units of all rules together."""
        return sum(rule.capacity for rule in self.rules)

    @property
    def charged_rules(self) -> int:
        """Rules that AWS charges for, with the stack's rule group where the existing web ACL refers to it.

        https://aws.amazon.com/waf/pricing/
        """
        return len(self.rules) + (1 if self.existing_arn else 0)

    @property
    def fees(self) -> tuple[str, ...]:
        """The items of `plan/capacity/prices.py` that AWS charges for managed groups beside a rule's price."""
        groups = (GROUPS[rule.statement.group] for rule in self.rules if isinstance(rule.statement, ManagedRules))
        return tuple(group.fee for group in groups if group.fee)


DOT_SEGMENTS = "dot-segments"
"""Key of the rule that stops paths such as `/public/../admin`."""

_ALWAYS_BLOCK = (DOT_SEGMENTS, FORGED_CERTIFICATES)
"""Rules that block in stage `count` too: what they stop is trusted behind the load balancer."""

_DOT_SEGMENT = r"(^|/)\.\.?(/|$)"


def of_shard(settings: EdgeSettings, *, name: str) -> FirewallPlan:
    """The web ACL of a shard's settings."""
    signs_in = bool(sign_in.issuer_cidrs(settings))
    return plan_firewall(
        settings.firewall,
        settings.connections,
        name=name,
        signs_in=signs_in,
        asks_for_no_certificates=settings.load_balancer.mutual_tls.mode == "off",
    )


def plan_firewall(
    firewall: Firewall,
    connections: Mapping[str, Connection],
    *,
    name: str,
    signs_in: bool = False,
    asks_for_no_certificates: bool = False,
) -> FirewallPlan:
    """The web ACL called `name`, in front of the shard's own connections and those of attached stacks.

    Args:
        firewall: Its settings.
        connections: Of the shard itself.
        name: Its name.
        signs_in: Whether connections sign clients in. Listener rules compare a path as it was sent, and controllers
            normalize it, so `/public/../admin` would be an open path in front and a protected one behind.
        asks_for_no_certificates: Whether mutual TLS is off. Then only clients send headers about client certificates,
            and nothing says that the load balancer removes theirs.
    """
    changed = changes(firewall, connections)
    of_groups = {key for key, _, _ in plan_groups(firewall, changed)}
    rules = [
        FirewallRule(
            key=key,
            priority=priority,
            action=_staged(key, action, firewall),
            statement=statement,
            metric=f"{name}-{key}",
            page=_page(key, firewall) if _staged(key, action, firewall) == "block" else None,
            of_managed_group=key in of_groups,
        )
        for priority, (key, action, statement) in enumerate(
            _ordered(firewall, changed, signs_in, asks_for_no_certificates)
        )
    ]
    pages, existing = tuple(_pages(firewall)), firewall.existing
    group = plan_rule_group(existing, rules, pages, name=name) if existing else None
    tied = existing.arn if existing and existing.tied else None
    return FirewallPlan(
        name=name,
        metric=name,
        description=COUNTING if firewall.stage == "count" else None,
        rules=group.rules if group and tied else tuple(rules),
        pages=pages,
        token_seconds=firewall.token_seconds,
        log=plan_log(firewall.logs, name=name),
        group=group,
        existing_arn=tied,
    )


def _staged(key: str, action: Action, firewall: Firewall) -> Action:
    tried = firewall.stage == "count" and action != "allow" and key not in _ALWAYS_BLOCK
    return "count" if tried else action


def _ordered(
    firewall: Firewall, changed: list[Changes], signs_in: bool, asks_for_no_certificates: bool
) -> Iterator[tuple[str, Action, Statement]]:
    """Key, action and statement of each rule.

    Dot segments and forged certificates come first, since no address may pass around sign-in, or pass for somebody
    else, with them. Then denied addresses, so that no other list can allow them, and allowed ones, which skip all later
    rules.
    AWS wants its group against floods before all that stops requests, so that it sees what is usual.
    """
    if signs_in:
        yield DOT_SEGMENTS, "block", Pattern(field="raw path", regex=_DOT_SEGMENT)
    if asks_for_no_certificates:
        yield FORGED_CERTIFICATES, "block", AnyOf(statements=tuple(HasHeader(name=name) for name in HEADERS))
    if firewall.deny:
        yield "deny", "block", _addresses(firewall.deny)
    if firewall.allow:
        yield "allow", "allow", _addresses(firewall.allow)
    groups = list(plan_groups(firewall, changed))
    first = [rule for rule in groups if rule[0] == GROUPS[FLOODS].key]
    yield from first
    if firewall.countries:
        yield "countries", "block", _excluded(firewall.countries)
    for change in changed:
        if change.firewall.countries:
            parts = (change.scope().inside(), _excluded(change.firewall.countries))
            yield f"countries-{change.key}", "block", AllOf(statements=parts)
    for key, limit in plan_rate_limits(firewall, changed):
        yield key, "block", limit
    free = [rule for rule in groups if rule not in first and rule[0] not in _PAID]
    yield from free
    for change in changed:
        if change.firewall.challenge:
            yield f"challenge-{change.key}", "challenge", change.scope(change.firewall.challenge).inside()
        if change.firewall.captcha:
            yield f"captcha-{change.key}", "captcha", change.scope(change.firewall.captcha).inside()
    yield from (rule for rule in groups if rule not in first and rule not in free)


def _addresses(cidrs: tuple[str, ...]) -> Statement:
    """Client addresses in the networks: a list for each address family."""
    families = (tuple(cidr for cidr in cidrs if is_ipv6(cidr) is ipv6) for ipv6 in (False, True))
    lists = tuple(AddressList(cidrs=family) for family in families if family)
    return lists[0] if len(lists) == 1 else AnyOf(statements=lists)


def _excluded(countries: CountrySettings) -> Statement:
    codes = Countries(codes=countries.allow or countries.block or ())
    return Not(statement=codes) if countries.allow else codes


_PAID = {group.key for group in GROUPS.values() if group.fee}
"""Last, so that AWS charges for requests that no other rule stopped."""


def _page(key: str, firewall: Firewall) -> str | None:
    if firewall.rate_limit_page and key.startswith("rate-limit"):
        return RATE_PAGE
    return BLOCK_PAGE if firewall.block_page else None


def _pages(firewall: Firewall) -> Iterator[PagePlan]:
    for key, page in ((BLOCK_PAGE, firewall.block_page), (RATE_PAGE, firewall.rate_limit_page)):
        if page:
            kinds = {"TEXT_HTML": page.html, "TEXT_PLAIN": page.text, "APPLICATION_JSON": page.json_}
            [(kind, content)] = [(kind, content) for kind, content in kinds.items() if content]
            yield PagePlan(key=key, status=page.status, content_type=kind, content=content)


def check_capacity(plan: FirewallPlan, *, limit: int = FIREWALL_BASE_CAPACITY) -> list[Problem]:
    """The problem of a web ACL that needs more than `limit` capacity units."""
    if plan.capacity <= limit:
        return []
    costs = ", ".join(f"{rule.key} {rule.capacity}" for rule in plan.rules)
    reason = f"needs {plan.capacity} capacity units, more than {limit} ({costs})"
    if plan.capacity > FIREWALL_CAPACITY:
        remedy = f"Remove groups or exemptions: a web ACL has {FIREWALL_CAPACITY} units at most."
    else:
        remedy = (
            f"Remove a group or an exemption, or write limits.firewallCapacity: {plan.capacity} or more; "
            f"above {FIREWALL_BASE_CAPACITY:,} units, each request costs more."
        )
    return [Problem("firewall", reason, remedy)]
