"""Stack files with an `environment` of Pulumi ESC, which only Pulumi can open: what they write is still checked.

The engine merges the environment's values below those of the file: what the file writes stays, mappings are merged key
by key, and any key that the file leaves out may be supplied (`mergeConfig` in the engine's `pkg/workspace/config.go`).
So a mistake is certain when it is in a value that the file writes, and takes no other value to be one.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress.fleet.stacks import Finding
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile

Loader = Callable[[Mapping[str, str]], Any]
"""From the raw values of a stack file to its settings; raises `UserError`."""

NOTE = "environment supplies values that only Pulumi reads: only `pulumi preview` can check what depends on them."
PLACE = "environment"

_STRANGE = "environment-of-pulumi"
"""No key of any setting. A mapping with a wrong key is checked key by key, and not as a whole."""


def certain(file: StackFile, load: Loader, values: Mapping[str, str]) -> list[Problem]:
    """The mistakes of a file that no value of its environment can correct.

    Args:
        file: The stack file.
        load: Says what the keys accept.
        values: As `StackFile.settings`.
    """
    prefix = f"{file.project}:"
    written = {key.removeprefix(prefix): values.get(key.removeprefix(prefix), "") for key in file.written}
    own: dict[str, Any] = {key: _decoded(text) for key, text in written.items() if key in values}
    tried = {key: reader.as_text(_with_wrong_keys(value)) for key, value in own.items()}
    if "aws:region" in file.written:
        own["aws:region"] = file.region_text
    try:
        load({**tried, _STRANGE: "x"})
    except UserError as error:
        return [problem for problem in error.problems if _is_written(problem.where, own)]
    return []


def unless(finding: Finding) -> Finding:
    """A mistake between files that an environment may correct, as a warning tells it."""
    problem = finding.problem
    reason = f"{problem.reason}, unless the environment of a stack file says otherwise"
    return dataclasses.replace(finding, problem=dataclasses.replace(problem, reason=reason))


def unreadable(place: str) -> Problem:
    """A place that a command has to read and cannot: a value, an environment or, of a file, too many of them."""
    if place.endswith(f": {PLACE}"):
        reason = "supplies values that only Pulumi reads, and this command has to know them"
        return Problem(place, reason, "Write them below config and remove it, or run `pulumi` in its project.")
    encrypted = "is encrypted, or in an environment" if place.endswith(": file") else "is encrypted"
    remedy = "Write it in plain text if it is not a secret, or run `pulumi` in its project."
    return Problem(place, f"{encrypted}, and this command has to know it", remedy)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_wrong_keys(value: Any) -> Any:
    """A wrong key in every mapping but those of lists, into which nothing is merged."""
    if not isinstance(value, dict):
        return value
    return {key: _with_wrong_keys(inner) for key, inner in value.items()} | {_STRANGE: [[]]}


def _is_written(where: str, value: Any) -> bool:
    """Whether the file says what is at a place, or holds the list around it."""
    if not isinstance(value, dict):
        return True
    for key, inner in value.items():
        if where == key:
            return True
        if where.startswith((f"{key}.", f"{key}[")):
            return _is_written(where[len(key) :].removeprefix("."), inner)
    return False
