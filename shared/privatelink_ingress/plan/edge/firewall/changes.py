"""What the stack file changes in the web ACL for the hosts of one connection."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from privatelink_ingress.plan import names
from privatelink_ingress.plan.edge.firewall import scopes
from privatelink_ingress.plan.edge.firewall.scopes import Scope
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.firewall import ANY_PATH, Firewall, HostFirewall


@dataclasses.dataclass(frozen=True, kw_only=True)
class Changes:
    """The changes of a connection of the file, or of one host of an attached stack."""

    key: str
    """Part of names of rules: the connection's name, or the host."""
    firewall: HostFirewall
    connection: Connection | None = None
    host: str = ""

    def scope(self, paths: Sequence[str] = ANY_PATH) -> Scope:
        """Its requests to the paths."""
        if self.connection is None:
            return scopes.of_hosts([self.host], paths)
        return scopes.of_routes(self.connection.routes, paths)


def changes(firewall: Firewall, connections: Mapping[str, Connection]) -> list[Changes]:
    """All changes, in an order that does not depend on the file's."""
    own = [Changes(key=name, firewall=one.firewall, connection=one) for name, one in sorted(connections.items())]
    others = [
        Changes(key=names.fit(_named(host), _LONGEST_KEY), firewall=one, host=host)
        for host, one in sorted(firewall.hosts.items())
    ]
    return [*own, *others]


_LONGEST_KEY = 100
"""With a prefix of ours, a rule's name has 128 characters at most: EntityName of the WAFv2 API."""


def _named(host: str) -> str:
    """A host without the dots and wildcards that no rule's name has."""
    return host.lower().replace("*", "any").replace("?", "one").replace(".", "_")
