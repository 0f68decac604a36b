"""Stack files with `secure:` values, which only the engine can decrypt: everything else in them is still checked.

Each encrypted value is replaced by a stand-in that its key accepts, and a check runs twice, with two of them. A finding
that both runs share, and that no value known from the other stack files makes vanish, holds whatever the value is; one
that only a stand-in causes is dropped.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile

Loader = Callable[[Mapping[str, str]], Any]
"""From the raw values of a stack file to its settings; raises `UserError`."""

_ACCOUNT = "000000000001"
_WORD = re.compile(r"[\w*/][\w.*:/-]*\w")
_MARKS = ("encrypted-a", "encrypted-b", "ENCRYPTEDA", "ENCRYPTEDB", "00000000000", "10.252.0.0", "10.253.0.0")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StandIns:
    """A file's values with a stand-in for each encrypted one."""

    leaves: tuple[str, ...]
    """Key path of every encrypted value."""
    chosen: Mapping[str, str]
    """The stand-in of each place whose key accepts one."""
    values: Mapping[str, str]
    """As `StackFile.settings`."""


def leaves(file: StackFile) -> dict[str, tuple[str | int, ...]]:
    """Where keys of the program are encrypted: the place as messages write it, and its keys."""
    own = {key.partition(":")[2]: value for key, value in file.encrypted.items() if key.startswith(f"{file.project}:")}
    return {_place(keys): keys for keys in _leaves(own, ())}


def stand_ins(file: StackFile, load: Loader, *, second: bool, known: Mapping[str, str] | None = None) -> StandIns:
    """The values of `file`, with the first or the second stand-in for each encrypted one.

    A value whose key accepts none of them is left out.

    Args:
        file: The stack file.
        load: Says what the keys accept.
        second: Which of the two.
        known: Values to use instead, by place.
    """
    places = leaves(file)
    chosen: dict[str, str] = {place: value for place, value in (known or {}).items() if place in places}
    for pair in _candidates(file):
        candidate = pair[second]
        tried = {place: chosen.get(place, candidate) for place in places}
        wrong = _wrong(load, _filled(file, places, tried))
        chosen |= {place: candidate for place in places.keys() - chosen.keys() if not _touched(place, wrong)}
        if chosen.keys() == places.keys():
            break
    wrong = _wrong(load, _filled(file, places, chosen))
    chosen = {place: value for place, value in chosen.items() if not _touched(place, wrong)}
    return StandIns(leaves=tuple(places), chosen=chosen, values=_filled(file, places, chosen))


def guesses(files: Iterable[StackFile], remedies: Iterable[str]) -> tuple[str, ...]:
    """What an encrypted value may be: any word of the stack files or of a remedy, and each host's wildcard."""
    texts = [text for file in files for text in file.config.values()]
    words = dict.fromkeys(word for text in (*remedies, *texts) for word in _WORD.findall(text))
    wildcards = (f"*.{word.partition('.')[2]}" for word in words if word.count(".") > 1 and not word[-1].isdigit())
    return tuple(dict.fromkeys((*words, *wildcards)))


def takes(file: StackFile, load: Loader, place: str, value: str) -> bool:
    """Whether the key at an encrypted place accepts a value."""
    return stand_ins(file, load, second=False, known={place: value}).chosen.get(place) == value


def hides(places: tuple[str, ...], problem: Problem) -> bool:
    """Whether a problem of a file may be the stand-in's: it is at an encrypted value, in it or around it."""
    return any(
        problem.where == place or _within(place, problem.where) or _within(problem.where, place) for place in places
    )


def shows_a_stand_in(text: str) -> bool:
    """Whether a stand-in is in a text that is meant for a file or a person."""
    return any(mark in text for mark in _MARKS)


def _candidates(file: StackFile) -> Iterator[tuple[str, str]]:
    account = file.settings.get("accountId", _ACCOUNT)
    region = file.region_text if regions.problem(file.region_text) is None else "eu-west-1"
    arn = f"arn:{regions.partition(region)}"
    yield _ACCOUNT, "000000000002"
    yield "encrypted-a", "encrypted-b"
    yield "Z0ENCRYPTEDA", "Z0ENCRYPTEDB"
    yield "encrypted-a.example.com", "encrypted-b.example.com"
    yield "10.252.0.0/16", "10.253.0.0/16"
    yield "/encrypted-a", "/encrypted-b"
    for service, resource in (
        ("iam::{account}", "role/{name}"),
        ("iam::{account}", "policy/{name}"),
        ("sns:{region}:{account}", "{name}"),
        ("kms:{region}:{account}", "key/{name}"),
        ("acm:{region}:{account}", "certificate/{name}"),
    ):
        owner = service.format(region=region, account=account)
        first, second = (resource.format(name=name) for name in ("encrypted-a", "encrypted-b"))
        yield f"{arn}:{owner}:{first}", f"{arn}:{owner}:{second}"
    yield f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def _filled(file: StackFile, places: Mapping[str, tuple[str | int, ...]], chosen: Mapping[str, str]) -> dict[str, str]:
    own = {key: value for key, value in file.encrypted.items() if key.startswith(f"{file.project}:")}
    tree: dict[str, Any] = {key.partition(":")[2]: copy.deepcopy(value) for key, value in own.items()}
    # From the end, so that what is left out of a list moves nothing that is still to be replaced.
    for place, keys in sorted(places.items(), key=lambda item: item[1:], reverse=True):
        around: Any = tree
        for key in keys[:-1]:
            around = around[key]
        if place in chosen:
            around[keys[-1]] = chosen[place]
        else:
            del around[keys[-1]]
    return file.settings | {key: reader.as_text(value) for key, value in tree.items()}


def _wrong(load: Loader, values: Mapping[str, str]) -> list[str]:
    try:
        load(values)
    except UserError as error:
        return [problem.where for problem in error.problems]
    return []


def _touched(place: str, wrong: list[str]) -> bool:
    return any(where == place or _within(where, place) for where in wrong)


def _within(inner: str, outer: str) -> bool:
    return inner.startswith((f"{outer}.", f"{outer}["))


def _leaves(value: Any, keys: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if reader.is_secure(value):
        yield keys
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*keys, index))


def _place(keys: tuple[str | int, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
