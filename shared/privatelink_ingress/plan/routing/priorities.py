"""Priorities of listener rules: a function of the connection's own entry, so that no other connection can move one."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.plan.routing import patterns
from privatelink_ingress.settings.edge import SLOTS

RULES_PER_BAND = 40
"""The most rules of one connection in one band."""

_BAND_SIZE = 5_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Band:
    """A range of priorities for routes of one specificity; a lower number is tried first."""

    number: int
    key: str
    """Part of the rule's resource name, such as `exact-host-prefix-2`."""


_HOSTS = ("exact-host", "wildcard-host")
_PATHS = ("exact-path", "prefix-3", "prefix-2", "prefix-1", "any-path")

BANDS: tuple[Band, ...] = tuple(
    Band(number=number, key=f"{host}-{path}")
    for number, (host, path) in enumerate((host, path) for host in _HOSTS for path in _PATHS)
)
"""Exact hosts before wildcard hosts; in each: exact paths, prefixes of three or more, two, one segments, the rest."""


def band(host: str, path: str) -> Band:
    """The band of one host and one path pattern.

    The prefix of a path is the part before its first wildcard. A partial segment counts: `/api/v*` has two.
    """
    if not patterns.has_wildcard(path):
        kind = "exact-path"
    else:
        first = min(path.index(wildcard) for wildcard in patterns.WILDCARDS if wildcard in path)
        segments = len([segment for segment in path[:first].split("/") if segment])
        kind = f"prefix-{min(segments, 3)}" if segments else "any-path"
    return BANDS[len(_PATHS) * patterns.has_wildcard(host) + _PATHS.index(kind)]


def priority(slot: int, band: Band, index: int) -> int:
    """The priority of a connection's rule number `index` (0 to 39) in `band`.

    Raises:
        ValueError: when slot or index is out of range; the plan prevents that for users.
    """
    if slot not in SLOTS or index not in range(RULES_PER_BAND):
        raise ValueError(f"slot {slot} or index {index} is out of range")
    return 1 + _BAND_SIZE * band.number + RULES_PER_BAND * slot + index


def slot_of(priority: int) -> int:
    """The slot that a priority belongs to, in any band. Above 119, none is given that priority."""
    return (priority - 1) % _BAND_SIZE // RULES_PER_BAND
