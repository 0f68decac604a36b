"""A Pulumi project's own files: its name and a stack's configuration, as the Pulumi CLI hands them to the program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PROJECT_FILE = "Pulumi.yaml"


class ConfigError(Exception):
    """A project or stack file is missing, is not YAML, or holds what the local cloud cannot read."""


def project_name(project_dir: Path) -> str:
    """The project's name, from Pulumi.yaml.

    Raises:
        ConfigError: when there is no such file, or no name in it.
    """
    name = _load(project_dir / PROJECT_FILE).get("name")
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{project_dir / PROJECT_FILE} has no `name`.")
    return name


def load_config(project_dir: Path, stack: str) -> tuple[Mapping[str, str], frozenset[str]]:
    """The configuration of a stack: Pulumi.yaml's defaults under Pulumi.<stack>.yaml's values.

    Returns:
        Values by full key (`project:key`), as text: objects and lists are JSON. And the keys that are marked secret.

    Raises:
        ConfigError: a file is missing or not YAML, a value is encrypted, or a value without default is not set.
    """
    project = project_name(project_dir)
    stack_file = project_dir / f"Pulumi.{stack}.yaml"
    if not stack_file.is_file():
        others = sorted(path.name for path in project_dir.glob("Pulumi.*.yaml"))
        there = f"There are: {', '.join(others)}." if others else "There are no stack files."
        raise ConfigError(f"No stack file {stack_file.name} in {project_dir}. {there}")
    declared = _config(project_dir / PROJECT_FILE, project)
    values = {key: entry["default"] for key, entry in declared.items() if _has(entry, "default")}
    values |= {key: entry["value"] for key, entry in declared.items() if _has(entry, "value")}
    values |= {key: entry for key, entry in declared.items() if not isinstance(entry, Mapping)}
    values |= _config(stack_file, project)
    for key, value in values.items():
        if encrypted := _encrypted(value, key):
            raise ConfigError(
                f"{stack_file.name}: {encrypted} is encrypted (`secure:`), and the local cloud cannot decrypt it. "
                "Use a stack file with plain sample values."
            )
    if missing := sorted(declared.keys() - values.keys()):
        raise ConfigError(f"{stack_file.name}: no value for {', '.join(missing)}, and {PROJECT_FILE} has no default.")
    secret = frozenset(key for key, entry in declared.items() if _has(entry, "secret") and entry["secret"])
    return {key: _text(value) for key, value in values.items()}, secret


def _config(path: Path, project: str) -> dict[str, Any]:
    config = _load(path).get("config") or {}
    if not isinstance(config, Mapping):
        raise ConfigError(f"{path.name}: `config` must be a mapping of keys to values.")
    return {key if ":" in key else f"{project}:{key}": value for key, value in config.items()}


def _load(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise ConfigError(f"No {path.name} in {path.parent}.")
    try:
        document = YAML(typ="safe", pure=True).load(path)
    except YAMLError as error:
        raise ConfigError(f"{path.name} is not valid YAML: {error}") from None
    if not isinstance(document, Mapping | None):
        raise ConfigError(f"{path.name} must be a mapping.")
    return document or {}


def _has(entry: Any, key: str) -> bool:
    return isinstance(entry, Mapping) and key in entry


def _encrypted(value: Any, at: str) -> str:
    """The path of the first encrypted value within `value`; empty when there is none."""
    match value:
        case Mapping():
            if set(value) == {"secure"}:
                return at
            return next((found for key, item in value.items() if (found := _encrypted(item, f"{at}.{key}"))), "")
        case list():
            return next((found for i, item in enumerate(value) if (found := _encrypted(item, f"{at}[{i}]"))), "")
    return ""


def _text(value: Any) -> str:
    """A value as the CLI passes it: text as it is, everything else as JSON, with sorted keys as Go writes maps."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
