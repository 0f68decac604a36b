"""From the raw values of a stack's configuration to a settings model, with all mistakes in one message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings import boundaries, firewall_checks, ownership
from privatelink_ingress.settings.explain import explain, keys, kind, path, shown

M = TypeVar("M", bound=BaseModel)


class SettingsError(UserError):
    """A stack file has a value that the settings model does not allow."""


def load(model: type[M], values: Mapping[str, str], *, project: str, stack: str, region: str | None = None) -> M:
    """The settings of one stack.

    Args:
        model: `WorkloadSettings` or `EdgeSettings`.
        values: The stack's configuration of the project's own namespace, keys without the namespace, as Pulumi hands
            it over: text as it is, everything else as JSON text.
        project: Name of the Pulumi project, for the message.
        stack: Name of the stack, for the message.
        region: The stack's `aws:region`, right or wrong; every ARN must be of its partition. Not checked without it.

    Raises:
        SettingsError: with every mistake, each at its key path as written in the file.
    """
    known, decoded, problems = keys(model), {}, []
    for key, text in values.items():
        if text == "":  # `key:` with nothing after it, or a schema default that stands for "not set"
            continue
        wanted = kind(known[key]) if key in known else None
        value = _decode(text, wanted)
        if wanted is not None and (mistake := _wrong_kind(value, wanted)):
            problems.append(Problem(key, mistake, f"Write {wanted} for it."))
        else:
            decoded[key] = value
            problems += _padded(value, (key,))
    if region is not None and (misnamed := regions.problem(region)):
        problems.append(misnamed)
    wrong = {problem.where for problem in problems}
    try:
        settings = model.model_validate_json(json.dumps(decoded))
    except ValidationError as error:
        problems += [problem for problem in explain(model, error) if problem.where not in wrong]
    else:
        problems += (
            *ownership.problems(settings, region),
            *boundaries.problems(settings),
            *firewall_checks.problems(settings),
        )
        if not problems:
            return settings
    raise SettingsError(f"{project}/Pulumi.{stack}.yaml has mistakes", problems)


def _padded(value: Any, at: tuple[str | int, ...]) -> Iterator[Problem]:
    """Keys with blanks around them: without the blanks, which are taken off, one could hide another."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != key.strip():
                yield Problem(path((*at, key)), "begins or ends with whitespace", f"Write {key.strip()}.")
            yield from _padded(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _padded(inner, (*at, index))


def _decode(text: str, wanted: str | None) -> Any:
    """The value of `text`. Text that is not JSON stays text, and so does JSON where the key takes text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or more digits or brackets than Python reads
        return text
    return text if wanted == "text" and not isinstance(value, dict | list) else value


def _wrong_kind(value: Any, wanted: str) -> str:
    fits = {
        "text": isinstance(value, str),
        "true or false": isinstance(value, bool),
        "a whole number": isinstance(value, int) and not isinstance(value, bool),
        "a number": isinstance(value, int | float) and not isinstance(value, bool),
        "a list": isinstance(value, list),
        "a mapping": isinstance(value, dict),
    }[wanted]
    return "" if fits else f"is {shown(value)}, but must be {wanted}"
