"""The names of connections, and which connection holds the DNS record of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem


def records(routes: RoutePlan) -> tuple[str, ...]:
    """The hosts for which a connection has alias records, sorted; none where its settings say `dns: false`."""
    return tuple(sorted(routes.hosts)) if routes.connection.dns else ()


def check_names(connections: Iterable[RoutePlan]) -> list[Problem]:
    """Hosts that Route 53 cannot hold: its only wildcard is `*` as the whole first label.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return [
        Problem(
            routes.hosts[host],
            f"{host} cannot have a DNS record: in Route 53, only a whole first label can be a wildcard",
            _instead(host, routes.name),
        )
        for routes in connections
        for host in records(routes)
        if re.search(r"[*?]", host.removeprefix("*."))
    ]


def _instead(host: str, connection: str) -> str:
    below = re.split(r"[^.]*[*?][^.]*\.", host)[-1]
    # Right below a top-level domain, nobody can write records.
    wider = f"Write *.{below}, or list" if "." in below else "List"
    return f"{wider} the hosts, or set dns: false on {connection}."


def check_owners(connections: Iterable[RoutePlan]) -> list[Problem]:
    """Hosts for which two connections would have the record. A name has one alias record in its zone."""
    problems = []
    holders: dict[str, RoutePlan] = {}
    for routes in sorted(connections, key=lambda routes: routes.name):
        for host in records(routes):
            holder = holders.setdefault(host, routes)
            if holder is not routes:
                reason = f"connections.{holder.name} ({holder.connection.owner}) already has the DNS record of {host}"
                remedy = "Set dns: false on one of them; the other then has the record."
                problems.append(Problem(routes.hosts[host], reason, remedy))
    return problems
