"""What the AWS provider refuses before any call to AWS, in every preview: what is no input of the type, or not valid.

Messages are those of terraform-plugin-sdk v2.40 (helper/schema/schema.go, `validate`), as pulumi-terraform-bridge
completes them (pkg/tfbridge/check_failures.go, `NewCheckFailure`). Names and kinds are the SDK's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine import schema, wire
from privatelink_ingress.local.engine.schema import Kind, Property
from privatelink_ingress.local.providers.constraints import CONFLICTS, EXACTLY_ONE, VALUES

SCALARS = ("string", "boolean", "integer", "number")
HIDDEN = "[secret]"


def failures(type_: str, resource: str, inputs: Properties, secrets: Iterable[wire.Path] = ()) -> list[str]:
    """The reasons to refuse the inputs of an AWS resource.

    pulumi-kubernetes checks no object: it leaves a schema's violations to the API server, whose refusal comes with the
    creation (provider/pkg/provider/provider.go, `Check`).

    Args:
        type_: the Pulumi type; one that the SDK does not have, or that is not AWS's, is not checked.
        resource: the resource's name, for the messages.
        inputs: as the program gives them, with unknown values as `wire.UNKNOWN`.
        secrets: paths of the secrets in them, which no message shows.
    """
    known = schema.inputs_of(type_)
    if not known:
        return []
    check = _Check(type_, frozenset(secrets))
    found = [*check.block(known, inputs, (), ""), *_combinations(type_, known, inputs)]
    return [f"{reason}. Examine values at '{resource}.{_shown(path)}'." for reason, path in found]


Found = Iterator[tuple[str, wire.Path]]


class _Check:
    def __init__(self, type_: str, secrets: frozenset[wire.Path]) -> None:
        self._values, self._secrets = VALUES.get(type_, {}), secrets

    def block(self, known: Mapping[str, Property], values: Mapping[str, Any], at: wire.Path, argument: str) -> Found:
        """A resource's inputs, or a block's. `argument` is the block's name in Terraform, with a dot at its end."""
        for name in values.keys() - known.keys():
            yield "Invalid or unknown key", (*at, name)
        for name, each in known.items():
            full = f"{argument}{each.argument}"
            if values.get(name) is not None:
                yield from self.value(each.kind, values[name], (*at, name), full)
            elif each.required:
                yield (
                    f'Missing required argument. The argument "{full}" is required, but no definition was found.',
                    (
                        *at,
                        name,
                    ),
                )

    def value(self, kind: Kind, value: Any, at: wire.Path, argument: str) -> Found:
        """One value. Text stands for numbers and booleans, and they for text, as in the provider."""
        if value == wire.UNKNOWN:
            return
        if kind.name == "array":
            if not isinstance(value, list):
                yield "Attribute must be a list", at
            elif kind.items:
                for position, item in enumerate(value):
                    yield from self.value(kind.items, item, (*at, position), f"{argument}.{position}")
        elif kind.name == "map":
            if not isinstance(value, Mapping):
                yield "Attribute must be a map", at
        elif kind.name == "block":
            if isinstance(value, Mapping):
                yield from self.block(kind.properties, value, at, f"{argument}.0.")
            else:
                yield f"Expected Object Type. Expected object, got {_type(value)}", at
        elif kind.name in SCALARS or isinstance(value, str):
            wrong = _scalar(kind.name, value)
            if wrong:
                yield wrong, at
            else:
                yield from ((reason, at) for reason in self._refused(value, at, argument))

    def _refused(self, value: Any, at: wire.Path, argument: str) -> Iterator[str]:
        validator = self._values.get(".".join(part for part in at if isinstance(part, str)))
        for reason in validator(argument, value) if validator else ():
            hidden = any(at[: len(path)] == path for path in self._secrets)
            yield reason.replace(str(value), HIDDEN) if hidden and str(value) else reason


def _scalar(kind: str, value: Any) -> str:
    """Why a value is not of a kind; empty when it is."""
    if isinstance(value, list | Mapping):
        return f"Attribute must be a single value, not a {'list' if isinstance(value, list) else 'map'}"
    if kind == "boolean" and not isinstance(value, bool) and str(value) not in ("true", "false", "0", "1"):
        return "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"
    if kind in ("integer", "number") and isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return f"'' cannot parse value as '{'int' if kind == 'integer' else 'float64'}': invalid syntax"
    if kind == "integer" and isinstance(value, float) and not value.is_integer():
        return f"Attribute must be a whole number, got {value}"
    return ""


def _combinations(type_: str, known: Mapping[str, Property], inputs: Properties) -> Found:
    """Inputs that exclude each other, or of which one is needed. An unknown one counts as given."""
    given = {name for name, value in inputs.items() if value not in (None, [])}
    pairs = [(name, f"{name}Prefix") for name in known if f"{name}Prefix" in known]
    for one, another in [*pairs, *CONFLICTS.get(type_, ())]:
        if {one, another} <= given:
            names = known[one].argument, known[another].argument
            yield f'Conflicting configuration arguments. "{names[0]}": conflicts with {names[1]}', (one,)
    group = EXACTLY_ONE.get(type_, ())
    chosen = [name for name in group if name in given]
    if group and len(chosen) != 1:
        names = ",".join(known[name].argument for name in group)
        what = "only one of `{}` can be specified" if chosen else "one of `{}` must be specified"
        reason = f'Invalid combination of arguments. "{known[group[0]].argument}": {what.format(names)}'
        yield reason, (group[0],)


def _type(value: Any) -> str:
    return "slice" if isinstance(value, list) else {bool: "bool", str: "string"}.get(type(value), "float64")


def _shown(path: wire.Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
