"""The lines of a shard's file for what an attached stack's file may not have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_INDENT = "\n      "
_PLAIN = re.compile(r"[A-Za-z]\w*")
"""Keys that YAML reads as text without quotes; no key of a setting is one of its words, such as yes."""


def below(project: str, shard: str, key: str, entries: Mapping[str, Any]) -> str:
    """Move entries below `key`, a path in the file of stack `shard`: `firewall.hosts`."""
    return _written(
        project, shard, f"{project}:{key}", [f"{_key(name)}: {_flow(one)}" for name, one in entries.items()]
    )


def moved(project: str, shard: str, key: str, text: str) -> str:
    """Move the value of a top-level key in the file of stack `shard`. `text` is the value as the engine passes it.

    A shard's file may have the key already, so the lines are the ones below it.
    """
    value = _decoded(text)
    if isinstance(value, dict) and value:
        return below(project, shard, key, value)
    if isinstance(value, list) and value:
        return _written(project, shard, f"{project}:{key}", [f"- {_flow(one)}" for one in value])
    return _written(project, shard, "config", [f"{project}:{key}: {_flow(value)}"])


def _written(project: str, shard: str, parent: str, lines: Sequence[str]) -> str:
    return f"Move it to {project}/Pulumi.{shard}.yaml, under {parent}:" + "".join(f"{_INDENT}{line}" for line in lines)


def _decoded(text: str) -> Any:
    """Lists and objects are JSON; the text of a string is the string."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else _flow(name)


def _flow(value: Any) -> str:
    """JSON, which YAML reads as the same value."""
    return json.dumps(value, ensure_ascii=False)
