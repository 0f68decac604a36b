"""Types of IP networks in a stack file: always an address and a prefix, as AWS takes them."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress.settings.fields import InvalidSetting, quoted

_EXAMPLE, _VPC_EXAMPLE = "198.51.100.0/24", "10.12.0.0/16"

NOT_IN_A_VPC = tuple(
    ipaddress.IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
)
"""Blocks that no VPC may lie in: this network, loopback, link-local, and multicast with what is reserved above it.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""


def _network(smallest: int, largest: int, *, in_a_vpc: bool = False) -> AfterValidator:
    """An IPv4 network whose prefix is from `/largest` to `/smallest`."""
    example = _VPC_EXAMPLE if in_a_vpc else _EXAMPLE

    def check(value: str) -> str:
        network = _parse(value, example, smallest=smallest, largest=largest)
        if not largest <= network.prefixlen <= smallest:
            raise InvalidSetting(
                f"is {quoted(value)}, whose prefix is not from /{largest} to /{smallest}",
                f"Write a network with a prefix from /{largest} to /{smallest}, such as "
                f"{_suitable(network, smallest, largest) if in_a_vpc else _fitting(network, smallest, largest)}.",
            )
        if in_a_vpc and (block := _reserved(network)):
            raise InvalidSetting(
                f"is {quoted(value)}, but AWS allows no VPC in {block}",
                "Write a private range, such as 10.11.0.0/16, 172.20.0.0/16 or 192.168.0.0/16.",
            )
        return value

    return AfterValidator(check)


def _parse(value: str, example: str, *, smallest: int = 32, largest: int = 0) -> ipaddress.IPv4Network:
    _, slash, prefix = value.partition("/")
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        reason, remedy = (
            f"is {quoted(value)}, which is not a network: {error}",
            f"an address and a prefix, such as {example}",
        )
        if str(error).endswith("has host bits set"):
            meant = ipaddress.ip_network(value, strict=False)
            if isinstance(meant, ipaddress.IPv4Network):
                remedy = _fitting(meant, smallest, largest)
        raise InvalidSetting(reason, f"Write {remedy}.") from None
    if not isinstance(network, ipaddress.IPv4Network):
        reason = f"is {quoted(value)}, an IPv6 network, but only IPv4 is possible here"
        raise InvalidSetting(reason, f"Write an address and a prefix, such as {example}.")
    if not slash:
        raise InvalidSetting(
            f"is {quoted(value)}, which has no prefix", f"Write {_fitting(network, smallest, largest)}."
        )
    if not re.fullmatch("[0-9]{1,3}", prefix):
        reason = f"is {quoted(value)}, with a mask in place of a prefix"
        raise InvalidSetting(reason, f"Write {_fitting(network, smallest, largest)}.")
    if str(network) != value:
        raise InvalidSetting(f"is {quoted(value)}, which AWS writes differently", f"Write {network}.")
    return network


def _fitting(network: ipaddress.IPv4Network, smallest: int, largest: int) -> str:
    """The network itself, or one of the largest allowed size at the same address."""
    if largest <= network.prefixlen <= smallest:
        return str(network)
    return str(ipaddress.IPv4Network((network.network_address, largest), strict=False))


def _reserved(network: ipaddress.IPv4Network) -> ipaddress.IPv4Network | None:
    return next((block for block in NOT_IN_A_VPC if block.overlaps(network)), None)


def _suitable(network: ipaddress.IPv4Network, smallest: int, largest: int) -> str:
    """The same for a VPC, which may not lie everywhere."""
    fitting = _fitting(network, smallest, largest)
    return _VPC_EXAMPLE if _reserved(ipaddress.IPv4Network(fitting)) else fitting


def _source(value: str) -> str:
    _parse(value, _EXAMPLE)
    if value == _BROADCAST:
        raise InvalidSetting(
            f"is {quoted(value)}, which load balancers do not take", "Remove it: no client has this address."
        )
    return value


_BROADCAST = "255.255.255.255/32"
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#source-ip-conditions"""


VpcCidr = Annotated[str, _network(smallest=28, largest=16, in_a_vpc=True)]
"""AWS allows a VPC of /16 to /28: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""

Cidr = Annotated[str, _network(smallest=32, largest=0)]

FirewallCidr = Annotated[str, _network(smallest=32, largest=1)]
"""An IP set of the firewall takes every range but /0: https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSet.html"""

Source = Annotated[str, AfterValidator(_source)]
"""A client network of a route. The load balancer has IPv4 addresses alone, so no IPv6 client reaches it."""
