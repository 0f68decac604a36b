"""Turns pydantic's errors into problems that a newcomer can act on, in the stack file's own terms."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from privatelink_ingress.problems import Problem, nearest, suggest
from privatelink_ingress.settings.fields import InvalidSetting

_SHOWN = 60
"""Characters of a wrong value that a message repeats; a longer one would hide the reason."""


def explain(model: type[BaseModel], error: ValidationError) -> list[Problem]:
    """Every mistake of `error` as a problem whose `where` is the key path as written in the file."""
    errors = error.errors(include_url=False)
    meant = {(*item["loc"][:-1], _nearest(model, item)) for item in errors if item["type"] == "extra_forbidden"}
    # A mistyped key is one mistake, although the right key is then also missing.
    mistyped = [item for item in errors if item["type"] == "missing" and item["loc"] in meant]
    # A list of which some entries are wrong is also reported as too short, by its right entries.
    miscounted = [item for item in errors if item["type"] == "too_short" and _long_enough(item)]
    return [_problem(model, item) for item in errors if item not in mistyped and item not in miscounted]


def path(loc: Sequence[str | int]) -> str:
    """`network.zoneIds[0]` for `("network", "zoneIds", 0)`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != "[key]":  # pydantic's mark of a wrong key, whose text is the part before
            text += f".{part}" if text else part
    return text


def core(annotation: Any) -> Any:
    """A type without `Annotated` and `| None` around it."""
    while True:
        if typing.get_origin(annotation) is Annotated:
            annotation = typing.get_args(annotation)[0]
        elif typing.get_origin(annotation) in (Union, types.UnionType):
            annotation = next(arg for arg in typing.get_args(annotation) if arg is not type(None))
        else:
            return annotation


_LIMITS = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}
"""How a message says a bound, by pydantic's word for it."""

_KINDS = {
    str: "text",
    SecretStr: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple: "a list",
}


def kind(annotation: Any) -> str:
    """The kind of value for a type: `text`, `true or false`, `a whole number`, `a number`, `a list` or `a mapping`."""
    bare = core(annotation)
    origin = typing.get_origin(bare) or bare
    if origin is Literal:
        return kind(type(typing.get_args(bare)[0]))
    return _KINDS.get(origin, "a mapping")


def shown(value: Any) -> str:
    """A wrong value as a message repeats it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """Each key of a model as written in a file, with the type of its value."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _problem(model: type[BaseModel], item: ErrorDetails) -> Problem:
    where, value, context = path(item["loc"]) or "file", item["input"], item.get("ctx", {})
    invalid = context.get("error")
    if isinstance(invalid, InvalidSetting):
        at = path((*item["loc"], *invalid.at)) or "file"
        return Problem(at, invalid.reason, invalid.remedy)
    if value is not None and item["type"] != "missing" and core(_type_at(model, item["loc"])) is SecretStr:
        # Wrong or not, it may be the secret.
        return Problem(where, "is empty, or not text", "Write the secret as text, encrypted.")
    match item["type"]:
        case "missing":
            return Problem(where, "is missing", f"Write {kind(_type_at(model, item['loc']))} for it.")
        case "extra_forbidden":
            return _unknown(model, item)
        case "literal_error":
            return _not_in_list(where, value, typing.get_args(core(_type_at(model, item["loc"]))))
        case "string_type" if isinstance(value, int | float) and not isinstance(value, bool):
            return Problem(where, f"is the number {value}, but must be text", f'Write it in quotes: "{value}".')
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            [(rule, bound)] = context.items()
            limit = f"{_LIMITS[rule]} {bound:g}" if isinstance(bound, float) else f"{_LIMITS[rule]} {bound}"
            return Problem(where, f"is {value}, but must be {limit}", _range(model, item["loc"]))
        case "too_short" | "string_too_short":
            need, have = context["min_length"], _counted(len(value), item["type"])
            return Problem(where, f"has {have}, but needs at least {need}", f"Write at least {need}.")
        case "too_long" | "string_too_long":
            limit, have = context["max_length"], _counted(len(value), item["type"])
            return Problem(where, f"has {have}, but may have at most {limit}", f"Keep to {limit}.")
        case _:
            wanted = kind(_type_at(model, item["loc"]))
            return Problem(where, f"is {shown(value)}, but must be {wanted}", f"Write {_example(wanted)}.")


def _counted(number: int, mistake: str) -> str:
    """`1 entry`, or `300 characters`."""
    one, many = ("character", "characters") if mistake.startswith("string") else ("entry", "entries")
    return f"{number} {one if number == 1 else many}"


def _unknown(model: type[BaseModel], item: ErrorDetails) -> Problem:
    *above, key = item["loc"]
    parent = core(_type_at(model, above))
    if near := _nearest(model, item):
        remedy = f"Did you mean {near}?"
    elif elsewhere := [keys for keys in _places(model) if keys[-1] == key]:
        remedy = f"Did you mean {path(elsewhere[0])}?"
    else:
        remedy = suggest(str(key), sorted(keys(parent)), cutoff=0.7)
    return Problem(path(item["loc"]), "is not a known key", remedy)


def _long_enough(item: ErrorDetails) -> bool:
    return len(item["input"]) >= item["ctx"]["min_length"]


def _nearest(model: type[BaseModel], item: ErrorDetails) -> str | None:
    *above, key = item["loc"]
    return nearest(str(key), keys(core(_type_at(model, above))), cutoff=0.7)


def _places(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key that is not inside a list."""
    for key, annotation in keys(model).items():
        yield (*above, key)
        inner = core(annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _places(inner, (*above, key))


def _not_in_list(where: str, value: Any, choices: Sequence[Any]) -> Problem:
    if isinstance(choices[0], str) and isinstance(value, int | float) and not isinstance(value, bool):
        written = f"{value}"
        fix = written if written in choices else choices[-1]
        return Problem(
            where,
            f"is the number {written}, but must be text",
            f'Write it in quotes: "{fix}". {suggest("", map(str, choices))}',
        )
    remedy = suggest(value if isinstance(value, str) else "", map(str, choices), list_all=True)
    return Problem(where, f"is {shown(value)}, which is not among its values", remedy)


def _range(model: type[BaseModel], loc: Sequence[str | int]) -> str:
    annotation = _type_at(model, loc, bare=False)
    above, low, high = (_bound(annotation, name) for name in ("gt", "ge", "le"))
    if above is not None:
        return f"Write {kind(annotation)} above {above}{'' if high is None else f' and at most {high}'}."
    return f"Write {kind(annotation)} from {low} to {high}." if high is not None else f"Write {low} or more."


def _bound(annotation: Any, name: str) -> Any:
    for argument in (*getattr(annotation, "__metadata__", ()), *typing.get_args(annotation)):
        for rule in (argument, *getattr(argument, "metadata", ())):
            if (value := getattr(rule, name, None)) is not None:
                return value
        if typing.get_origin(argument) is not None and (value := _bound(argument, name)) is not None:
            return value
    return None


def _type_at(model: Any, loc: Sequence[str | int], *, bare: bool = True) -> Any:
    """The declared type at a key path; unless `bare`, with its validation rules."""
    current: Any = model
    for index, part in enumerate(loc):
        inner = core(current)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            fields = {field.alias or name: field for name, field in inner.model_fields.items()}
            if part not in fields:
                return str
            field = fields[str(part)]
            current = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        elif part != "[key]":
            is_value = typing.get_origin(inner) is dict and loc[index + 1 : index + 2] != ("[key]",)
            current = typing.get_args(inner)[1 if is_value else 0]
    return core(current) if bare else current


def _example(wanted: str) -> str:
    return {
        "a list": "a list: [one, two], or one entry a line behind a hyphen",
        "a mapping": "keys and values under it, indented",
        "true or false": "true or false, without quotes",
        "a whole number": "a whole number, without quotes",
        "a number": "a number, without quotes",
    }.get(wanted, f"{wanted}")
