"""Kubernetes manifests from files, directories and standard input, read as kubectl reads them."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver, implicit_resolvers

from privatelink_ingress.cli import invocation
from privatelink_ingress.problems import Problem, UsageError

SUFFIXES = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"
MOST_VALUES = 1_000_000
"""Of one document with its aliases written out: far more than any object that the API server takes (3 MiB)."""
DEEPEST = 100
"""Levels of one document; deeper than any object of Kubernetes."""
_WORDS = (1, 1)
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")

Manifest = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Read:
    """What the files hold."""

    objects: tuple[tuple[str, Manifest], ...]
    """With the name of the file; those of a List one by one."""
    notes: tuple[Problem, ...] = ()
    """What to know about the files themselves."""


class _Unreadable(Exception):
    """Why a document is refused, as a clause."""


class _Resolver(VersionedResolver):
    """Words as YAML 1.1 reads them (`yes` is true), in the syntax of 1.2: kubectl's parser is such a mixture."""

    @property
    def versioned_resolver(self) -> Any:
        if _WORDS not in self._version_implicit_resolver:
            for versions, tag, pattern, first in implicit_resolvers:
                if _WORDS in versions:
                    self.add_version_implicit_resolver(_WORDS, tag, pattern, first)
        return self._version_implicit_resolver[_WORDS]


class _Constructor(SafeConstructor):
    """As kubectl: no sexagesimal numbers, dates are text, tags that nobody knows are left out."""

    def construct_yaml_int(self, node: Any) -> Any:
        if ":" in node.value:
            return node.value
        if re.fullmatch("[-+]?0[0-7_]+", node.value):
            return int(node.value.replace("_", ""), 8)
        return super().construct_yaml_int(node)

    def construct_yaml_float(self, node: Any) -> Any:
        return node.value if ":" in node.value else super().construct_yaml_float(node)

    def construct_text(self, node: Any) -> str:
        return node.value

    def construct_untagged(self, node: Any) -> Any:
        if isinstance(node, MappingNode):
            return self.construct_mapping(node, deep=True)
        if isinstance(node, SequenceNode):
            return self.construct_sequence(node, deep=True)
        return node.value if isinstance(node, ScalarNode) else None


_Constructor.add_constructor("tag:yaml.org,2002:int", _Constructor.construct_yaml_int)
_Constructor.add_constructor("tag:yaml.org,2002:float", _Constructor.construct_yaml_float)
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_text)
_Constructor.add_constructor("tag:yaml.org,2002:value", _Constructor.construct_text)
_Constructor.add_constructor(None, _Constructor.construct_untagged)


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
            data = sys.stdin.buffer.read() if source is None else source.read_bytes()
            documents = [_plain(document) for document in _documents(_text(data))]
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            problems.append(Problem(name, reason, "Name files of YAML or JSON, directories of such files, or -."))
        except _Unreadable as error:
            remedy = f"Render templates first, such as helm template … | {invocation.program()} ingress check -."
            problems.append(Problem(name, str(error), remedy))
        else:
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
    seen: set[Path] = set()
    for path in dict.fromkeys(paths):
        if path == STANDARD_INPUT:
            yield "standard input", None
            continue
        given = Path(path)
        found = given.rglob("*") if given.is_dir() else ()
        files = sorted(one for one in found if one.suffix in SUFFIXES and one.is_file()) if given.is_dir() else [given]
        for file in files:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield str(file), file


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unreadable(f"is not UTF-8 text (byte {error.start})") from None


def _documents(text: str) -> list[Any]:
    if text.lstrip().startswith(("{", "[")):
        try:
            return _json(text)
        except (ValueError, RecursionError):
            pass  # it may be YAML in flow style
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    yaml.Resolver = _Resolver
    try:
        return list(yaml.load_all(text))
    except YAMLError as error:
        raise _Unreadable(f"is no YAML: {_why(error)}") from None
    except RecursionError:
        raise _Unreadable("is nested too deeply") from None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, AssertionError) as error:
        # The parser's own failures: integers of thousands of digits, dates that do not exist.
        raise _Unreadable(f"has a value that cannot be read: {' '.join(str(error).split())[:200]}") from None


def _why(error: YAMLError) -> str:
    """What the parser found, and in which line."""
    mark, found = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
    words = " ".join(str(found).split())[:200]
    return f"{words} (line {mark.line + 1})" if mark is not None else words


def _json(text: str) -> list[Any]:
    """The values of a stream of JSON, one after another."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def _plain(document: Any) -> Any:
    """Aliases written out, keys as text, and nothing in text that cannot be printed in UTF-8."""
    left = MOST_VALUES

    def copied(value: Any, above: tuple[int, ...]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Unreadable(f"has more than {MOST_VALUES} values with its aliases written out")
        if not isinstance(value, Mapping | list | tuple | set | frozenset):
            return _scalar(value)
        if id(value) in above:
            raise _Unreadable("has an alias that contains itself")
        if len(above) >= DEEPEST:
            raise _Unreadable(f"is nested in more than {DEEPEST} levels")
        inside = (*above, id(value))
        if isinstance(value, Mapping):
            return {_key(key): copied(one, inside) for key, one in value.items()}
        return [copied(one, inside) for one in value]

    return copied(document, ())


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(_scalar(key))


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        raise _Unreadable("has a number of more than 64 bits")
    return value if value is None or isinstance(value, bool | int | float) else str(value)


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
