"""Security groups, and whether they let a connection through.

A group that the reader cannot see is taken as open: nothing is known against it.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Literal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Permission:
    """One direction's permission in a security group."""

    protocol: str
    """`tcp`, `udp`, or `-1` for all."""
    from_port: int
    to_port: int
    cidrs: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()

    def covers_port(self, port: int) -> bool:
        """Whether TCP to `port` falls under this permission."""
        return self.protocol == "-1" or (self.protocol == "tcp" and self.from_port <= port <= self.to_port)


@dataclasses.dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    """A security group's permissions."""

    id: str
    ingress: tuple[Permission, ...]
    egress: tuple[Permission, ...]


Groups = Mapping[str, SecurityGroup]
"""By id."""


def admits_group(groups: Groups, receiver: tuple[str, ...], sender: tuple[str, ...], port: int) -> bool:
    """Whether any of the receiver's groups lets TCP to `port` in from any of the sender's groups."""
    return _unseen(groups, receiver) or any(
        set(permission.group_ids) & set(sender) or "0.0.0.0/0" in permission.cidrs
        for permission in _permissions(groups, receiver, "ingress", port)
    )


def admits_network(groups: Groups, receiver: tuple[str, ...], cidr: str, port: int) -> bool:
    """Whether any of the receiver's groups lets TCP to `port` in from all of `cidr`."""
    return _unseen(groups, receiver) or any(
        _covers(permission.cidrs, cidr) for permission in _permissions(groups, receiver, "ingress", port)
    )


def admits_any_network(groups: Groups, receiver: tuple[str, ...], port: int) -> bool:
    """Whether any of the receiver's groups lets TCP to `port` in from an address range."""
    return _unseen(groups, receiver) or any(
        permission.cidrs for permission in _permissions(groups, receiver, "ingress", port)
    )


def releases_group(groups: Groups, sender: tuple[str, ...], receiver: tuple[str, ...], port: int) -> bool:
    """Whether any of the sender's groups lets TCP to `port` out to any of the receiver's groups."""
    return _unseen(groups, sender) or any(
        set(permission.group_ids) & set(receiver) or "0.0.0.0/0" in permission.cidrs
        for permission in _permissions(groups, sender, "egress", port)
    )


def releases_a_network(groups: Groups, sender: tuple[str, ...], port: int) -> bool:
    """Whether any of the sender's groups lets TCP to `port` out to an address range."""
    return _unseen(groups, sender) or any(
        permission.cidrs for permission in _permissions(groups, sender, "egress", port)
    )


def _permissions(
    groups: Groups, ids: tuple[str, ...], direction: Literal["ingress", "egress"], port: int
) -> Iterator[Permission]:
    for id_ in ids:
        permissions = groups[id_].ingress if direction == "ingress" else groups[id_].egress
        yield from (permission for permission in permissions if permission.covers_port(port))


def _unseen(groups: Groups, ids: tuple[str, ...]) -> bool:
    return any(id_ not in groups for id_ in ids)


def _covers(permitted: tuple[str, ...], cidr: str) -> bool:
    network = ipaddress.ip_network(cidr)
    return any(
        network.version == allowed.version and network.subnet_of(allowed)  # ty: ignore[invalid-argument-type]
        for allowed in map(ipaddress.ip_network, permitted)
    )
