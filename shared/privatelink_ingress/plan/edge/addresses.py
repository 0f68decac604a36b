"""The address of an endpoint's network interface, chosen before anything exists: a function of the slot alone."""

from __future__ import annotations

import ipaddress

from privatelink_ingress.settings.edge import SLOTS

BACKENDS_PER_SLOT = 2
GENERATIONS = 2

_FIRST = 16
"""Leaves room for the four addresses that AWS reserves at a subnet's start, and twelve for other use.

https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


def endpoint_address(subnet_cidr: str, slot: int, *, backend: int = 0, generation: int = 0) -> str:
    """The IPv4 address in one zone's endpoint subnet.

    Args:
        subnet_cidr: An endpoint subnet of /23 or larger.
        slot: 0 to 119.
        backend: Position of the backend in its connection, 0 or 1.
        generation: 0 or 1; with the other one, a replacement exists beside the old endpoint.

    Raises:
        ValueError: when an argument is out of range; settings prevent that for users.
    """
    subnet = ipaddress.IPv4Network(subnet_cidr)
    if slot not in SLOTS or backend not in range(BACKENDS_PER_SLOT) or generation not in range(GENERATIONS):
        raise ValueError(f"slot {slot}, backend {backend} or generation {generation} is out of range")
    if subnet.prefixlen > 23:
        raise ValueError(f"{subnet} is smaller than /23")
    offset = _FIRST + BACKENDS_PER_SLOT * GENERATIONS * slot + GENERATIONS * backend + generation
    return str(subnet.network_address + offset)
