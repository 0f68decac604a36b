"""What is wrong in the firewall's settings as a whole: rules of groups, and hosts of connections."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from privatelink_ingress.problems import Problem, suggest
from privatelink_ingress.settings.firewall import Firewall
from privatelink_ingress.settings.managed_rules import BODY_RULE, COMMON, GROUPS


def problems(settings: BaseModel) -> Iterator[Problem]:
    """The problems of a shard's `firewall`; none of other settings."""
    firewall = getattr(settings, "firewall", None)
    if isinstance(firewall, Firewall):
        yield from _groups(firewall)
        yield from _hosts(firewall, settings)


def _groups(firewall: Firewall) -> Iterator[Problem]:
    for name, group in firewall.groups.items():
        for index, rule in enumerate(group.count):
            where = f"firewall.groups.{name}.count[{index}]"
            if rule not in GROUPS[name].rules:
                yield Problem(where, f"is {rule!r}, which {name} lacks", suggest(rule, GROUPS[name].rules))
            elif name == COMMON and rule == BODY_RULE:
                remedy = "Write largeBodies: allow under the firewall of each connection that takes large bodies."
                yield Problem(where, "is set by largeBodies", remedy)


def _hosts(firewall: Firewall, settings: BaseModel) -> Iterator[Problem]:
    owners = {
        host.lower(): name
        for name, connection in getattr(settings, "connections", {}).items()
        for route in connection.routes
        for host in route.hosts
    }
    seen: dict[str, str] = {}
    for host in firewall.hosts:
        where = f"firewall.hosts.{host}"
        if owner := owners.get(host.lower()):
            reason = f"is a host of connection {owner}, which this file has"
            yield Problem(where, reason, f"Write it as connections.{owner}.firewall.")
        if other := seen.get(host.lower()):
            yield Problem(where, f"is the same host as {other}", "Write it once.")
        seen[host.lower()] = host
