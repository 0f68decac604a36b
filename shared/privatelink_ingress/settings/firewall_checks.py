"""What is wrong in the firewall's settings as a whole: groups and their keys, exemptions, and hosts of connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from privatelink_ingress.problems import Problem, suggest
from privatelink_ingress.settings.firewall import Firewall, HostFirewall
from privatelink_ingress.settings.managed_rules import (
    BODY_RULE,
    BOTS,
    COMMON,
    FLOODS,
    GROUPS,
    LOGINS,
    REGISTRATIONS,
    ManagedGroup,
)

_ALONE: Mapping[str, ManagedGroup] = {
    "inspection": BOTS,
    "login": LOGINS,
    "registration": REGISTRATIONS,
    "challenge": FLOODS,
    "challengeExempt": FLOODS,
}
"""Keys that one group has."""


def problems(settings: BaseModel) -> Iterator[Problem]:
    """The problems of a shard's `firewall` and of its connections' own; none of other settings."""
    firewall = getattr(settings, "firewall", None)
    if not isinstance(firewall, Firewall):
        return
    connections = getattr(settings, "connections", {})
    yield from _groups(firewall)
    yield from _hosts(firewall, connections)
    for name, connection in sorted(connections.items()):
        yield from _exemptions(f"connections.{name}.firewall", connection.firewall, firewall)
    for host, changes in firewall.hosts.items():
        yield from _exemptions(f"firewall.hosts.{host}", changes, firewall)


def _groups(firewall: Firewall) -> Iterator[Problem]:
    for name, group in firewall.groups.items():
        place = f"firewall.groups.{name}"
        for index, rule in enumerate(group.count):
            where = f"{place}.count[{index}]"
            if rule not in GROUPS[name].rules:
                yield Problem(where, f"is {rule!r}, which {name} lacks", suggest(rule, GROUPS[name].rules))
            elif name == COMMON and rule == BODY_RULE:
                remedy = (
                    "Remove it, and write largeBodies: allow under the firewall of each connection that takes them."
                )
                yield Problem(where, "is set by largeBodies", remedy)
        written = group.model_dump(by_alias=True, exclude_defaults=True)
        for key, owner in _ALONE.items():
            if key in written and name != owner:
                yield Problem(f"{place}.{key}", f"is a key of {owner}, not of {name}", "Remove it.")
        if name == LOGINS and group.login is None:
            remedy = "Write path, username and password under it: where clients log in, and the names of the fields."
            yield Problem(f"{place}.login", "is missing", remedy)
        if name == REGISTRATIONS and group.registration is None:
            remedy = "Write page, path and email under it: the form, where it is sent, and the name of the field."
            yield Problem(f"{place}.registration", "is missing", remedy)
        if name == FLOODS and group.challenge is False and group.challenge_exempt:
            yield Problem(f"{place}.challengeExempt", "has no effect without a challenge", "Remove it.")


def _exemptions(place: str, changes: HostFirewall, firewall: Firewall) -> Iterator[Problem]:
    for index, exemption in enumerate(changes.exempt):
        where, group = f"{place}.exempt[{index}]", exemption.group
        if not GROUPS[group].baseline and group not in firewall.groups:
            remedy = f"Remove it, or add {group} to firewall.groups."
            yield Problem(f"{where}.group", f"is {group}, which the web ACL does not have", remedy)
        counted = firewall.groups[group].count if group in firewall.groups else ()
        for place_, rule in enumerate(exemption.rules):
            if rule in counted:
                reason = f"needs no exemption: firewall.groups.{group} counts it for every host"
                yield Problem(f"{where}.rules[{place_}]", reason, "Remove one of the two.")


def _hosts(firewall: Firewall, connections: Mapping[str, BaseModel]) -> Iterator[Problem]:
    owners = {
        host.lower(): name
        for name, connection in connections.items()
        for route in getattr(connection, "routes", ())
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
