"""Values of a stack file that must be encrypted, and are refused as plain text.

The engine hands a program every value decrypted, and says only which top-level keys have an encrypted value somewhere
below. So the stack file itself is read too: it shows each `secure:`.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from privatelink_ingress.problems import Problem
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile

CONNECTIONS = "connections"
"""The top-level key that holds them."""

_WAY = ("signIn", "oidc", "clientSecret")


def plain(connections: Any, *, encrypted: bool = False) -> list[Problem]:
    """The secrets that are not encrypted.

    Args:
        connections: The value of `connections`, not validated: as the file has it, or as the engine hands it over.
        encrypted: Whether the engine says that `connections` has an encrypted value. It hands over plain text in both
            cases, so then text is taken as encrypted.
    """
    return [
        Problem(
            f"{CONNECTIONS}.{name}.{'.'.join(_WAY)}",
            "is plain text, which everyone who reads the file knows",
            f"Run `pulumi config set --secret --path '{CONNECTIONS}.{name}.{'.'.join(_WAY)}'` with a new secret: this "
            "one is no longer secret.",
        )
        for name, value in _found(connections)
        if not (encrypted and isinstance(value, str)) and not reader.is_secure(value)
    ]


def plain_in(file: StackFile) -> list[Problem]:
    """The secrets of a stack file that are not encrypted."""
    key = f"{file.project}:{CONNECTIONS}"
    return plain(file.encrypted.get(key) or decoded(file.config.get(key)))


def with_stand_ins(file: StackFile) -> StackFile:
    """The file with a stand-in for each of its encrypted secrets, for an emulated AWS that nobody signs in at.

    Only the engine can decrypt a value, and without one of them `connections` would be missing as a whole.
    """
    key = f"{file.project}:{CONNECTIONS}"
    connections: Any = copy.deepcopy(file.encrypted.get(key))
    for name, value in list(_found(connections)):
        if reader.is_secure(value):
            around = connections[name]
            for part in _WAY[:-1]:
                around = around[part]
            around[_WAY[-1]] = "a stand-in for the secret"
    if connections is None or reader.has_secure(connections):
        return file
    return dataclasses.replace(file, config={**file.config, key: reader.as_text(connections)})


def decoded(text: str | None) -> Any:
    """A value as the engine hands it over, or None where it is not JSON: `settings.load` says why."""
    try:
        return json.loads(text or "null")
    except ValueError:
        return None


def _found(connections: Any) -> Iterator[tuple[str, Any]]:
    for name, connection in connections.items() if isinstance(connections, dict) else ():
        value = connection
        for key in _WAY:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            yield str(name), value
