"""The names of connections: who holds their DNS records."""

from __future__ import annotations

import re
from collections.abc import Mapping

from privatelink_ingress.plan.routing import routes
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Connection


def records(connection: Connection) -> tuple[str, ...]:
    """The hosts that a connection has alias records of, in lower case; none where its settings say `dns: false`."""
    return routes.hosts(connection) if connection.dns else ()


def check_names(connections: Mapping[str, Connection]) -> list[Problem]:
    """Hosts that Route 53 cannot hold: it knows one wildcard, `*` as the whole first label.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return [
        Problem(
            where,
            f"{host} can have no DNS record: there, only a whole first label can be a wildcard",
            f"Write *.{host.split('.', 1)[1]}, or list the hosts, or set dns: false on {name}.",
        )
        for name, connection in sorted(connections.items())
        if connection.dns
        for host, where in routes.places(name, connection).items()
        if re.search(r"[*?]", host.removeprefix("*."))
    ]


def check_owners(connections: Mapping[str, Connection]) -> list[Problem]:
    """Hosts of which two connections would have the record. A name has one alias record in its zone."""
    problems = []
    holders: dict[str, str] = {}
    for name, connection in sorted(connections.items()):
        for host, where in routes.places(name, connection).items() if connection.dns else ():
            if holder := holders.get(host):
                reason = f"{host} has its DNS record with connections.{holder} ({connections[holder].owner}) already"
                problems.append(Problem(where, reason, "Set dns: false on one of them; the other then has the record."))
            holders.setdefault(host, name)
    return problems
