"""Resources that AWS has and the states lack: what a run leaves that was ended after AWS's answer.

The engine records that it starts to create (a pending operation), and the result once AWS has answered. When it dies in
between, AWS has the resource, and the state only knows that there may be one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.fleet.exported_state import Pending, State
from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.fleet.resource_kinds import deletion, kind_of


@dataclasses.dataclass(frozen=True, kw_only=True, order=True)
class Found:
    """A resource in AWS that is ours by its tags, or by those of what holds it."""

    stack: str
    """`<project>/<stack>`, of the tag `Stack`."""
    arn: str
    """One put together for `resource_kinds` where AWS has none: `shown` is then what AWS calls it."""
    region: str
    """The one that it was found in: a role's ARN names none."""
    holder_id: str = ""
    """For a rule of a security group, the group; for an attached internet gateway, the VPC; else empty."""
    egress: bool = False
    """Whether it is a rule for what leaves a security group."""
    told_by: str = ""
    """What tells it apart from others of its type: its tag `Name`, or the name or block that it was created with."""
    shown: str = ""
    certain: bool = True
    """Whether it is ours whoever created it. Anybody may add a policy to our role: one is then an orphan only if a
    pending create fits."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Orphan:
    """A resource that no state has."""

    stack: str
    arn: str
    """Its id where AWS has no ARN."""
    type: str
    delete: str
    """The AWS CLI's command that deletes it."""
    holds_data: bool
    """Whether a deletion may lose data, or the resource was kept on purpose when its stack was removed."""
    adopt: tuple[PulumiCommand, ...]
    """Pulumi's commands that take it into the state, one for each pending create that it can be the result of."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """What AWS has, against the states."""

    orphans: tuple[Orphan, ...]
    unmatched: tuple[Pending, ...]
    """Pending creates of which no orphan can be the result: AWS has none, or the type has no tags."""
    compared: int
    """Resources in AWS that belong to the stacks whose states were read."""
    last: tuple[PulumiCommand, ...]
    """For each stack with pending creates, the command that forgets those that no other command has settled.

    For one with an attachment that AWS no longer has, the command that removes it from the state."""
    other_stacks: tuple[str, ...]
    """Stacks that resources in AWS name, and whose states were not read."""


def compare(
    found: Iterable[Found], states: Iterable[State], attached: Collection[tuple[str, str]] | None = None
) -> Comparison:
    """The orphans among what was found in AWS, by stack and ARN.

    `attached` are the Auto Scaling groups and their target groups, by name and ARN; None when AWS was not asked.
    """
    by_stack = {state.stack: state for state in states}
    known = frozenset[tuple[str, str]]().union(*(state.known for state in by_stack.values()))
    orphans, matched, compared, others = list[Orphan](), set[str](), 0, set[str]()
    for one in sorted(set(found)):
        arn = Arn.parse(one.arn)
        kind = kind_of(arn, egress=one.egress)
        if kind is None:
            continue
        if one.stack not in by_stack:
            others.add(one.stack)
            continue
        id_ = kind.import_id(arn)
        in_state = known & {(kind.type, text) for text in (one.arn, one.arn.removesuffix(":*"), id_)}
        candidates = (
            [] if in_state else [each for each in by_stack[one.stack].pending if _fits(each, kind.type, one, id_)]
        )
        compared += bool(in_state or candidates or one.certain)
        if in_state or not (candidates or one.certain):
            continue
        matched |= {each.urn for each in candidates}
        orphans.append(
            Orphan(
                stack=one.stack,
                arn=one.shown or one.arn,
                type=kind.type,
                delete=deletion(kind, arn, one.region, holder_id=one.holder_id),
                holds_data=kind.holds_data,
                adopt=tuple(_adoption(each, id_) for each in candidates if not each.auto_named),
            )
        )
    started = sorted(each for state in by_stack.values() for each in state.pending)
    return Comparison(
        orphans=tuple(orphans),
        unmatched=tuple(each for each in started if each.urn not in matched),
        compared=compared,
        last=tuple(command for _, one in sorted(by_stack.items()) for command in _last(one, attached)),
        other_stacks=tuple(sorted(others)),
    )


def settlement(pending: Pending) -> PulumiCommand | None:
    """The command that takes a pending create with a known id into the state if AWS has it, and fails otherwise.

    None for one without a known id: its program creates it again.
    """
    return _adoption(pending, pending.id) if pending.id else None


def _fits(pending: Pending, type_: str, found: Found, id_: str) -> bool:
    """Whether a pending create can have created what was found: its id tells, or the names where both have one."""
    if pending.type != type_ or pending.expected:
        return pending.type == type_ and pending.expected == id_
    return not pending.told_by or pending.told_by == found.told_by


def _adoption(pending: Pending, id_: str) -> PulumiCommand:
    """The import of a resource under its URN, unprotected: the program protects it where it wants to.

    `pulumi refresh --import-pending-creates` would be shorter, but imports nothing: it only forgets the pending create
    (CLI 3.274.1: `pendingCreatesToImports` marks it as importing, which the next checkpoint leaves out).
    """
    project, _, name = pending.stack.partition("/")
    parent = () if f"::{t.STACK}::" in pending.parent else ("--parent", f"parent={pending.parent}")
    provider = ("--provider", f"provider={pending.provider}")
    words = ("import", pending.type, pending.name, id_, "--stack", name, *parent, *provider)
    return PulumiCommand(project, (*words, "--protect=false", "--generate-code=false"))


def _last(state: State, attached: Collection[tuple[str, str]] | None) -> tuple[PulumiCommand, ...]:
    project, _, name = state.stack.partition("/")
    options = ["--clear-pending-creates"] if state.pending else []
    if attached is not None and not state.pending:
        gone = [one.urn for one in state.attachments if (one.group, one.target_group) not in attached]
        options = [word for urn in gone for word in ("--target", urn)]
    return (PulumiCommand(project, ("refresh", "--stack", name, *options)),) if options else ()
