"""An existing web ACL: whether it can be tied, what its owner decides, and the rule group that its owner adds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.edge.firewall.rules import FirewallRule, PagePlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl
from privatelink_ingress.settings.firewall import Firewall, HostFirewall

KEY = "firewall.existing"

_GROUP = "-rules-"
"""Between the name of the edge and the capacity, in the name of a rule group."""

_STEP = 50
"""Capacity is rounded up to a multiple of it, so that a small change of the rules needs no new rule group."""

_OF_THE_ACL = {
    "groups": "Ask the owner for the managed group, or to count rules of it.",
    "token_seconds": "Ask the owner to set how long a solved challenge holds.",
    "logs": "Ask the owner to configure the web ACL's logs.",
}
"""Settings of `firewall` that a rule group cannot hold, and what to do instead."""

_OF_GROUPS = {"exempt": (), "large_bodies": "block", "large_body_paths": ("/*",)}
"""Settings of a host that change managed groups, with the values that change nothing."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundWebAcl:
    """The web ACL of `firewall.existing` and the stack's load balancer, as AWS has them."""

    arn: str
    """Of the web ACL that has the name in the setting."""
    tied_arn: str | None = None
    """Of the web ACL that the stack's load balancer has; None without one, or before the first deployment."""
    protected: bool | None = None
    """Whether the stack's load balancer has deletion protection; None before the first deployment."""
    rule_group_arns: tuple[str, ...] = ()
    """Of the rule groups that the web ACL refers to; not looked up before the first deployment."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RuleGroupPlan:
    """The stack's own rules, for the owner's web ACL."""

    name: str
    """Contains the capacity: another capacity needs another group, which exists beside the old one until the owner has
    exchanged them."""
    metric: str
    capacity: int
    rules: tuple[FirewallRule, ...]
    pages: tuple[PagePlan, ...]


def plan_rule_group(
    existing: ExistingWebAcl, rules: Sequence[FirewallRule], pages: Sequence[PagePlan], *, name: str
) -> RuleGroupPlan:
    """The rule group of a shard called `name`; `rules` are all of its web ACL, of which managed groups stay out."""
    own = [rule for rule in rules if not rule.of_managed_group]
    needed = sum(rule.capacity for rule in own)
    capacity = existing.capacity or -(-needed // _STEP) * _STEP
    return RuleGroupPlan(
        name=f"{name}{_GROUP}{capacity}",
        metric=f"{name}-rules",
        capacity=capacity,
        rules=tuple(dataclasses.replace(rule, priority=place) for place, rule in enumerate(own)),
        pages=tuple(page for page in pages if any(rule.page == page.key for rule in own)),
    )


def exchanges(group: RuleGroupPlan | None, found: FoundWebAcl | None) -> Iterator[Problem]:
    """Rule groups of another capacity that the web ACL still refers to: the deployment stops at deleting them."""
    if group is None or found is None:
        return
    of_edge = group.name.removesuffix(str(group.capacity))
    for arn in found.rule_group_arns:
        old = Arn.parse(arn).resource.split("/")[-2]
        if old != group.name and old.startswith(of_edge) and old.removeprefix(of_edge).isdigit():
            reason = (
                f"refers to the rule group {old}, but the rules are now in {group.name}, as AWS never changes a "
                f"capacity: `pulumi up` creates {group.name} and stops, since AWS deletes no rule group in use"
            )
            remedy = (
                f"After that, have the web ACL's owner replace the reference by one to {group.name} (output "
                f"rule_group_arn), and run `pulumi up` again: it deletes {old}."
            )
            yield Problem(KEY, reason, remedy)


def check(
    settings: EdgeSettings, group: RuleGroupPlan | None, found: FoundWebAcl | None, *, region: str
) -> Iterator[Problem]:
    """Why the web ACL cannot be tied, and settings that have no effect beside it.

    Args:
        settings: The stack file.
        group: The rule group of `firewall.existing`; None without the setting.
        found: The web ACL, if looked up.
        region: Of the edge.
    """
    existing = settings.firewall.existing
    if existing is None or group is None:
        return
    of = Arn.parse(existing.arn)
    for what, has, wanted in (("Region", of.region, region), ("account", of.account_id, settings.account_id)):
        if has != wanted:
            reason = f"is of {what} {has}, but the load balancer is in {wanted}, and AWS ties nothing across"
            yield Problem(f"{KEY}.arn", reason, f"Write the ARN of a web ACL of {what} {wanted}.")
    needed = sum(rule.capacity for rule in group.rules)
    if needed > group.capacity:
        parts = ", ".join(f"{rule.key} {rule.capacity}" for rule in group.rules)
        reason = f"is {group.capacity}, but the rules need {needed} capacity units ({parts})"
        remedy = "Write that or more, or remove the key to have it computed. AWS then needs a new rule group."
        yield Problem(f"{KEY}.capacity", reason, remedy)
    if existing.tied:
        yield from _of_the_owner(settings.firewall)
        changed = {f"connections.{name}.firewall": one.firewall for name, one in settings.connections.items()}
        changed |= {f"firewall.hosts.{host}": one for host, one in settings.firewall.hosts.items()}
        for where, host in changed.items():
            yield from _of_managed_groups(where, host)
    if found:
        yield from _not_tied_safely(existing, found)


def _of_the_owner(firewall: Firewall) -> Iterator[Problem]:
    fields = type(firewall).model_fields
    for name, remedy in _OF_THE_ACL.items():
        if name in firewall.model_fields_set and getattr(firewall, name) != fields[name].get_default(
            call_default_factory=True
        ):
            reason = f"has no effect beside {KEY}: only the web ACL itself has it, and its owner decides"
            yield Problem(f"firewall.{fields[name].alias or name}", reason, f"Remove it. {remedy}")


def _of_managed_groups(where: str, host: HostFirewall) -> Iterator[Problem]:
    fields = type(host).model_fields
    for name, usual in _OF_GROUPS.items():
        if getattr(host, name) != usual:
            reason = f"changes managed groups, but those of {KEY} are its owner's"
            remedy = "Remove it, and ask the owner to exempt the hosts."
            yield Problem(f"{where}.{fields[name].alias or name}", reason, remedy)


def _not_tied_safely(existing: ExistingWebAcl, found: FoundWebAcl) -> Iterator[Problem]:
    if found.arn != existing.arn:
        reason = f"is {existing.arn}, but the web ACL of that name is {found.arn}"
        yield Problem(f"{KEY}.arn", reason, f"Write {found.arn}.")
    other = found.tied_arn not in (None, existing.arn)
    if existing.tied and other and found.protected is False:
        # The state of a protected load balancer keeps the old tie from being undone, which would undo the new one:
        # WAF unties a load balancer from whatever web ACL it has.
        reason = f"would take the place of {found.tied_arn} while the load balancer has no deletion protection"
        remedy = (
            "Deploy loadBalancer.deletionProtection: true first: only then does the load balancer have a web ACL at "
            "every moment of the change."
        )
        yield Problem(f"{KEY}.tied", reason, remedy)
