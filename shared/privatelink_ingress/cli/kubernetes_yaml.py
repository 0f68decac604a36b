"""YAML and JSON as kubectl reads them, within the bounds of what an object of Kubernetes can be."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver, implicit_resolvers
from ruamel.yaml.scanner import Scanner

MOST_VALUES = 1_000_000
"""Of one document with its aliases written out: far more than any object that the API server takes (3 MiB)."""
DEEPEST = 100
"""Levels of one document; deeper than any object of Kubernetes."""
_FEWER = "No Kubernetes object looks like that: check only manifests of Ingresses, Services and Secrets."
_LONG_NUMBER, _QUOTED = "has a number of more than 64 bits", "Quote it if it is text."
_LISTS = list | tuple | set | frozenset
MOST_KEYS = 10_000
"""Of one mapping with its merge keys (`<<`) written out."""
_WORDS = (1, 1)


class Unreadable(Exception):
    """Why a document is refused, as a clause, and what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


class _Scanner(Scanner):
    """Stops at the depth that no object has: past it, the time that the parser takes grows with the square of it."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803
        self._bound(len(self.flow_context))
        super().fetch_flow_collection_start(TokenClass, to_push)

    def add_indent(self, column: int) -> bool:
        self._bound(len(self.indents))
        return super().add_indent(column)

    def _bound(self, depth: int) -> None:
        if depth > DEEPEST:
            raise Unreadable(f"is nested in more than {DEEPEST} levels (line {self.reader.line + 1})", _FEWER)


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

    def flatten_mapping(self, node: Any) -> Any:
        found = super().flatten_mapping(node)
        if len(node.value) > MOST_KEYS:
            reason = f"has a mapping of more than {MOST_KEYS} keys after its merge keys are expanded"
            raise Unreadable(reason, _FEWER)
        return found

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


def documents(data: bytes) -> list[Any]:
    """The documents of a file, as plain values: aliases written out, keys as text.

    Raises:
        Unreadable: for what is neither YAML nor JSON, or what no object of Kubernetes can be.
    """
    return [_plain(document) for document in _documents(_text(data))]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8.") from None


def _documents(text: str) -> list[Any]:
    if text.lstrip().startswith(("{", "[")):
        with contextlib.suppress(ValueError, RecursionError):  # it may be YAML in flow style
            return _json(text)
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    yaml.Resolver = _Resolver
    yaml.Scanner = _Scanner
    try:
        return list(yaml.load_all(text))
    except YAMLError as error:
        raise Unreadable(f"is not YAML: {_why(error)}") from None
    except RecursionError:
        raise Unreadable(f"is nested in more than {DEEPEST} levels", _FEWER) from None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, AssertionError) as error:
        # The parser's own failures: integers of thousands of digits, dates that do not exist.
        if "digits" in str(error):
            raise Unreadable(_LONG_NUMBER, _QUOTED) from None
        raise Unreadable(f"has a value that cannot be read: {' '.join(str(error).split())[:200]}") from None


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
    _require_bounded(document, {}, ())

    def copied(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {_key(key): copied(one) for key, one in value.items()}
        return [copied(one) for one in value] if isinstance(value, _LISTS) else _scalar(value)

    return copied(document)


def _require_bounded(value: Any, sizes: dict[int, int], above: tuple[int, ...]) -> int:
    """The number of values with aliases written out, each alias counted once: they may stand for any number."""
    if not isinstance(value, Mapping | _LISTS):
        return 1
    if id(value) in above:
        raise Unreadable("has an alias that contains itself", "Write out its value.")
    if len(above) >= DEEPEST:
        raise Unreadable(f"is nested in more than {DEEPEST} levels", _FEWER)
    if id(value) not in sizes:
        inside = (*above, id(value))
        parts = value.values() if isinstance(value, Mapping) else value
        sizes[id(value)] = 1 + sum(_require_bounded(one, sizes, inside) for one in parts)
    if sizes[id(value)] > MOST_VALUES:
        raise Unreadable(f"has more than {MOST_VALUES} values after its aliases are expanded", _FEWER)
    return sizes[id(value)]


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(_scalar(key))


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        raise Unreadable(_LONG_NUMBER, _QUOTED)
    return value if value is None or isinstance(value, bool | int | float) else str(value)
