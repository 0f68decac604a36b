"""Which routes are worth comparing: looked up by the fixed ends of their patterns, so that a thousand take a second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.plan.routing.conflicts import automata, language
from privatelink_ingress.plan.routing.conflicts.requests import Entry


def candidates(entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """Positions, the lower first and in order, of every pair of entries whose hosts meet and whose paths may.

    A pattern meets only patterns whose fixed tail ends its own, or the other way round; so it is enough that each looks
    up the tails of its own tail. The same goes for the heads of paths, under each pair of hosts that meet.
    """
    at_host: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for position, entry in enumerate(entries):
        for host in _hosts(entry):
            for path in entry.match.paths or ("*",):
                at_host[host][language.ends(language.PATHS, path)[0]].add(position)
    meeting = _meeting(tuple(at_host))
    found: set[tuple[int, int]] = set()
    for position, entry in enumerate(entries):
        heads = {
            head[:length]
            for path in entry.match.paths or ("*",)
            for head in (language.ends(language.PATHS, path)[0],)
            for length in range(len(head) + 1)
        }
        for other in {other for host in _hosts(entry) for other in meeting[host]}:
            by_head = at_host[other]
            for head in heads & by_head.keys():
                found.update((min(position, near), max(position, near)) for near in by_head[head] if near != position)
    yield from sorted(found)


def _hosts(entry: Entry) -> set[str]:
    return {host.lower() for host in entry.match.hosts} or {"*"}


def _meeting(hosts: Sequence[str]) -> Mapping[str, set[str]]:
    """For each host pattern, itself and those that some host name matches together with it."""
    by_tail: defaultdict[str, list[str]] = defaultdict(list)
    for host in hosts:
        by_tail[language.ends(language.HOST, host)[1]].append(host)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for host in hosts:
        tail = language.ends(language.HOST, host)[1]
        for begin in range(len(tail) + 1):
            for other in by_tail.get(tail[begin:], ()):
                if other == host or automata.meet(language.HOST, host, other) is not None:
                    found[host].add(other)
                    found[other].add(host)
    return found
