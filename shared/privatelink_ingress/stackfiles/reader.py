"""Read `Pulumi.yaml` and `Pulumi.<stack>.yaml` the way the engine does, without the engine."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem, UserError, nearest
from privatelink_ingress.stackfiles import document

PROJECT_FILE = "Pulumi.yaml"
_NAMED = re.compile(r"Pulumi(\..+)?")
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
    encrypted: Mapping[str, Any]
    """The values of these keys as they are written."""
    secret: frozenset[str]
    """Keys that the schema in `Pulumi.yaml` marks secret."""
    missing: tuple[str, ...]
    """Keys of the schema with neither a default nor a value in the stack file; the engine stops at them."""

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


def require_project(project_dir: Path) -> None:
    """Read a project's own file alone, so that a mistake in it is told once and not for each of its stacks.

    Raises:
        StackFileError: when the file cannot be read, has no name, or has a schema that is not a mapping.
    """
    _schema(project_dir, project_name(project_dir))


def unread_names(root: Path) -> Iterator[tuple[Path, Problem]]:
    """Files that look like a project's or a stack's, and that nothing reads because of their extension.

    The engine reads a stack file with the extension of its project's file and no other: `DetectProjectStackPath` of
    its `sdk/go/common/workspace`. These commands read `.yaml` alone.
    """
    for file in sorted([*root.glob("Pulumi*.*"), *root.glob("*/Pulumi*.*")]):
        if file.suffix not in (".yml", ".json") or not _NAMED.fullmatch(file.stem):
            continue
        wanted = file.with_suffix(".yaml")
        if file.suffix == ".json":
            remedy = f"Write it as YAML in {wanted.name}, and remove it."
        elif wanted.exists():
            remedy = f"Move what is missing in {wanted.name} there, and remove it."
        else:
            remedy = f"Rename it to {wanted.name}."
        reason = f"is not read: beside {PROJECT_FILE}, only names that end in .yaml are"
        yield file, Problem("file", reason, remedy)


def read(project_dir: Path, stack: str) -> StackFile:
    """The configuration that the engine would hand to a stack's program.

    Raises:
        StackFileError: when a file is missing, is no YAML mapping, or has a key in no namespace or a mistyped one.
    """
    project, path = project_name(project_dir), project_dir / f"Pulumi.{stack}.yaml"
    written = _mapping(path).get("config")
    if not isinstance(written, dict | None):
        raise _unreadable(path, "config", "is not a mapping", "Write the keys under `config:`, indented.")
    schema = _schema(project_dir, project)
    values = {key: value for key, entry in schema.items() if (value := _given(entry)) is not None} | (written or {})
    if problems := [problem for key in values if (problem := _misplaced(str(key), project))]:
        raise StackFileError(f"{_short(path)} has mistakes", problems)
    secure = tuple(sorted(key for key, value in values.items() if _has_secure(value)))
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
    )


def _schema(project_dir: Path, project: str) -> dict[str, Any]:
    """The `config:` of `Pulumi.yaml`, keys with their namespace."""
    path = project_dir / PROJECT_FILE
    schema = _mapping(path).get("config")
    if not isinstance(schema, dict | None):
        raise _unreadable(path, "config", "is not a mapping", "Write the keys under `config:`, indented.")
    return {key if ":" in key else f"{project}:{key}": entry for key, entry in (schema or {}).items()}


def _given(entry: Any) -> Any:
    """What an entry of the schema gives to stacks that do not say otherwise."""
    return entry.get("default", entry.get("value")) if isinstance(entry, dict) else entry


def _mapping(path: Path) -> dict[Any, Any]:
    try:
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


def _misplaced(key: str, project: str) -> Problem | None:
    namespace, colon, bare = key.partition(":")
    if not colon or not bare:
        return Problem(key, "has no namespace, so Pulumi refuses it", f"Write {project}:{key.rstrip(':')}.")
    if namespace != project and nearest(namespace, [project], cutoff=0.8):
        # The engine takes any namespace, and the program would never see the key.
        return Problem(key, f"is in namespace {namespace}, which nothing reads", f"Did you mean {project}:{bare}?")
    return None


def _has_secure(value: Any) -> bool:
    if isinstance(value, dict):
        return is_secure(value) or any(map(_has_secure, value.values()))
    return isinstance(value, list) and any(map(_has_secure, value))


def is_secure(value: Any) -> bool:
    """Whether a value is encrypted."""
    return isinstance(value, dict) and set(value) == {"secure"}


def as_text(value: Any) -> str:
    """A value as the engine passes it: text as it is, everything else as JSON, with sorted keys as Go writes maps."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _unreadable(path: Path, where: str, reason: str, remedy: str) -> StackFileError:
    return StackFileError(f"{_short(path)} has mistakes", [Problem(where, reason, remedy)])


def _short(path: Path) -> str:
    return f"{path.resolve().parent.name}/{path.name}"
