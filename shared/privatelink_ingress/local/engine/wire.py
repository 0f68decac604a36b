"""Property values as Pulumi's SDK sends them (protobuf structs with marks), to plain Python and back.

Plain means: no envelopes. Which values are secret is told by their paths; an unknown value is the string `UNKNOWN`.
Reading them here, and not with the SDK's own functions, keeps secrets exactly where they are (the SDK lifts the mark
to the top-level property), and never rebuilds a resource from a reference, which hangs outside a real engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

UNKNOWN: str = rpc.UNKNOWN
"""The wire's placeholder for a value that a preview does not know."""

Path = tuple[str | int, ...]
"""A value's position within a resource's properties."""

SIGNATURE: str = rpc._special_sig_key
SECRET: str = rpc._special_secret_sig


def decode(properties: Any) -> tuple[dict[str, Any], frozenset[Path]]:
    """The properties as plain Python, and the paths of the secret ones. Nulls are left out; 80.0 becomes 80."""
    secrets: set[Path] = set()
    return _struct(properties, (), secrets), frozenset(secrets)


def encode(properties: Mapping[str, Any], secrets: Set[Path] = frozenset()) -> Any:
    """Plain properties for the SDK, with the values at the paths `secrets` marked as secret."""
    struct = struct_pb2.Struct()  # ty: ignore[missing-attribute]  (generated at run time)
    struct.update(mark(properties, secrets, lambda value: {SIGNATURE: SECRET, "value": value}))
    return struct


def mark(value: Any, secrets: Set[Path], envelope: Any, path: Path = ()) -> Any:
    """A copy of `value` in which `envelope` is put around each value at one of the paths `secrets`."""
    match value:
        case Mapping():
            copy: Any = {key: mark(item, secrets, envelope, (*path, key)) for key, item in value.items()}
        case list() | tuple():
            copy = [mark(item, secrets, envelope, (*path, i)) for i, item in enumerate(value)]
        case _:
            copy = value
    return envelope(copy) if path in secrets else copy


def has_unknown(value: Any) -> bool:
    """Whether any part of a plain value is unknown."""
    match value:
        case Mapping():
            return any(has_unknown(item) for item in value.values())
        case list() | tuple():
            return any(has_unknown(item) for item in value)
    return value == UNKNOWN


def _struct(struct: Any, path: Path, secrets: set[Path]) -> dict[str, Any]:
    # Sorted: a protobuf map has no order, and recordings must be equal in every run.
    values = {key: _value(struct.fields[key], (*path, key), secrets) for key in sorted(struct.fields)}
    return {key: value for key, value in values.items() if value is not None}


def _value(value: Any, path: Path, secrets: set[Path]) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return _marked(value.struct_value, path, secrets)
        case "list_value":
            return [_value(item, (*path, i), secrets) for i, item in enumerate(value.list_value.values)]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
    return None


def _marked(struct: Any, path: Path, secrets: set[Path]) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else None
    if signature == SECRET:
        secrets.add(path)
        return _value(fields["value"], path, secrets)
    if signature == rpc._special_output_value_sig:
        if "secret" in fields and fields["secret"].bool_value:
            secrets.add(path)
        return _value(fields["value"], path, secrets) if "value" in fields else UNKNOWN
    if signature == rpc._special_resource_sig:
        return fields["id"].string_value if "id" in fields and fields["id"].string_value else fields["urn"].string_value
    return _struct(struct, path, secrets)
