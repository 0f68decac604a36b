"""Resources that AWS has and the states lack: what a run leaves that was ended after AWS's answer.

The engine records that it starts to create (a pending operation), and the result once AWS has answered. When it dies in
between, AWS has the resource, and the state only knows that there may be one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.fleet.resource_kinds import deletion, kind_of
from privatelink_ingress.problems import Problem, UsageError


@dataclasses.dataclass(frozen=True, kw_only=True, order=True)
class Tagged:
    """A resource in AWS with our tags."""

    stack: str
    """`<project>/<stack>`, of its tag `Stack`."""
    arn: str
    region: str
    """The one that it was found in: a role's ARN names none."""
    group_id: str = ""
    """For a rule of a security group, the group; else empty."""
    egress: bool = False
    """Whether it is a rule for what leaves a security group."""


@dataclasses.dataclass(frozen=True, kw_only=True, order=True)
class Pending:
    """A create that a state has as started and not as ended."""

    stack: str
    urn: str
    type: str
    id: str = ""
    """The id that it has if AWS created it, for a type without tags whose id its inputs tell; else empty."""

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """What a comparison needs of a stack's state."""

    stack: str
    """`<project>/<stack>`."""
    known: frozenset[tuple[str, str]]
    """Type and id, and type and ARN, of its resources. A bucket's policy has the bucket's id: the type tells."""
    pending: tuple[Pending, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Orphan:
    """A resource that no state has."""

    stack: str
    arn: str
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
    other_stacks: tuple[str, ...]
    """Stacks that resources in AWS name, and whose states were not read."""


def state_of(export: Mapping[str, Any], *, source: str) -> State:
    """The state in a document of `pulumi stack export`; `source` is where it comes from, for messages.

    Raises:
        UsageError: the document is not such an export, or is of an empty stack.
    """
    deployment = export.get("deployment") or {}
    resources = deployment.get("resources") or []
    operations = deployment.get("pending_operations") or []
    urns = [one["urn"] for one in (*resources, *(each["resource"] for each in operations))]
    if not urns:
        reason = "has no resources, so it does not say which stack it is"
        raise UsageError("Nothing was compared", [Problem(source, reason, "Leave it out.")])
    _, _, stack, project, _ = urns[0].replace("urn:pulumi:", "urn::pulumi::", 1).split("::", 4)
    label = f"{project}/{stack}"
    return State(
        stack=label,
        known=frozenset(pair for one in resources for pair in _known(one)),
        pending=tuple(
            Pending(
                stack=label,
                urn=one["resource"]["urn"],
                type=one["resource"]["type"],
                id=_id_of(one["resource"]["type"], one["resource"].get("inputs") or {}),
            )
            for one in operations
            if one["type"] == "creating"
        ),
    )


def compare(found: Iterable[Tagged], states: Iterable[State]) -> Comparison:
    """The orphans among what was found in AWS, by stack and ARN."""
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
        compared += 1
        id_ = kind.import_id(arn)
        if known & {(kind.type, text) for text in (one.arn, one.arn.removesuffix(":*"), id_)}:
            continue
        candidates = [each for each in by_stack[one.stack].pending if each.type == kind.type]
        matched |= {each.urn for each in candidates}
        orphans.append(
            Orphan(
                stack=one.stack,
                arn=one.arn,
                type=kind.type,
                delete=deletion(kind, arn, one.region, group_id=one.group_id),
                holds_data=kind.holds_data,
                adopt=tuple(_adoption(each, id_) for each in candidates),
            )
        )
    pending = [each for state in by_stack.values() for each in state.pending]
    return Comparison(
        orphans=tuple(orphans),
        unmatched=tuple(sorted(each for each in pending if each.urn not in matched)),
        compared=compared,
        other_stacks=tuple(sorted(others)),
    )


def settlement(pending: Pending) -> PulumiCommand:
    """What settles a pending create without an orphan: with a known id a look at AWS, otherwise to forget it.

    The look takes the resource into the state, or forgets the pending create when AWS has no such resource. Forgetting
    is for all pending creates of the stack, so it comes last.
    """
    return _adoption(pending, pending.id) if pending.id else _refresh(pending.stack, "--clear-pending-creates")


def _id_of(type_: str, inputs: Mapping[str, Any]) -> str:
    """A record's id is made of its inputs: https://www.pulumi.com/registry/packages/aws/api-docs/route53/record/#import."""
    if type_ != t.DNS_RECORD:
        return ""
    parts = [inputs.get(key) for key in ("zoneId", "name", "type")]
    texts = [part for part in parts if isinstance(part, str)]
    return "_".join(texts) if len(texts) == len(parts) else ""


def _adoption(pending: Pending, id_: str) -> PulumiCommand:
    option = "--import-pending-creates"
    return _refresh(pending.stack, option, pending.urn, option, id_)


def _refresh(stack: str, *options: str) -> PulumiCommand:
    project, _, name = stack.partition("/")
    return PulumiCommand(project, ("refresh", "--stack", name, *options))


def _known(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    arn = (resource.get("outputs") or {}).get("arn")
    type_ = _SAME.get(resource["type"], resource["type"])
    return [(type_, text) for text in (resource.get("id"), arn) if isinstance(text, str) and text]


_SAME = {t.DEFAULT_SECURITY_GROUP: t.SECURITY_GROUP, t.DEFAULT_ROUTE_TABLE: t.ROUTE_TABLE}
"""Types that take over what AWS created with a VPC, and tag it."""
