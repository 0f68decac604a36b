"""What Pulumi's AWS provider does by itself to some resource types, read off the SDK's classes."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Properties

NAME_INPUTS = {"name": "name", "bucket": "bucket", "node_group_name": "nodeGroupName"}
"""The inputs that the provider fills when they are left out, by the SDK's argument."""


def is_aws(type_: str) -> bool:
    """Whether a type belongs to the AWS provider."""
    return type_.startswith("aws:")


@functools.cache
def takes_tags(type_: str) -> bool:
    """Whether the AWS provider merges its default tags into this type: those with a `tagsAll` output.

    The cluster component passes its provider on to resources that all take tags.
    """
    return type_ == t.CLUSTER_COMPONENT or hasattr(_class(type_), "tags_all")


def auto_name(type_: str, resource: str, urn: str, inputs: Properties) -> Properties:
    """The name input that the provider adds when the program gives neither a name nor a prefix; else nothing.

    As the provider: the resource's own name, a hyphen and seven hexadecimal digits. They are drawn from the URN instead
    of at random, so that runs can be compared.
    """
    name_input = _name_input(type_)
    if not name_input or inputs.get(name_input) or inputs.get(f"{name_input}Prefix"):
        return {}
    prefix = "alias/" if type_ == t.KMS_ALIAS else ""
    return {name_input: f"{prefix}{resource}-{hashlib.sha256(urn.encode()).hexdigest()[:7]}"}


@functools.cache
def _name_input(type_: str) -> str | None:
    constructor = getattr(_class(type_), "_internal_init", None)
    if constructor is None:
        return None
    arguments = inspect.signature(constructor).parameters
    return next((name for argument, name in NAME_INPUTS.items() if argument in arguments), None)


@functools.cache
def _class(type_: str) -> Any:
    """The SDK's class of an AWS type; None for other types, and for AWS ones that the SDK lacks."""
    if not is_aws(type_):
        return None
    _, module, name = type_.split(":")
    try:
        return getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), name, None)
    except ModuleNotFoundError:
        return None
