"""How much of their shard's quotas connections use, counted from settings and so known before a deployment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.ipv6 import is_ipv6
from privatelink_ingress.settings.load_balancer import LoadBalancer

Usage = Mapping[str, int]
"""Numbers by the key of a quota; a missing quota is not used."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Needs:
    """What one connection uses on any shard."""

    backends: int = 1
    """Each is one endpoint, and for each protocol of the routes one target group with one target in each zone."""
    protocols: int = 1
    rules: int = 1
    certificates: int = 0
    """1 when it brings a certificate of its own."""

    def usage(self, zones: int) -> dict[str, int]:
        """Its usage in a shard with this many zones; a service in fewer zones uses fewer targets."""
        return {
            "endpoints": self.backends,
            "targetGroups": self.backends * self.protocols,
            "rules": self.rules,
            "certificates": self.certificates,
            "targets": self.backends * self.protocols * zones,
            "slots": 1,
            "targetGroupsPerAction": self.backends,
        }


def needs(routes: RoutePlan) -> Needs:
    """What a connection of a stack file uses. Routes that cannot become rules count none: their plan says why."""
    return Needs(
        backends=len(routes.connection.backends),
        protocols=len(routes.protocols),
        rules=len(routes.rules),
        certificates=int(routes.connection.certificate is not None),
    )


def connection_usage(routes: RoutePlan, *, zones: int) -> dict[str, int]:
    """The usage of one connection in a shard with this many zones."""
    return {
        **needs(routes).usage(zones),
        "conditionValues": max((rule.values for rule in routes.rules), default=0),
        "wildcards": max((rule.wildcards for rule in routes.rules), default=0),
    }


def shard_usage(
    settings: EdgeSettings, *, zones: int, firewall_capacity: int, connections: Iterable[RoutePlan]
) -> dict[str, int]:
    """The usage of a shard.

    Args:
        settings: The shard's stack file.
        zones: Zones of the shard.
        firewall_capacity: Capacity units of its web ACL.
        connections: The routes of all its connections, those of attached stacks included.
    """
    own = {
        "certificates": len(settings.certificates) - 1,  # the default one does not count
        "securityGroupRules": client_rules(settings.load_balancer),
        "firewallCapacity": firewall_capacity,
    }
    return combine([own, *(connection_usage(routes, zones=zones) for routes in connections)])


def client_rules(load_balancer: LoadBalancer) -> int:
    """Inbound rules of the load balancer's security group: one for each client network and port.

    Of the address family that has more, since AWS counts the rules of each apart:
    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
    """
    ipv6 = sum(map(is_ipv6, load_balancer.allowed_cidrs))
    networks = max(ipv6, len(load_balancer.allowed_cidrs) - ipv6)
    return networks * (2 if load_balancer.redirect_http else 1)


def combine(usages: Iterable[Usage]) -> dict[str, int]:
    """The usage of all together: the sum for quotas of a shard, the largest number for quotas of one part of it."""
    combined = dict.fromkeys(QUOTAS, 0)
    for usage in usages:
        for key, number in usage.items():
            combined[key] = combined[key] + number if QUOTAS[key].per == "shard" else max(combined[key], number)
    return combined


def free(used: Usage, limits: Usage) -> dict[str, int]:
    """How much of each quota is left; negative where the usage exceeds it."""
    return {key: limits[key] - used.get(key, 0) for key in QUOTAS}


def exceeded(used: Usage, limits: Usage) -> tuple[str, ...]:
    """The quotas of a shard that are used beyond their limits."""
    return tuple(key for key, left in free(used, limits).items() if left < 0 and QUOTAS[key].per == "shard")


def first_exhausted(used: Usage, limits: Usage, step: Usage) -> tuple[str, int]:
    """The quota that is exhausted first when connections that each use `step` are added, and how many of them fit.

    Of quotas that are exhausted together, a hard one is named: raising the other would not help.
    """
    left = free(used, limits)
    rooms = {key: max(left[key] // number, 0) for key, number in step.items() if number and QUOTAS[key].per == "shard"}
    key = min(rooms, key=lambda key: (rooms[key], QUOTAS[key].adjustable))
    return key, rooms[key]
