"""The document that `pulumi stack export` writes.

The format: https://www.pulumi.com/docs/iac/concepts/state-and-backends/#state.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.problems import Problem, Problems, UsageError

REMEDY = "Write it with `pulumi stack export --file`, and do not edit it."

Resource = Mapping[str, Any]

SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""Key and value of an object that stands for a secret: https://github.com/pulumi/pulumi, sdk/go/common/resource/sig."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Export:
    """A stack's state, whole."""

    stack: str
    """`<project>/<stack>`."""
    resources: tuple[Resource, ...]
    operations: tuple[Mapping[str, Any], ...] = ()
    """What an interrupted run had started and not recorded."""
    written: datetime.datetime | None = None
    """When the engine wrote the state; None where the export does not say it."""


def read(file: Path, *, failed: str) -> Export:
    """The export in a file; `failed` is the first line of the message.

    Raises:
        UsageError: the file cannot be read, or holds no whole export.
    """
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")), source=str(file), failed=failed)
    except OSError as error:
        raise _refused(str(file), f"cannot be read: {error.strerror}", REMEDY, failed) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        reason = f"is not an exported state ({type(error).__name__}: {error})"
        raise _refused(str(file), reason, REMEDY, failed) from None


def read_all(files: Iterable[Path], problems: Problems, *, failed: str) -> dict[str, tuple[Path, Export]]:
    """The exports in files, by stack, each with its file.

    Adds to `problems` every file that holds no whole export, or a second one of a stack.
    """
    found = dict[str, tuple[Path, Export]]()
    for file in files:
        with problems.collect():
            export = read(file, failed=failed)
            if export.stack in found:
                problems.append(_second(file, export, *found[export.stack]))
            else:
                found[export.stack] = (file, export)
    return found


def parse(document: Mapping[str, Any], *, source: str, failed: str) -> Export:
    """The export in a document that comes from `source`; `failed` is the first line of the message.

    Raises:
        UsageError: the document is no such export, or one of an empty stack, or lacks some of the stack's resources.
    """
    if "checkpoint" in document:
        raise _refused(source, "is a backend's state file, not an exported state", REMEDY, failed)
    if "deployment" not in document:
        raise _refused(source, "is not an exported state (it has no `deployment`)", REMEDY, failed)
    deployment = document["deployment"] or {}
    resources = deployment.get("resources") or []
    operations = deployment.get("pending_operations") or []
    urns = [_urn(one) for one in (*resources, *(each["resource"] for each in operations if each["type"]))]
    if not urns:
        reason = "has no resources, so it does not name its stack"
        raise _refused(source, reason, "Leave the file out: nothing is deployed in its stack.", failed)
    if missing := sorted(_referenced(resources) - {one["urn"] for one in resources}):
        others = f" and {len(missing) - 1} more" if missing[1:] else ""
        reason = f"lacks a part of its stack: other resources refer to {missing[0]}{others}, which it does not have"
        raise _refused(source, reason, REMEDY, failed)
    return Export(
        stack=_label(urns[0]),
        resources=tuple(resources),
        operations=tuple(operations),
        written=_time((deployment.get("manifest") or {}).get("time")),
    )


def is_encrypted(value: Any) -> bool:
    """Whether a property is a secret that the export does not show."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET and "plaintext" not in value


def opened(value: Any) -> Any:
    """A property with its secrets, as far as the export shows them (`--show-secrets`)."""
    match value:
        case Mapping() if value.get(SIGNATURE) == SECRET and "plaintext" in value:
            return opened(json.loads(value["plaintext"]))
        case Mapping():
            return {key: opened(item) for key, item in value.items()}
        case list():
            return [opened(item) for item in value]
    return value


def _second(file: Path, export: Export, first: Path, known: Export) -> Problem:
    """Two exports of one stack: which of them to give."""
    reason = f"is an export of {export.stack}, like {first}"
    if export.resources == known.resources:
        return Problem(str(file), f"{reason}, with the same resources", "Give only one of them.")
    remedy = "Give only the newer one."
    if export.written and known.written and export.written != known.written:
        remedy = f"Give only the newer one, {file if export.written > known.written else first}."
    return Problem(str(file), f"{reason}, with other resources", remedy)


def _time(text: Any) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _urn(resource: Resource) -> str:
    """A resource's URN, once it has what every reader of an export relies on."""
    parts = [resource["urn"], resource["type"]]
    blocks = [resource.get("inputs") or {}, resource.get("outputs") or {}]
    if not (all(isinstance(part, str) for part in parts) and all(isinstance(block, Mapping) for block in blocks)):
        raise TypeError(f"a resource has another form: {parts[0]}")
    return parts[0]


def _refused(source: str, reason: str, remedy: str, failed: str) -> UsageError:
    return UsageError(failed, [Problem(source, reason, remedy)])


def _label(urn: str) -> str:
    """`<project>/<stack>` of a URN."""
    stack, project = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return f"{project}/{stack}"


def _referenced(resources: list[Resource]) -> set[str]:
    """The URNs that resources refer to, and that of the stack, which every state has."""
    stack, project = resources[0]["urn"].removeprefix("urn:pulumi:").split("::")[:2] if resources else ("", "")
    root = {f"urn:pulumi:{stack}::{project}::{t.STACK}::{project}-{stack}"} if resources else set()
    return root | {urn for one in resources for urn in _references(one)}


def _references(resource: Resource) -> Iterator[str]:
    if resource.get("parent"):
        yield resource["parent"]
    if resource.get("provider"):
        yield resource["provider"].rpartition("::")[0]
    yield from resource.get("dependencies") or ()
    for urns in (resource.get("propertyDependencies") or {}).values():
        yield from urns or ()
