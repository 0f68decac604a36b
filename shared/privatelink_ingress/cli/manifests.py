"""Kubernetes manifests from files, directories and standard input, read as kubectl reads them."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from privatelink_ingress.cli import invocation, kubernetes_yaml
from privatelink_ingress.cli.paths import identity, is_directory
from privatelink_ingress.problems import Problem, UsageError

SUFFIXES = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")

Manifest = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Read:
    """What the files hold."""

    objects: tuple[tuple[str, Manifest], ...]
    """With the name of the file; those of a List one by one."""
    notes: tuple[Problem, ...] = ()
    """What to know about the files themselves."""


def read(paths: Sequence[str]) -> Read:
    """Every object of the files.

    Args:
        paths: Files of YAML or JSON; directories, of which all such files are read; `-` for standard input.

    Raises:
        UsageError: with every path that is not there, and every file that is no YAML.
    """
    objects: list[tuple[str, Manifest]] = []
    notes: list[Problem] = []
    problems: list[Problem] = []
    for name, source in _sources(paths):
        try:
            data = _standard_input() if source is None else source.read_bytes()
            documents = kubernetes_yaml.documents(data)
        except (OSError, ValueError) as error:
            reason = f"cannot be read: {error.strerror if isinstance(error, OSError) else error}"
            problems.append(Problem(name, reason, "Name files of YAML or JSON, directories of such files, or -."))
        except kubernetes_yaml.Unreadable as error:
            render = f"Render templates first, such as helm template … | {invocation.program()} ingress check -."
            problems.append(Problem(name, str(error), error.remedy or render))
        else:
            problems += (Problem(name, *_LISTED) for document in documents if _is_list_of_objects(document))
            objects += ((name, one) for document in documents for one in _objects(document))
            if source is not None and source.name in _KUSTOMIZATIONS:
                folder = source.parent
                reason = "combines the files beside it, which are checked here one by one, without its patches"
                remedy = f"Run kubectl kustomize {folder} | {invocation.program()} ingress check -."
                notes.append(Problem(name, reason, remedy))
    if problems:
        raise UsageError("Files could not be read" if len(problems) > 1 else "A file could not be read", problems)
    return Read(objects=tuple(objects), notes=tuple(notes))


def _sources(paths: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    """Names and files, each file once; None for standard input."""
    seen: set[str] = set()
    for path in dict.fromkeys(paths):
        if path == STANDARD_INPUT:
            yield "standard input", None
            continue
        files = [Path(path)]
        if is_directory(path):
            files = _below(path)
        for file in files:
            if (real := identity(file)) not in seen:
                seen.add(real)
                yield str(file), file


def _standard_input() -> bytes:
    if sys.stdin is None:  # closed by the caller: <&-
        raise ValueError("it is closed")
    return sys.stdin.buffer.read()


def _below(directory: str) -> list[Path]:
    """The files of YAML and JSON below a directory. A folder that is deleted meanwhile, or is not ours, has none."""
    found = (Path(folder) / name for folder, _, names in os.walk(directory) for name in names)
    return sorted(file for file in found if file.suffix in SUFFIXES and file.is_file())


_LISTED = (
    "holds a list of objects at the top, which kubectl does not take",
    "Write the objects with --- between them, or as items of an object of kind List.",
)


def _is_list_of_objects(document: Any) -> bool:
    return isinstance(document, list) and any(isinstance(one, Mapping) and "kind" in one for one in document)


def _objects(document: Any) -> Iterator[Manifest]:
    if not isinstance(document, Mapping):
        return
    kind, items = document.get("kind"), document.get("items")
    if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
        # `kubectl get -o json` gives a List; client libraries an IngressList, whose items may leave their kind out.
        filled = {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")}
        for item in items:
            if isinstance(item, Mapping):
                yield from _objects({**filled, **item} if filled["kind"] else item)
    else:
        yield document
