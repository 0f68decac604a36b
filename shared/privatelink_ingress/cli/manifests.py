"""Kubernetes manifests from files, directories and standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from privatelink_ingress.problems import Problem, UsageError

SUFFIXES = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"

Manifest = Mapping[str, Any]


def read(paths: Sequence[str]) -> list[tuple[str, Manifest]]:
    """Every object of the files with the file's name, those of a `List` one by one.

    Args:
        paths: Files of YAML or JSON; directories, of which all such files are read; `-` for standard input.

    Raises:
        UsageError: for a path that is not there, and a file that is no YAML.
    """
    found = []
    for path in paths:
        for name, text in _texts(path):
            try:
                documents = list(YAML(typ="safe", pure=True).load_all(text))
            except YAMLError as error:
                lines = " ".join(str(error).split())
                remedy = "Render templates first, such as `helm template … | privatelink-ingress ingress check -`."
                raise UsageError("A file could not be read", [Problem(name, f"is no YAML: {lines}", remedy)]) from None
            found += ((name, one) for document in documents for one in _objects(document))
    return found


def _texts(path: str) -> Iterator[tuple[str, str]]:
    if path == STANDARD_INPUT:
        yield "standard input", sys.stdin.read()
        return
    given = Path(path)
    files = sorted(one for one in given.rglob("*") if one.suffix in SUFFIXES) if given.is_dir() else [given]
    for file in files:
        try:
            yield str(file), file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            problem = Problem(str(file), f"cannot be read: {reason}", "Name files of YAML or JSON.")
            raise UsageError("A file could not be read", [problem]) from None


def _objects(document: Any) -> Iterator[Manifest]:
    if not isinstance(document, Mapping):
        return
    if document.get("kind") == "List":
        for item in document.get("items") or ():
            yield from _objects(item)
    else:
        yield document
