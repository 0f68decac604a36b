"""A stack's state as `pulumi stack export` writes it: what a comparison with AWS needs of it.

The format: https://www.pulumi.com/docs/iac/concepts/state-and-backends/#state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.fleet.resource_kinds import import_id_of
from privatelink_ingress.problems import Problem, UsageError

NOTHING_COMPARED = "Nothing was compared"
EXPORT = "Write it with `pulumi stack export --file`, and give it as it is."


@dataclasses.dataclass(frozen=True, kw_only=True, order=True)
class Pending:
    """A create that a state has as started and not as ended."""

    stack: str
    urn: str
    type: str
    id: str = ""
    """Its import id if AWS created it, for a type whose id its inputs tell; else empty."""
    name_tag: str = ""
    """The value of its tag `Name`; empty without one."""
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
class State:
    """What a comparison needs of a stack's state."""

    stack: str
    """`<project>/<stack>`."""
    known: frozenset[tuple[str, str]]
    """Type and id, and type and ARN, of its resources. A bucket's policy has the bucket's id: the type tells."""
    pending: tuple[Pending, ...] = ()


def state_of(export: Mapping[str, Any], *, source: str) -> State:
    """The state in a document of `pulumi stack export`; `source` is where it comes from, for messages.

    Raises:
        UsageError: the document is no such export, or one of an empty stack, or lacks some of the stack's resources:
            each of them would be reported as an orphan, with the command that deletes it.
    """
    if "deployment" not in export:
        raise _refused(source, "is not an exported state (it has no `deployment`)", EXPORT)
    deployment = export["deployment"] or {}
    resources = deployment.get("resources") or []
    operations = deployment.get("pending_operations") or []
    urns = [one["urn"] for one in (*resources, *(each["resource"] for each in operations))]
    if not urns:
        reason = "has no resources, so it does not say which stack it is of"
        raise _refused(source, reason, "Leave the file out, and name the stack: `./run orphans STACK` exports it.")
    if missing := sorted(_referenced(resources) - {one["urn"] for one in resources}):
        others = f" and {len(missing) - 1} more" if missing[1:] else ""
        reason = f"lacks a part of its stack: other resources refer to {missing[0]}{others}, which it does not have"
        raise _refused(source, reason, EXPORT)
    label = _label(urns[0])
    return State(
        stack=label,
        known=frozenset(pair for one in resources for pair in _known(one)),
        pending=tuple(_pending(label, one["resource"]) for one in operations if one["type"] == "creating"),
    )


def _pending(stack: str, resource: Mapping[str, Any]) -> Pending:
    inputs = resource.get("inputs") or {}
    defaults = inputs.get("__defaults") or []  # where the bridge records the inputs that it chose
    tags = inputs.get("tags")
    return Pending(
        stack=stack,
        urn=resource["urn"],
        type=resource["type"],
        id=import_id_of(resource["type"], inputs),
        name_tag=str(tags.get("Name", "")) if isinstance(tags, Mapping) else "",
        parent=resource.get("parent", ""),
        provider=resource.get("provider", "").rpartition("::")[0],
        auto_named=any(str(name).lower().endswith("name") for name in defaults),
    )


def _refused(source: str, reason: str, remedy: str) -> UsageError:
    return UsageError(NOTHING_COMPARED, [Problem(source, reason, remedy)])


def _label(urn: str) -> str:
    """`<project>/<stack>` of a URN."""
    stack, project = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return f"{project}/{stack}"


def _referenced(resources: list[Mapping[str, Any]]) -> set[str]:
    """The URNs that resources refer to, and that of the stack, which every state has."""
    stack, project = resources[0]["urn"].removeprefix("urn:pulumi:").split("::")[:2] if resources else ("", "")
    root = {f"urn:pulumi:{stack}::{project}::{t.STACK}::{project}-{stack}"} if resources else set()
    return root | {urn for one in resources for urn in _references(one)}


def _references(resource: Mapping[str, Any]) -> Iterator[str]:
    if resource.get("parent"):
        yield resource["parent"]
    if resource.get("provider"):
        yield resource["provider"].rpartition("::")[0]
    yield from resource.get("dependencies") or ()
    for urns in (resource.get("propertyDependencies") or {}).values():
        yield from urns or ()


def _known(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    arn = (resource.get("outputs") or {}).get("arn")
    type_ = _SAME.get(resource["type"], resource["type"])
    return [(type_, text) for text in (resource.get("id"), arn) if isinstance(text, str) and text]


_SAME = {t.DEFAULT_SECURITY_GROUP: t.SECURITY_GROUP, t.DEFAULT_ROUTE_TABLE: t.ROUTE_TABLE}
"""Types that take over what AWS created with a VPC, and tag it."""
