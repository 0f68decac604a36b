"""Change one entry of a stack file and leave every other byte as it is: comments, order, quotes, widths.

The YAML parser gives the positions, the text between them is never rewritten, and each change is read back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from privatelink_ingress.problems import Problem
from privatelink_ingress.stackfiles.reader import StackFileError

STEP = 2
"""Columns that each level is indented by in lines that this module writes."""

Keys = tuple[str | int, ...]
"""A place below `config`: `("central-ingress:connections", "shop")`; numbers count in lists."""


def lines(key: str, value: Any, *, indent: int) -> list[str]:
    """`key: value` as a person would write it: mappings and lists of mappings in lines, other lists in brackets."""
    start = f"{' ' * indent}{_inline(key)}:"
    if value and isinstance(value, Mapping):
        return [start, *(line for name, part in value.items() for line in lines(name, part, indent=indent + STEP))]
    if value and isinstance(value, Sequence) and isinstance(value[0], Mapping):
        return [start, *(line for part in value for line in _item(part, indent=indent + STEP))]
    return [f"{start} {_inline(value)}"]


def add_entry(text: str, at: Keys, name: str, value: Any) -> str:
    """The file with one more entry at the end of the mapping `at`, a key of `config` that need not be there yet.

    Raises:
        StackFileError: when the file is written in a way in which no line can be added.
    """

    def change(config: Any) -> None:
        if _get(config, at) is None:
            _get(config, at[:-1])[at[-1]] = {}
        _get(config, at)[name] = value

    def edit(file: _File) -> None:
        found = file.find(at)
        if found is None:
            parent = file.node(at[:-1])
            below = lines(str(at[-1]), {name: value}, indent=_column(parent))
            file.insert(_last_line(parent), ["", *below] if len(at) == 1 else below)
        elif isinstance(found[1], MappingNode) and not found[1].flow_style:
            file.insert(_last_line(found[1]), lines(name, value, indent=_column(found[1])))
        else:
            key, node = found
            file.cut(node)
            file.insert(key.start_mark.line, lines(name, value, indent=key.start_mark.column + STEP))

    return _edited(text, at, change, edit)


def add_item(text: str, at: Keys, value: Mapping[str, Any]) -> str:
    """The file with one more item at the end of the list `at`.

    Raises:
        StackFileError: when the list is not there, or is written on one line.
    """

    def edit(file: _File) -> None:
        node = file.node(at)
        if isinstance(node, SequenceNode) and not node.flow_style:
            # The parser puts the start of a list in lines at its first hyphen.
            file.insert(_last_line(node), _item(value, indent=node.start_mark.column))

    return _edited(text, at, lambda config: _get(config, at).append(dict(value)), edit)


def remove_entry(text: str, at: Keys) -> str:
    """The file without the entry `at` and the comment lines right above it. `{}` stays of a mapping's last entry.

    Raises:
        StackFileError: when the entry is written on one line with others.
    """

    def change(config: Any) -> None:
        del _get(config, at[:-1])[at[-1]]

    def edit(file: _File) -> None:
        found, parent = file.find(at), file.find(at[:-1])
        if found is None or parent is None or parent[1].flow_style:
            return
        (key, node), first = found, found[0].start_mark.line
        while first > parent[0].start_mark.line + 1 and re.match(
            rf" {{{key.start_mark.column}}}#", file.lines[first - 1]
        ):
            first -= 1
        file.delete(first, max(key.start_mark.line, _last_line(node)))
        if len(parent[1].value) == 1:
            file.put(parent[0], " {}")

    return _edited(text, at, change, edit)


def set_value(text: str, at: Keys, value: str, *, after: str) -> str:
    """The file with `value` for the key `at`, in place, or in a new line below its neighbour `after`.

    Raises:
        StackFileError: when the mapping around it is written on one line.
    """

    def change(config: Any) -> None:
        _get(config, at[:-1])[at[-1]] = value

    def edit(file: _File) -> None:
        if found := file.find(at):
            file.replace(found[1], _inline(value))
        elif (parent := file.node(at[:-1])) and not parent.flow_style:
            neighbour = file.find((*at[:-1], after))
            line = _last_line(neighbour[1]) if neighbour else _last_line(parent)
            file.insert(line, lines(str(at[-1]), value, indent=_column(parent)))

    return _edited(text, at, change, edit)


class _File:
    """The lines of a file and the parser's nodes. One change at a time: nodes do not follow the lines."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True)
        self._newline = "\r\n" if "\r\n" in text else "\n"
        root = YAML().compose(text)
        found = _pair(root, "config")
        if found is None or not isinstance(found[1], MappingNode):
            raise ValueError("no config")
        self._config = found

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def find(self, at: Keys) -> tuple[Node, Any] | None:
        """Key and value; for an item of a list, the item twice."""
        found: tuple[Node, Any] | None = self._config
        for key in at:
            if found is None:
                return None
            found = _pair(found[1], key)
        return found

    def node(self, at: Keys) -> Any:
        found = self.find(at)
        if found is None:
            raise ValueError(f"no {at}")
        return found[1]

    def insert(self, after: int, added: list[str]) -> None:
        if not self.lines[after].endswith("\n"):
            self.lines[after] += self._newline
        self.lines[after + 1 : after + 1] = [line + self._newline for line in added]

    def delete(self, first: int, last: int) -> None:
        del self.lines[first : last + 1]

    def replace(self, node: Node, text: str) -> None:
        line = node.start_mark.line
        old = self.lines[line]
        if node.end_mark.line == line:
            self.lines[line] = old[: node.start_mark.column] + text + old[node.end_mark.column :]

    def cut(self, node: Node) -> None:
        """Take away an empty value: `{}`, `null` or nothing. Of any other, what is left is not what was meant."""
        if node.start_mark.index != node.end_mark.index and (isinstance(node, ScalarNode) or not node.value):
            self.replace(node, "")
            line = node.start_mark.line
            self.lines[line] = re.sub(r":[ ]+(\r?\n)?$", r":\1", self.lines[line])

    def put(self, key: Node, text: str) -> None:
        """Write a value behind `key:`."""
        line, column = key.end_mark.line, key.end_mark.column + 1
        self.lines[line] = self.lines[line][:column] + text + self.lines[line][column:]


def _edited(text: str, at: Keys, change: Callable[[Any], None], edit: Callable[[_File], None]) -> str:
    """The edited text, if it says what was meant and nothing else: `change` does the same to the parsed file."""
    try:
        wanted = _unshared(_parse(text))
        change(wanted["config"])
        file = _File(text)
        edit(file)
        if _parse(file.text) == wanted:
            return file.text
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError):
        pass
    where = ".".join(str(key) for key in at)
    remedy = "Write it in lines, one key each, without braces, anchors and tabs; or make the change by hand."
    raise StackFileError("A stack file cannot be changed", [Problem(where, "is written in an unusual way", remedy)])


def _parse(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _unshared(value: Any) -> Any:
    """A copy in which what an alias repeats is apart, so that a change of the one is none of the other."""
    if isinstance(value, dict):
        return {key: _unshared(part) for key, part in value.items()}
    return [_unshared(part) for part in value] if isinstance(value, list) else value


def _get(config: Any, at: Keys) -> Any:
    for key in at:
        config = config.get(key) if isinstance(config, dict) else config[key]
    return config


def _pair(node: Any, key: str | int) -> tuple[Node, Any] | None:
    if isinstance(node, SequenceNode) and isinstance(key, int):
        return (node.value[key], node.value[key]) if key < len(node.value) else None
    pairs = node.value if isinstance(node, MappingNode) else []
    return next(((name, value) for name, value in pairs if name.value == key), None)


def _column(mapping: Any) -> int:
    """Where the keys of a mapping in lines begin."""
    return mapping.value[0][0].start_mark.column


def _last_line(node: Any) -> int:
    """The last line that a value takes. The parser's own end of a block lies behind the comments that follow it."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return max(map(_last_line, last)) if isinstance(last, tuple) else _last_line(last)
    return node.end_mark.line - (node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line)


def _item(value: Mapping[str, Any], *, indent: int) -> list[str]:
    below = [line for key, part in value.items() for line in lines(key, part, indent=indent + STEP)]
    return [f"{' ' * indent}- {below[0].lstrip()}", *below[1:]]


def _inline(value: Any) -> str:
    if isinstance(value, str):
        # Quotes where YAML would read another thing than this text.
        plain = re.fullmatch(r"[\w/][\w./*: -]*", value) and not re.search(r":( |$)| $", value)
        return value if plain and _parse(value) == value else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_inline, value))}]"
    return json.dumps(value)
