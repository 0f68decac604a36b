"""Read `Pulumi.yaml` and `Pulumi.<stack>.yaml` the way the engine does, without the engine."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem, UserError, suggest
from privatelink_ingress.stackfiles import document, unread
from privatelink_ingress.stackfiles.unread import PROJECT_FILE, STACK_FILE

_TYPES = ("string", "boolean", "integer", "number", "array", "object")
"""Of a key in the schema: https://www.pulumi.com/docs/iac/concepts/projects/project-file/#stack-configuration-options"""


class StackFileError(UserError):
    """A project or stack file cannot be read as one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StackFile:
    """The configuration of one stack, defaults of `Pulumi.yaml` included."""

    project: str
    stack: str
    path: Path
    config: Mapping[str, str]
    """Every namespace: `aws:region`, `eks-service:owner`. Text as it is, everything else as JSON text."""
    secure: tuple[str, ...]
    """Keys left out of `config` since a `secure:` value is in them, which only the engine can decrypt."""
    encrypted: Mapping[str, Any]
    """The values of these keys as they are written."""
    secret: frozenset[str]
    """Keys that the schema in `Pulumi.yaml` marks secret."""
    missing: tuple[str, ...]
    """Keys of the schema with neither a default nor a value in the stack file; the engine stops at them."""
    written: frozenset[str] = frozenset()
    """Keys that the stack file itself has, and not only the schema."""
    environment: bool = False
    """Whether an environment of Pulumi ESC adds values, which only the engine can read."""

    @property
    def settings(self) -> dict[str, str]:
        """The project's own namespace with bare keys, as `settings.load` takes it."""
        return {key.partition(":")[2]: text for key, text in self.config.items() if key.startswith(f"{self.project}:")}

    @property
    def region(self) -> str:
        """The region of all the stack's resources, `aws:region`.

        Raises:
            StackFileError: when it is not set to the name of a Region. It is never guessed: a wrong region builds a
                second system.
        """
        if problem := regions.problem(self.region_text):
            raise StackFileError(f"{_short(self.path)} has mistakes", [problem])
        return self.region_text

    @property
    def region_text(self) -> str:
        """`aws:region` as it is written, right or wrong; empty when it is not set."""
        return self.config.get("aws:region", "")


def projects(root: Path) -> tuple[Path, ...]:
    """The project directories of a repository: `root` and those right below it that hold a `Pulumi.yaml`.

    Raises:
        StackFileError: when there is none.
    """
    directories = tuple(sorted(file.parent for file in [*root.glob(PROJECT_FILE), *root.glob(f"*/{PROJECT_FILE}")]))
    if not directories:
        problem = Problem(
            str(root),
            f"holds no {PROJECT_FILE}, nor does a directory right below it",
            "Name the repository's top directory with --root.",
        )
        raise StackFileError("There are no projects to check", [problem])
    return directories


def stacks(project_dir: Path) -> tuple[str, ...]:
    """The stacks that have a file in a project directory, sorted by name."""
    matches = (STACK_FILE.fullmatch(file.name) for file in project_dir.glob("Pulumi.*.yaml"))
    return tuple(sorted(match["stack"] for match in matches if match))


def project_name(project_dir: Path) -> str:
    """The project's name from its `Pulumi.yaml`.

    Raises:
        StackFileError: when the file cannot be read or has no name.
    """
    path = project_dir / PROJECT_FILE
    name = _mapping(path).get("name")
    if not isinstance(name, str) or not name:
        reason = f"is {json.dumps(name)}, which is not a name" if name else "is missing"
        raise _unreadable(path, "name", reason, "Write the project's name, such as `name: eks-service`.")
    return name


def require_project(project_dir: Path) -> None:
    """Read a project's own file alone, so that a mistake in it is told once and not for each of its stacks.

    Raises:
        StackFileError: when the file cannot be read, has no name, or has a wrong schema.
    """
    _schema(project_dir, project_name(project_dir))


def read(project_dir: Path, stack: str) -> StackFile:
    """The configuration that the engine would hand to a stack's program.

    Raises:
        StackFileError: when a file is missing, is no YAML mapping, or has a key in no namespace or a mistyped one.
    """
    project, path = project_name(project_dir), project_dir / f"Pulumi.{stack}.yaml"
    content = _mapping(path)
    written = content.get("config")
    if not isinstance(written, dict | None):
        raise _unreadable(path, "config", "is not a mapping", "Write the keys under `config:`, indented.")
    schema = _schema(project_dir, project)
    if problems := [
        *unread.top_keys(content),
        *unread.environment(content),
        *_misplaced(written or {}, project, schema),
    ]:
        raise StackFileError(f"{_short(path)} has mistakes", problems)
    values = {key: value for key, entry in schema.items() if (value := _given(entry)) is not None} | (written or {})
    secure = tuple(sorted(key for key, value in values.items() if has_secure(value)))
    config = {key: as_text(value) for key, value in values.items() if key not in secure}
    return StackFile(
        project=project,
        stack=stack,
        path=path,
        config=config,
        secure=secure,
        encrypted={key: values[key] for key in secure},
        secret=frozenset(key for key, entry in schema.items() if isinstance(entry, dict) and entry.get("secret")),
        missing=tuple(sorted(schema.keys() - values.keys())),
        written=frozenset(written or ()),
        environment=bool(content.get("environment")),
    )


def _schema(project_dir: Path, project: str) -> dict[str, Any]:
    """The `config:` of `Pulumi.yaml`, keys with their namespace."""
    path = project_dir / PROJECT_FILE
    schema = _mapping(path).get("config")
    if not isinstance(schema, dict | None):
        raise _unreadable(path, "config", "is not a mapping", "Write the keys under `config:`, indented.")
    schema = {key if ":" in key else f"{project}:{key}": entry for key, entry in (schema or {}).items()}
    problems = _misplaced(schema, project, schema)
    for key, entry in schema.items():
        kind = entry.get("type") if isinstance(entry, dict) else None
        if kind is not None and kind not in _TYPES:
            where, remedy = f"config.{key.removeprefix(f'{project}:')}.type", suggest(str(kind), _TYPES, list_all=True)
            problems.append(Problem(where, f"is {json.dumps(kind)}, which is not a type", remedy))
    if problems:
        raise StackFileError(f"{_short(path)} has mistakes", problems)
    return schema


def _misplaced(keys: Mapping[str, Any], project: str, schema: Mapping[str, Any]) -> list[Problem]:
    own = {key.partition(":")[2] for key in schema if key.startswith(f"{project}:")}
    return [problem for key in keys if (problem := unread.key(key, project, own))]


def _given(entry: Any) -> Any:
    """What an entry of the schema gives to stacks that do not say otherwise."""
    return entry.get("default", entry.get("value")) if isinstance(entry, dict) else entry


def _mapping(path: Path) -> dict[Any, Any]:
    try:
        if path.is_symlink() and not path.exists():
            raise _unreadable(path, "file", "is a link that leads to no file", "Correct the link, or remove it.")
        if path.exists() and not path.is_file():  # reading a pipe would never end
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise _unreadable(path, "file", f"is {kind}", "Remove it, or give it another name.")
        content = document.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        names = ", ".join(stacks(path.parent)) or "none"
        raise _unreadable(path, "file", "does not exist", f"Write it; stacks with a file here: {names}.") from None
    except UnicodeDecodeError:
        raise _unreadable(path, "file", "is not UTF-8 text", "Save it as UTF-8.") from None
    except OSError as error:
        raise _unreadable(path, "file", f"cannot be read: {error.strerror}", "Make it readable.") from None
    except document.Unreadable as error:
        raise StackFileError(f"{_short(path)} has mistakes", [error.problem]) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _unreadable(path, "file", "is not a mapping", "Start it with a key, such as `config:`.")
    return content


def has_secure(value: Any) -> bool:
    """Whether a value is encrypted, or has an encrypted one in it."""
    if isinstance(value, dict):
        return is_secure(value) or any(map(has_secure, value.values()))
    return isinstance(value, list) and any(map(has_secure, value))


def is_secure(value: Any) -> bool:
    """Whether a value is encrypted."""
    return isinstance(value, dict) and set(value) == {"secure"} and isinstance(value["secure"], str)


def as_text(value: Any) -> str:
    """A value as the engine passes it: text as it is, everything else as JSON, with sorted keys as Go writes maps."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _unreadable(path: Path, where: str, reason: str, remedy: str) -> StackFileError:
    return StackFileError(f"{_short(path)} has mistakes", [Problem(where, reason, remedy)])


def _short(path: Path) -> str:
    return f"{Path(os.path.abspath(path)).parent.name}/{path.name}"
