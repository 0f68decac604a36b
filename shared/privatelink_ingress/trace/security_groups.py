"""Security groups, and whether they let a connection through.

A group or a prefix list that the reader cannot see is taken as open: nothing is known against it.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
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
    prefix_list_ids: tuple[str, ...] = ()
    """Prefix lists, whose networks the reader does not see: they are taken to hold every one."""

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
    return _unseen(groups, receiver) or _meets(_permissions(groups, receiver, "ingress", port), sender)


def admits_network(groups: Groups, receiver: tuple[str, ...], cidr: str, port: int) -> bool:
    """Whether the receiver's groups together let TCP to `port` in from all of `cidr`."""
    if _unseen(groups, receiver):
        return True
    permitted = tuple(_permissions(groups, receiver, "ingress", port))
    return any(one.prefix_list_ids for one in permitted) or _covers(permitted, cidr)


def admits_any_network(groups: Groups, receiver: tuple[str, ...], port: int) -> bool:
    """Whether any of the receiver's groups lets TCP to `port` in from an address range."""
    return _unseen(groups, receiver) or any(
        permission.cidrs or permission.prefix_list_ids for permission in _permissions(groups, receiver, "ingress", port)
    )


def releases_group(groups: Groups, sender: tuple[str, ...], receiver: tuple[str, ...], port: int) -> bool:
    """Whether any of the sender's groups lets TCP to `port` out to any of the receiver's groups."""
    return _unseen(groups, sender) or _meets(_permissions(groups, sender, "egress", port), receiver)


def releases_a_network(groups: Groups, sender: tuple[str, ...], port: int) -> bool:
    """Whether any of the sender's groups lets TCP to `port` out to an address range."""
    return _unseen(groups, sender) or any(
        permission.cidrs or permission.prefix_list_ids for permission in _permissions(groups, sender, "egress", port)
    )


def _meets(permissions: Iterable[Permission], others: tuple[str, ...]) -> bool:
    """Whether one of them is for any of the other side's groups, or for every IPv4 address."""
    kept = tuple(permissions)
    return _covers(kept, "0.0.0.0/0") or any(set(one.group_ids) & set(others) or one.prefix_list_ids for one in kept)


def _permissions(
    groups: Groups, ids: tuple[str, ...], direction: Literal["ingress", "egress"], port: int
) -> Iterator[Permission]:
    for id_ in ids:
        permissions = groups[id_].ingress if direction == "ingress" else groups[id_].egress
        yield from (permission for permission in permissions if permission.covers_port(port))


def _unseen(groups: Groups, ids: tuple[str, ...]) -> bool:
    return any(id_ not in groups for id_ in ids)


def _covers(permissions: Iterable[Permission], cidr: str) -> bool:
    """Whether the networks of all permissions together hold `cidr`: two halves are the whole."""
    network = ipaddress.ip_network(cidr)
    networks = (ipaddress.ip_network(one) for permission in permissions for one in permission.cidrs)
    same = [one for one in networks if one.version == network.version]
    return any(
        network.subnet_of(whole)
        for whole in ipaddress.collapse_addresses(same)  # ty: ignore[invalid-argument-type]
    )
