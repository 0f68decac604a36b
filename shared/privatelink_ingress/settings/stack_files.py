"""Read `Pulumi.yaml` and `Pulumi.<stack>.yaml` the way the engine does, without the engine."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from privatelink_ingress.problems import Problem, UserError

PROJECT_FILE = "Pulumi.yaml"
_STACK_FILE = re.compile(r"Pulumi\.(?P<stack>.+)\.yaml")


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

    @property
    def settings(self) -> dict[str, str]:
        """The project's own namespace with bare keys, as `settings.load` takes it."""
        return {key.partition(":")[2]: text for key, text in self.config.items() if key.startswith(f"{self.project}:")}


def projects(root: Path) -> tuple[Path, ...]:
    """The project directories of a repository: `root` and those right below it that hold a `Pulumi.yaml`.

    Raises:
        StackFileError: when there is none.
    """
    found = tuple(sorted(file.parent for file in [*root.glob(PROJECT_FILE), *root.glob(f"*/{PROJECT_FILE}")]))
    if not found:
        problem = Problem(
            str(root),
            f"holds no {PROJECT_FILE}, nor does a directory right below it",
            "Name the repository's top directory with --root.",
        )
        raise StackFileError("There are no projects to check", [problem])
    return found


def stacks(project_dir: Path) -> tuple[str, ...]:
    """The stacks that have a file in a project directory, sorted by name."""
    matches = (_STACK_FILE.fullmatch(file.name) for file in project_dir.glob("Pulumi.*.yaml"))
    return tuple(sorted(match["stack"] for match in matches if match))


def project_name(project_dir: Path) -> str:
    """The project's name from its `Pulumi.yaml`.

    Raises:
        StackFileError: when the file cannot be read or has no name.
    """
    path = project_dir / PROJECT_FILE
    name = _mapping(path).get("name")
    if not isinstance(name, str) or not name:
        raise _unreadable(path, "name", "is missing", "Write the project's name, such as `name: eks-service`.")
    return name


def read(project_dir: Path, stack: str) -> StackFile:
    """The configuration that the engine would hand to a stack's program.

    Raises:
        StackFileError: when a file is missing, is no YAML mapping, or has a key in no namespace or a mistyped one.
    """
    project, path = project_name(project_dir), project_dir / f"Pulumi.{stack}.yaml"
    written = _mapping(path).get("config")
    if not isinstance(written, dict | None):
        raise _unreadable(path, "config", "is no mapping", "Write the keys under `config:`, indented.")
    values = {**dict(_schema_values(project_dir, project)), **(written or {})}
    if problems := [problem for key in values if (problem := _misplaced(str(key), project))]:
        raise StackFileError(f"{_short(path)} has mistakes", problems)
    secure = tuple(sorted(key for key, value in values.items() if _has_secure(value)))
    config = {key: _as_text(value) for key, value in values.items() if key not in secure}
    return StackFile(project=project, stack=stack, path=path, config=config, secure=secure)


def _schema_values(project_dir: Path, project: str) -> Iterator[tuple[str, Any]]:
    """What the schema in `Pulumi.yaml` gives to stacks that do not say otherwise, keys with their namespace."""
    schema = _mapping(project_dir / PROJECT_FILE).get("config") or {}
    for key, entry in schema.items():
        full = key if ":" in key else f"{project}:{key}"
        if not isinstance(entry, dict):
            yield full, entry
        elif (value := entry.get("default", entry.get("value"))) is not None:
            yield full, value


def _mapping(path: Path) -> dict[Any, Any]:
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _unreadable(
            path, "file", "does not exist", "Write it; a sample stack of this repository shows how."
        ) from None
    except UnicodeDecodeError:
        raise _unreadable(path, "file", "is not UTF-8 text", "Save it as UTF-8.") from None
    except OSError as error:
        raise _unreadable(path, "file", f"cannot be read: {error.strerror}", "Make it readable.") from None
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "file"
        reason = " ".join((error.problem or "no reason given").split())
        raise _unreadable(path, line, f"is no YAML: {reason}", "Correct the line, or the one before it.") from None
    except YAMLError as error:
        raise _unreadable(path, "file", f"is no YAML: {error}", "Correct it.") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _unreadable(path, "file", "is no mapping", "Begin it with a key, such as `config:`.")
    return content


def _misplaced(key: str, project: str) -> Problem | None:
    namespace, colon, bare = key.partition(":")
    if not colon or not bare:
        return Problem(key, "has no namespace, so Pulumi refuses it", f"Write {project}:{key.rstrip(':')}.")
    if namespace != project and difflib.get_close_matches(namespace, [project], cutoff=0.8):
        # The engine takes any namespace, and the program would never see the key.
        return Problem(key, f"is in namespace {namespace}, which nothing reads", f"Did you mean {project}:{bare}?")
    return None


def _has_secure(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(map(_has_secure, value.values()))
    return isinstance(value, list) and any(map(_has_secure, value))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _unreadable(path: Path, where: str, reason: str, remedy: str) -> StackFileError:
    return StackFileError(f"{_short(path)} has mistakes", [Problem(where, reason, remedy)])


def _short(path: Path) -> str:
    return f"{path.resolve().parent.name}/{path.name}"
