"""The input properties of a resource type, by the types in Pulumi's SDK: names, kinds, and which are required.

The SDK is generated from the provider's own schema. It has no defaults, no patterns and no ranges.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import _types as sdk_types

from privatelink_ingress.local.engine import sdk

SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclasses.dataclass(frozen=True)
class Kind:
    """What a property may hold."""

    name: str
    """`string`, `boolean`, `integer`, `number`, `array`, `map`, `block`, or `any` where the SDK accepts several."""
    items: Kind | None = None
    """Of an array or a map."""
    block: type | None = None
    """The SDK's class of a block: see `properties_of`."""

    @property
    def properties(self) -> Mapping[str, Property]:
        """A block's properties; empty for other kinds."""
        return properties_of(self.block) if self.block else {}


ANY = Kind("any")
"""A property of which the SDK's types say nothing."""


@dataclasses.dataclass(frozen=True)
class Property:
    """One input property."""

    kind: Kind
    required: bool
    argument: str
    """Its name in the SDK's functions, which is Terraform's but for some plurals: `vpc_id`."""


def inputs_of(type_: str) -> Mapping[str, Property]:
    """The input properties of a resource type of the AWS provider, by their wire names; empty for other types."""
    found = sdk.arguments_of(type_)
    return properties_of(found) if found else {}


@functools.cache
def not_computed(type_: str) -> frozenset[str]:
    """The optional inputs for which the provider computes no value: without one, the resource is to have none.

    The SDK's outputs tell: `Output[Optional[int]]` for these, `Output[int]` for those that AWS may choose.
    """
    cls, found = sdk.class_of(type_), set[str]()
    for name, each in inputs_of(type_).items():
        getter = getattr(cls, each.argument, None)
        hint = typing.get_type_hints(getter.fget)["return"] if isinstance(getter, property) else None
        if not each.required and hint and type(None) in _options(typing.get_args(hint)[0]):
            found.add(name)
    return frozenset(found)


@functools.cache
def properties_of(cls: type) -> Mapping[str, Property]:
    """The properties of an SDK class of arguments, by their wire names."""
    parameters = inspect.signature(cls.__init__).parameters
    names = {name: argument for argument, name in sdk_types.input_type_py_to_pulumi_names(cls).items()}
    found = {}
    for name, hint in sdk_types.input_type_types(cls).items():
        argument = names[name]
        required = parameters[argument].default is inspect.Parameter.empty
        found[name] = Property(_kind(hint), required, argument)
    return found


def _kind(hint: Any) -> Kind:
    options = [each for each in _options(hint) if not _waits(each)]
    if len(options) > 1 and str in options:
        # The SDK accepts an enum's members beside text, and an IAM policy as a typed document.
        options = [str] if all(_is_enum(each) for each in options if each is not str) else []
    if len(options) != 1:
        return ANY
    (one,) = options
    origin, arguments = typing.get_origin(one), typing.get_args(one)
    if one in SCALARS:
        return Kind(SCALARS[one])
    if origin is collections.abc.Sequence:
        return Kind("array", _kind(arguments[0]))
    if origin is collections.abc.Mapping:
        return Kind("map", _kind(arguments[1]))
    return Kind("block", block=one) if isinstance(one, type) and sdk_types.is_input_type(one) else ANY


def _options(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _waits(hint: Any) -> bool:
    """Whether the SDK would wait for the value: an output or an awaitable. None is an absent value."""
    return hint is type(None) or typing.get_origin(hint) in (collections.abc.Awaitable, pulumi.Output)


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, str) and hint is not str
