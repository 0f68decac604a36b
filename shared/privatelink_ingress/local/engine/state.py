"""A run as `pulumi stack export` would write it: the same document that the loaders of real state read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from importlib import metadata
from typing import Any

from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.engine.monitor import PROVIDER
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.runner import StackRun

VERSION = 3
"""Version of the deployment format (Pulumi's `apitype.DeploymentSchemaVersionCurrent`)."""

REDACTED = "[secret]"
"""Pulumi CLI's placeholder for a secret."""


def export(run: StackRun, *, show_secrets: bool = False) -> dict[str, Any]:
    """The state of a run: JSON values only, the same text for the same run.

    Secrets stand in the engine's envelope, with `[secret]` in place of the value unless `show_secrets`. The manifest
    names this tool, since no engine wrote it, and carries no time.
    """
    providers = {registration.urn: registration.id for registration in run.registrations}
    return {
        "version": VERSION,
        "deployment": {
            "manifest": {"version": f"privatelink-ingress {metadata.version('privatelink-ingress')}, in-process run"},
            "resources": [_resource(one, providers, show_secrets) for one in managed(run)],
            "metadata": {},
        },
    }


def managed(run: StackRun) -> Iterator[Registration]:
    """Every resource of the state: the program's, and after a remote component those that it registered itself."""
    for registration in run.registrations:
        yield registration
        for child in registration.children:
            chain, name = f"{registration.urn.rpartition('::')[0]}${child.type}", f"{registration.name}{child.name}"
            yield Registration(
                type=child.type,
                name=name,
                urn=f"{chain}::{name}",
                parent=registration.urn,
                # As the engine: only a resource has the provider of its parent, a provider has none.
                provider="" if child.type.startswith(PROVIDER) else registration.providers.get("aws", ""),
                inputs=child.inputs,
                outputs=child.outputs,
                id=child.id,
                custom=True,
                protect=registration.protect,
                depends_on=registration.depends_on,
            )


def _resource(registration: Registration, ids: dict[str, str], show_secrets: bool) -> dict[str, Any]:
    entries = {
        # The engine refuses a state in which a component has an id, as a remote one has here.
        "id": registration.id if registration.custom else "",
        "inputs": _properties(registration.inputs, registration.secret_inputs, show_secrets),
        "outputs": _properties(registration.outputs, registration.secret_outputs, show_secrets),
        "parent": registration.parent,
        "protect": registration.protect,
        "external": registration.external,
        "dependencies": list(registration.depends_on),
        "provider": f"{registration.provider}::{ids.get(registration.provider, '')}" if registration.provider else "",
        "propertyDependencies": {name: list(urns) for name, urns in registration.property_dependencies.items()},
        "additionalSecretOutputs": list(registration.additional_secret_outputs),
        "aliases": sorted(alias for alias in registration.aliases if isinstance(alias, str)),
        "customTimeouts": {name: _seconds(text) for name, text in registration.custom_timeouts.items()},
        "retainOnDelete": registration.retain_on_delete,
    }
    # As the engine: empty fields are omitted, except the three that every resource has.
    return {"urn": registration.urn, "custom": registration.custom, "type": registration.type} | {
        key: value for key, value in entries.items() if value
    }


def _properties(properties: dict[str, Any], secrets: Set[wire.Path], show_secrets: bool) -> dict[str, Any]:
    def envelope(value: Any) -> dict[str, str]:
        plaintext = json.dumps(value if show_secrets else REDACTED, sort_keys=True)
        return {wire.SIGNATURE: wire.SECRET, "plaintext": plaintext}

    marked = wire.mark(properties, secrets, envelope)
    return {key: marked[key] for key in sorted(marked)}


def _seconds(duration: str) -> float:
    """Seconds of a Go duration such as `1h30m`, the engine's form of timeouts."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)([hms])", duration))
