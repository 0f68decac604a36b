"""A stack's configuration for an in-process run: as the engine hands it over, nothing encrypted, nothing missing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from privatelink_ingress.problems import Problem
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFileError as ConfigError
from privatelink_ingress.stackfiles.reader import project_name

__all__ = ["ConfigError", "load_config", "project_name"]


def load_config(project_dir: Path, stack: str) -> tuple[Mapping[str, str], frozenset[str]]:
    """The configuration of a stack: Pulumi.yaml's defaults under Pulumi.<stack>.yaml's values.

    Returns:
        Values by full key (`project:key`), as text: objects and lists are JSON. And the keys that are marked secret.

    Raises:
        ConfigError: a file is missing or not YAML, a value is encrypted, or a value without default is not set.
    """
    file = reader.read(project_dir, stack)
    problems = [
        Problem(key, "is encrypted (`secure:`), and the local cloud cannot decrypt it", "Use plain sample values here.")
        for key in file.secure
    ]
    problems += [
        Problem(key, "is missing, and Pulumi.yaml has no default for it", "Write it in the stack file.")
        for key in file.missing
    ]
    if problems:
        raise ConfigError(f"{project_dir.name}/Pulumi.{stack}.yaml cannot be run on the local cloud", problems)
    return file.config, file.secret
