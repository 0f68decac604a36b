"""What a user wrote and nothing would read: files with a name that nothing looks for, keys in the wrong place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress.problems import Problem, nearest

PROJECT_FILE = "Pulumi.yaml"
STACK_FILE = re.compile(r"Pulumi\.(?P<stack>.+)\.yaml")

_LIKE_ONE = re.compile(r"Pulumi(\..*)?\.(yml|json)|(?i:pulumi(\..*)?\.ya?ml)")

_TOP_KEYS = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
"""Of a stack file: `ProjectStack` of the engine's `sdk/go/common/workspace`."""

_PROVIDERS = ("aws", "kubernetes", "pulumi")


def names(root: Path) -> Iterator[tuple[Path, Problem]]:
    """Files that look like a project's or a stack's, and that nothing reads because of their name or their place.

    The engine reads a stack file with the extension of its project's file and no other: `DetectProjectStackPath` of
    its `sdk/go/common/workspace`. These commands read `.yaml` alone.
    """
    for file in sorted([*root.glob("[Pp]*.*"), *root.glob("*/[Pp]*.*")]):
        if file.name == PROJECT_FILE or not _LIKE_ONE.fullmatch(file.name):
            continue
        if STACK_FILE.fullmatch(file.name):
            if not any((file.parent / name).exists() for name in (PROJECT_FILE, "Pulumi.yml")):
                reason = f"is not read: {file.parent.name or file.parent} has no {PROJECT_FILE}"
                yield file, Problem("file", reason, "Move it to the directory of its project.")
        elif problem := _other_name(file):
            yield file, problem


def _other_name(file: Path) -> Problem:
    reason = f"is not read: beside {PROJECT_FILE}, only names that end in .yaml are"
    wanted = file.with_name(f"Pulumi{file.stem[len('Pulumi') :]}.yaml")
    if file.suffix == ".json":
        return Problem("file", reason, f"Write it as YAML in {wanted.name}, and remove it.")
    if not STACK_FILE.fullmatch(wanted.name) and wanted.name != PROJECT_FILE:
        return Problem("file", "is not read: its name has no stack", "Rename it to Pulumi.<stack>.yaml.")
    if file.suffix == ".yaml":
        reason = f"is not read: the name must begin with {file.name[:6].title()}, with a capital letter"
    elif file.suffix != ".yml":
        reason = "is not read: the name must end in .yaml, in lower case"
    if wanted.exists():
        return Problem("file", reason, f"Move its settings to {wanted.name}, and remove it.")
    return Problem("file", reason, f"Rename it to {wanted.name}.")


def top_keys(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Keys beside `config` that were meant to be it, or to be below it."""
    for key in content:
        if ":" in key:
            yield Problem(key, "is next to config, where nothing reads it", "Move it below `config:`, indented.")
        elif key not in _TOP_KEYS and nearest(key.lower(), ["config"], cutoff=0.8):
            yield Problem(key, "is not read", "Did you mean config?")


def environment(content: Mapping[str, Any]) -> Iterator[Problem]:
    """An `environment` that the engine cannot open: `Environment` of its `sdk/go/common/workspace`."""
    given = content.get("environment")
    names = given if isinstance(given, list) else []
    if not isinstance(given, list | dict | None) or not all(isinstance(name, str) and name for name in names):
        reason = "is neither a list of environments of Pulumi ESC nor one written out"
        yield Problem("environment", reason, "Write a list of their names, such as [shop-production].")


def key(name: str, project: str, known: Collection[str]) -> Problem | None:
    """What is wrong with the namespace of a key below `config`; None when nothing is.

    Args:
        name: The key with its namespace.
        project: The project's name.
        known: The project's own keys, without namespace.
    """
    if not name:
        return Problem("config", "has an empty key", "Remove it.")
    namespace, colon, bare = name.partition(":")
    if colon and not bare:
        return Problem(name, "is a namespace without a key, so Pulumi refuses it", "Write a key after the colon.")
    if not namespace or not colon:
        return Problem(name, "has no namespace, so Pulumi refuses it", f"Write {project}:{bare or name}.")
    if namespace == project:
        return None
    if namespace not in _PROVIDERS and (bare in known or nearest(namespace.lower(), [project], cutoff=0.8)):
        # The engine takes any namespace, and the program would never see the key.
        return Problem(name, f"is in namespace {namespace}, which nothing reads", f"Did you mean {project}:{bare}?")
    meant = f"aws:{bare.lower()}"
    if name != meant == "aws:region" and namespace.lower() == "aws":
        return Problem(name, "is not read", f"Did you mean {meant}?")
    return None
