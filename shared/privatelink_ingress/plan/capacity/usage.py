"""What connections take of their shard's quotas: counted from settings, so that it is known before AWS is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.settings.edge import Connection, EdgeSettings, LoadBalancer

Usage = Mapping[str, int]
"""Numbers by the key of a quota. A quota that is not in it is not used."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Needs:
    """What one connection takes, wherever it is placed."""

    backends: int = 1
    """Each is one endpoint, one target group, and one target in each zone."""
    rules: int = 1
    certificates: int = 0
    """1 when it brings a certificate of its own."""

    def usage(self, zones: int) -> dict[str, int]:
        """In a shard of so many zones; no connection uses more than them."""
        return {
            "endpoints": self.backends,
            "targetGroups": self.backends,
            "rules": self.rules,
            "certificates": self.certificates,
            "targets": self.backends * zones,
            "slots": 1,
            "targetGroupsPerAction": self.backends,
        }


def needs(connection: Connection) -> Needs:
    """What a connection of a stack file takes."""
    return Needs(
        backends=len(connection.backends),
        rules=len(_rules(connection)),
        certificates=int(connection.certificate is not None),
    )


def of_connection(connection: Connection, *, zones: int) -> dict[str, int]:
    """The usage of one connection in a shard of so many zones."""
    rules = _rules(connection)
    return {
        **needs(connection).usage(zones),
        "conditionValues": max((rule.values for rule in rules), default=0),
        "wildcards": max((rule.wildcards for rule in rules), default=0),
    }


def of_shard(
    settings: EdgeSettings, *, zones: int, firewall_capacity: int, attached: Iterable[Connection] = ()
) -> dict[str, int]:
    """The usage of a shard with all connections, its own and those of the stacks attached to it.

    Args:
        settings: The shard's stack file.
        zones: Zones of the shard.
        firewall_capacity: Capacity units of its web ACL.
        attached: Connections of attached stacks.
    """
    own = {
        "certificates": len(settings.certificates) - 1,  # the default one does not count
        "securityGroupRules": client_rules(settings.load_balancer),
        "firewallCapacity": firewall_capacity,
    }
    connections = (*settings.connections.values(), *attached)
    return total([own, *(of_connection(connection, zones=zones) for connection in connections)])


def client_rules(load_balancer: LoadBalancer) -> int:
    """Inbound rules of the load balancer's security group: one for each client network and port."""
    return len(load_balancer.allowed_cidrs) * (2 if load_balancer.redirect_http else 1)


def total(usages: Iterable[Usage]) -> dict[str, int]:
    """All together: the sum of what adds up in a shard, the largest of what is for one part of it."""
    found = dict.fromkeys(QUOTAS, 0)
    for usage in usages:
        for key, number in usage.items():
            found[key] = found[key] + number if QUOTAS[key].per == "shard" else max(found[key], number)
    return found


def free(used: Usage, limits: Usage) -> dict[str, int]:
    """What is left of each quota; negative where more is used than there is."""
    return {key: limits[key] - used.get(key, 0) for key in QUOTAS}


def over(used: Usage, limits: Usage) -> tuple[str, ...]:
    """Quotas that are used beyond their limits, of those that connections fill."""
    return tuple(key for key, left in free(used, limits).items() if left < 0 and QUOTAS[key].per == "shard")


def binding(used: Usage, limits: Usage, step: Usage) -> tuple[str, int]:
    """The quota that ends first when connections that each take `step` are added, and how many of them fit.

    Of quotas that end together the hard one is named: raising the other would not help.
    """
    left = free(used, limits)
    rooms = {key: max(left[key] // number, 0) for key, number in step.items() if number and QUOTAS[key].per == "shard"}
    key = min(rooms, key=lambda key: (rooms[key], QUOTAS[key].adjustable))
    return key, rooms[key]


def _rules(connection: Connection) -> tuple[routes.Rule, ...]:
    """None for routes that cannot become rules: `routes.check` says so, and nothing else has to stop for it."""
    try:
        return routes.rules(connection)
    except ValueError:
        return ()
