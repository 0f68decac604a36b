"""A copy of a stack file with one other value, for one command of the engine. The file itself stays as it is."""

from __future__ import annotations

import json

from privatelink_ingress.stackfiles import document


def with_value(text: str, at: tuple[str, ...], value: object) -> str:
    """The stack file `text` as JSON, which is YAML as well, with `value` at the keys `at` below `config`.

    Raises:
        Unreadable: when the text is not YAML.
    """
    file = document.load(text) or {}
    mapping = file.setdefault("config", {})
    for key in at[:-1]:
        mapping[key] = mapping.get(key) or {}
        mapping = mapping[key]
    mapping[at[-1]] = value
    return json.dumps(file, indent=2, default=str) + "\n"
