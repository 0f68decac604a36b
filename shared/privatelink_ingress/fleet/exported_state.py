"""What a comparison with AWS needs of a stack's state."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.fleet.resource_kinds import INPUTS
from privatelink_ingress.fleet.untagged_kinds import formatted, import_id_of, told_by
from privatelink_ingress.stackfiles import exports

NOTHING_COMPARED = "Nothing was compared"


@dataclasses.dataclass(frozen=True, kw_only=True, order=True)
class Pending:
    """A create that a state has as started and not as ended."""

    stack: str
    urn: str
    type: str
    id: str = ""
    """Its import id if AWS created it, for a type without tags whose id its inputs tell; else empty."""
    expected: str = ""
    """The same for a type with tags."""
    told_by: str = ""
    """What tells it apart from others of its type: its tag `Name`, or an input; empty without one."""
    parent: str = ""
    provider: str = ""
    """URNs."""
    auto_named: bool = False
    """Whether the provider chose its name. The program does not know that name, so it would replace an import."""

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attachment:
    """A target group of an Auto Scaling group.

    The one type whose delete cannot be repeated: AWS refuses to detach a target group twice, and the provider does not
    take that for success (internal/service/autoscaling/attachment.go). The engine does not record pending deletes.
    """

    urn: str
    group: str
    target_group: str
    """Its ARN."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """What a comparison needs of a stack's state."""

    stack: str
    """`<project>/<stack>`."""
    known: frozenset[tuple[str, str]]
    """Type and id, and type and ARN, of its resources. A bucket's policy has the bucket's id: the type tells."""
    pending: tuple[Pending, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def state_of(export: exports.Export) -> State:
    """What a comparison needs of a whole export.

    A part of one would not do: each resource that it lacks would be reported as an orphan, with the command that
    deletes it.
    """
    return State(
        stack=export.stack,
        known=frozenset(pair for one in export.resources for pair in _known(one)),
        pending=tuple(
            _pending(export.stack, one["resource"]) for one in export.operations if one["type"] == "creating"
        ),
        attachments=tuple(_attachments(export.resources)),
    )


def _attachments(resources: Iterable[Mapping[str, Any]]) -> Iterator[Attachment]:
    for one in resources:
        inputs = one.get("inputs") or {}
        group, target_group = inputs.get("autoscalingGroupName"), inputs.get("lbTargetGroupArn")
        if one["type"] == t.AUTOSCALING_ATTACHMENT and isinstance(group, str) and isinstance(target_group, str):
            yield Attachment(urn=one["urn"], group=group, target_group=target_group)


def _pending(stack: str, resource: Mapping[str, Any]) -> Pending:
    inputs = resource.get("inputs") or {}
    defaults = inputs.get("__defaults") or []  # where the bridge records the inputs that it chose
    return Pending(
        stack=stack,
        urn=resource["urn"],
        type=resource["type"],
        id=import_id_of(resource["type"], inputs),
        expected=formatted(INPUTS.get(resource["type"], ""), inputs),
        told_by=told_by(resource["type"], inputs),
        parent=resource.get("parent", ""),
        provider=resource.get("provider", "").rpartition("::")[0],
        auto_named=any(str(name).lower().endswith("name") for name in defaults),
    )


def _known(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    arn = (resource.get("outputs") or {}).get("arn")
    type_ = _SAME.get(resource["type"], resource["type"])
    return [(type_, text) for text in (resource.get("id"), arn) if isinstance(text, str) and text]


_SAME = {t.DEFAULT_SECURITY_GROUP: t.SECURITY_GROUP, t.DEFAULT_ROUTE_TABLE: t.ROUTE_TABLE}
"""Types that take over what AWS created with a VPC, and tag it."""
