"""Reads a kubeconfig, as the kubernetes provider takes it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from privatelink_ingress.local.adapters.base import AdapterError


def parse(text: Any) -> Mapping[str, Any]:
    """The document of a kubeconfig.

    Raises:
        AdapterError: when it is something else.
    """
    try:
        config = text if isinstance(text, Mapping) else YAML(typ="safe", pure=True).load(str(text))
    except YAMLError as error:
        raise AdapterError(f"the kubernetes provider's `kubeconfig` is not YAML: {error}") from None
    if not isinstance(config, Mapping):
        raise AdapterError("the kubernetes provider's `kubeconfig` must be the text of one, not a path")
    return config


def named(config: Mapping[str, Any], kind: str, name: str | None) -> Mapping[str, Any]:
    """One entry of `contexts`, `clusters` or `users`.

    Raises:
        AdapterError: when none has the name.
    """
    for entry in config.get(f"{kind}s") or ():
        if entry.get("name") == name:
            return entry.get(kind) or {}
    raise AdapterError(f"the kubernetes provider's `kubeconfig` has no {kind} named {name!r}")


def option(args: Sequence[str], name: str) -> str | None:
    """The value after `name` in a command's arguments."""
    return next((value for option, value in itertools.pairwise(args) if option == name), None)
