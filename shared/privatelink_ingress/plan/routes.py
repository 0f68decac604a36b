"""From what a connection answers to, to the rules of the listener."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from privatelink_ingress.plan import patterns, priorities
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.routes import Route

VALUES = 5
"""Condition values of one rule, all conditions together, and not adjustable:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""

WILDCARDS = 6
"""Wildcards of one rule; same page."""

ANY_PATH = "/*"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One listener rule: a request matches when one of the hosts and one of the paths does."""

    key: str
    """Stable within its connection: `exact-host-prefix-2-0`. A rule of one key never changes its priority."""
    priority: int
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    """Empty for every path."""


def hosts(connection: Connection) -> tuple[str, ...]:
    """The distinct hosts of a connection, in lower case: case does not count in a host."""
    return tuple(sorted({host.lower() for route in connection.routes for host in route.hosts}))


def rules(connection: Connection) -> tuple[Rule, ...]:
    """The rules of a connection by priority. The order of the entries in the stack file does not matter.

    `check` must have found nothing: this neither sees a duplicate nor a band that is over-full.
    """
    found: defaultdict[int, set[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(set)
    for route in connection.routes:
        for number, band_hosts, band_paths in _by_band(route):
            found[number].update(_split(band_hosts, band_paths))
    planned = []
    for number, conditions in sorted(found.items()):
        band = priorities.BANDS[number]
        for index, (rule_hosts, rule_paths) in enumerate(sorted(conditions)):
            number_in_order = priorities.priority(connection.slot, band, index)
            planned.append(
                Rule(key=f"{band.key}-{index}", priority=number_in_order, hosts=rule_hosts, paths=rule_paths)
            )
    return tuple(planned)


def check(connections: Mapping[str, Connection]) -> list[Problem]:
    """What keeps routes from becoming rules: a host and path used twice, a pattern or connection beyond a quota."""
    problems = [problem for name, connection in connections.items() for problem in _check_size(name, connection)]
    users: dict[tuple[str, str], str] = {}
    for name, connection in sorted(connections.items()):
        for position, route in enumerate(connection.routes):
            where = f"connections.{name}.routes.{position}"
            for host, path in _pairs(route):
                if (host, path) in users:
                    problems.append(
                        Problem(
                            where,
                            f"{host}{path} is already taken by {users[host, path]}",
                            "Keep it in one place: a listener forwards each request to one connection only.",
                        )
                    )
                else:
                    users[host, path] = f"{where} (owner {connection.owner})"
    return problems


def _check_size(name: str, connection: Connection) -> Iterable[Problem]:
    count: defaultdict[int, int] = defaultdict(int)
    for position, route in enumerate(connection.routes):
        for number, band_hosts, band_paths in _by_band(route):
            split = _split(band_hosts, band_paths)
            count[number] += len(split)
            if not split:
                yield Problem(
                    f"connections.{name}.routes.{position}",
                    f"a host and a path have more than {WILDCARDS} wildcards together, the most that a rule may hold",
                    "Use fewer * and ? in them.",
                )
    for number, total in count.items():
        if total > priorities.RULES_PER_BAND:
            yield Problem(
                f"connections.{name}.routes",
                f"need {total} rules of kind {priorities.BANDS[number].key}, but a connection has room for "
                f"{priorities.RULES_PER_BAND}",
                "Use wildcards, or publish some of the routes as another connection.",
            )


def _pairs(route: Route) -> list[tuple[str, str]]:
    return sorted({(host.lower(), path) for host in route.hosts for path in route.paths})


def _by_band(route: Route) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """A route's hosts and paths for each band. Both kinds of host meet every path, so each group is a full product."""
    groups: defaultdict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for host, path in _pairs(route):
        group_hosts, group_paths = groups[priorities.band(host, path).number]
        group_hosts.add(host)
        group_paths.add(path)
    return [
        # Where every path is meant, no path condition is needed: it would only use up values and wildcards.
        (number, tuple(sorted(some)), () if ANY_PATH in paths else tuple(sorted(paths)))
        for number, (some, paths) in sorted(groups.items())
    ]


def _split(hosts: Sequence[str], paths: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The fewest rules that hold `hosts` x `paths` within the quotas, each with a share of both; none if none can."""
    best: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for host_values in range(1, VALUES + (not paths)):
        for host_wildcards in range(WILDCARDS + 1):
            host_chunks = _chunks(hosts, host_values, host_wildcards)
            path_chunks = _chunks(paths, VALUES - host_values, WILDCARDS - host_wildcards) if paths else [()]
            split = [(some, others) for some in host_chunks for others in path_chunks]
            if split and (not best or len(split) < len(best)):
                best = split
    return best


def _chunks(values: Sequence[str], most_values: int, most_wildcards: int) -> list[tuple[str, ...]]:
    """`values` in order, in runs of at most so many values and wildcards; none when a single value has too many."""
    chunks: list[tuple[str, ...]] = []
    room = -1
    for value in values:
        wildcards = sum(value.count(wildcard) for wildcard in patterns.WILDCARDS)
        if wildcards > most_wildcards:
            return []
        if chunks and len(chunks[-1]) < most_values and wildcards <= room:
            chunks[-1] += (value,)
        else:
            chunks.append((value,))
            room = most_wildcards
        room -= wildcards
    return chunks
