"""Default names, Regions and tags that Pulumi's AWS provider adds, derived from the SDK's classes."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import threading
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Properties

NAME_INPUTS = {"name": "name", "bucket": "bucket", "node_group_name": "nodeGroupName"}
"""The inputs that the provider fills by default, by the SDK's argument."""


def is_aws(type_: str) -> bool:
    """Whether a type belongs to the AWS provider."""
    return type_.startswith("aws:")


@functools.cache
def takes_tags(type_: str) -> bool:
    """Whether the AWS provider merges its default tags into this type: those with a `tagsAll` output.

    The cluster component passes its provider on to resources that all take tags.
    """
    return type_ == t.CLUSTER_COMPONENT or hasattr(class_of(type_), "tags_all")


def auto_name(type_: str, resource: str, urn: str, inputs: Properties) -> Properties:
    """The name input that the provider adds when the program gives neither a name nor a prefix; else nothing.

    As the provider: the resource's own name, a hyphen and seven hexadecimal digits. The digits are derived from the
    URN, not random, so that runs can be compared.
    """
    name_input = optional_name_input(type_)
    if not name_input or inputs.get(name_input) or inputs.get(f"{name_input}Prefix"):
        return {}
    prefix = "alias/" if type_ == t.KMS_ALIAS else ""
    return {name_input: f"{prefix}{resource}-{hashlib.sha256(urn.encode()).hexdigest()[:7]}"}


@functools.cache
def optional_name_input(type_: str) -> str | None:
    """The wire name of the optional input that names a resource; None when the type has none.

    The provider can choose such names itself. Required names, such as a DNS record's, are excluded.
    """
    arguments_class = arguments_of(type_)
    if arguments_class is None:
        return None
    arguments = inspect.signature(arguments_class.__init__).parameters
    return next(
        (
            name
            for argument, name in NAME_INPUTS.items()
            if argument in arguments and arguments[argument].default is not inspect.Parameter.empty
        ),
        None,
    )


def arguments_of(type_: str) -> Any:
    """The SDK's class of an AWS type's arguments; None as `class_of`.

    Where a block of another type has that name, the SDK puts `Init` into it.
    """
    return class_of(type_, "InitArgs") or class_of(type_, "Args")


def class_of(type_: str, suffix: str = "") -> Any:
    """The SDK's class of an AWS type, or of its arguments; None for other types, and for AWS ones that the SDK lacks.

    The SDK loads its modules lazily, and a second thread could see a partly loaded one.
    """
    if not is_aws(type_):
        return None
    _, module, name = type_.split(":")
    with _loading:
        try:
            return getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), name + suffix, None)
        except ModuleNotFoundError:
            return None


_loading = threading.Lock()
