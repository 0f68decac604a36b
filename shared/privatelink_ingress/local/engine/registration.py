"""The program's calls to the monitor, as plain values: resources, look-ups, and other stacks' exports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Child, Properties
from privatelink_ingress.local.engine import wire


@dataclasses.dataclass(kw_only=True)
class Registration:
    """One resource as the program registered it. Properties are plain values by their wire names, secrets included."""

    type: str
    name: str
    urn: str
    parent: str = ""
    provider: str = ""
    """URN of the provider; empty when the resource would use the default provider."""
    providers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """URNs of a component's providers, by package."""
    inputs: Properties = dataclasses.field(default_factory=dict)
    outputs: Properties = dataclasses.field(default_factory=dict)
    secret_inputs: frozenset[wire.Path] = frozenset()
    """Paths of the secrets in `inputs`: `("data", "password")`."""
    secret_outputs: frozenset[wire.Path] = frozenset()
    id: str = ""
    custom: bool = False
    remote: bool = False
    external: bool = False
    """Read, not managed: a stack reference."""
    import_id: str = ""
    protect: bool = False
    depends_on: tuple[str, ...] = ()
    """URNs of everything this depends on, by option or by property."""
    property_dependencies: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    aliases: tuple[str | tuple[str, str, str, bool], ...] = ()
    """URNs, or (name, type, parent URN, no parent)."""
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    retain_on_delete: bool = False
    custom_timeouts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    additional_secret_outputs: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replace_with: tuple[str, ...] = ()
    """URNs of resources whose replacement replaces this one too."""
    before_delete: tuple[str, ...] = ()
    """Names of the hooks that the engine runs, and that can refuse, before it deletes this."""
    children: tuple[Child, ...] = ()
    """What a remote component registered in its own process. The program knows nothing of it, the state has it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Invocation:
    """One look-up of the program."""

    token: str
    provider: str
    args: Properties


@dataclasses.dataclass(frozen=True)
class StackOutputs:
    """A stack's exports for a stack reference: plain values, and the names of the secret ones."""

    values: Mapping[str, Any]
    secret: frozenset[str] = frozenset()
