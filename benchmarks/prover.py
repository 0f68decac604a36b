"""Times of the conflict prover for 100 and 1,000 routes. Run: python benchmarks/prover.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from privatelink_ingress.plan.routing import priorities
from privatelink_ingress.plan.routing.conflicts import (
    Entry,
    Header,
    Match,
    Parameter,
    conflicts,
    overlaps_between_bands,
    shadowed,
)


def exact_hosts(number: int) -> Match:
    """A host of its own, all paths."""
    return Match(hosts=(f"service-{number}.example.com",), paths=("/*",))


def wildcard_hosts(number: int) -> Match:
    """A domain of its own, every other with one more wildcard."""
    return Match(hosts=(f"*.team-{number}.example.com" if number % 2 else f"api-*.team-{number}.example.com",))


def shared_host(number: int) -> Match:
    """One host for all, told apart by path, and one route for the rest of it."""
    return Match(
        hosts=("www.example.com",), paths=(f"/service-{number}/*", f"/service-{number}") if number else ("/*",)
    )


def mixed(number: int) -> Match:
    """One host for all and few paths, told apart by method, header, query or source too."""
    methods = (("GET", "HEAD"), ("POST", "PUT"))[number % 2]
    headers = (Header(name="X-Tenant", values=(f"tenant-{number}", f"customer-{number}-*")),)
    query = (Parameter(key="version", value=f"v{number}"),) if number % 3 == 0 else ()
    sources = (f"10.{number % 256}.0.0/16",) if number % 5 == 0 else ()
    return Match(
        hosts=("api.example.com", f"api-{number}.example.com"),
        paths=(f"/v{number % 7}/*",),
        methods=methods,
        headers=headers,
        query=query,
        sources=sources,
    )


def everything(number: int) -> Match:
    """All of them in turn."""
    return (exact_hosts, wildcard_hosts, shared_host, mixed)[number % 4](number)


def covered(number: int) -> Match:
    """Every tenth route only has what five of the nine before it take together, on one host for each ten."""
    paths = tuple(f"/api/{place}?x*" for place in range(5)) if number % 10 == 9 else (f"/api/{number % 10}*",)
    return Match(hosts=(f"h{number // 10}.example.com",), paths=paths)


def entries(kind: Callable[[int], Match], count: int) -> list[Entry]:
    """Routes of as many connections, with their bands as the plan gives them."""
    found = []
    for number in range(count):
        match = kind(number)
        band = priorities.band(match.hosts[0], match.paths[0] if match.paths else "/*").number
        found.append(
            Entry(
                connection=f"connection-{number}",
                key="routes[0]",
                owner=f"team-{number}",
                band=band,
                priority=1 + band * count + number,
                match=match,
            )
        )
    return found


def timed(work: Callable[[Sequence[Entry]], Sequence[object]], given: Sequence[Entry]) -> str:
    """Milliseconds and how much was found."""
    begin = time.perf_counter()
    found = work(given)
    return f"{(time.perf_counter() - begin) * 1000:9.0f} ms {len(found):7}"


def main() -> None:
    """Print one line for each kind and number of routes; every work starts with what the one before has cached."""
    print(f"{'routes':>6} {'kind':<16}" + "".join(f"{name:>20}" for name in ("conflicts", "between bands", "shadowed")))
    for kind in (exact_hosts, wildcard_hosts, shared_host, mixed, everything, covered):
        for count in (100, 1000):
            given = entries(kind, count)
            times = "".join(timed(work, given) for work in (conflicts, overlaps_between_bands, shadowed))
            print(f"{count:6} {kind.__name__:<16}{times}")


if __name__ == "__main__":
    main()
