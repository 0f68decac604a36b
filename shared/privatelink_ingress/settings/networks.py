"""Types of IP networks in a stack file: always an address and a prefix, as AWS takes them."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress.settings.fields import InvalidSetting, quoted

_EXAMPLE, _VPC_EXAMPLE = "198.51.100.0/24", "10.12.0.0/16"

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

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
        if in_a_vpc and isinstance(network, ipaddress.IPv4Network) and (block := _reserved(network)):
            raise InvalidSetting(
                f"is {quoted(value)}, but AWS allows no VPC in {block}",
                "Write a private range, such as 10.11.0.0/16, 172.20.0.0/16 or 192.168.0.0/16.",
            )
        return value

    return AfterValidator(check)


def _client_network(largest: int = 0) -> AfterValidator:
    """A network of either address family, whose prefix is from `/largest` to a single address."""

    def check(value: str) -> str:
        network = _parse(value, _EXAMPLE, largest=largest, ipv6=True)
        if network.prefixlen < largest:
            reason = f"is {quoted(value)}, whose prefix is not from /{largest} to /{network.max_prefixlen}"
            halves = ", ".join(str(half) for half in network.subnets(new_prefix=largest))
            raise InvalidSetting(reason, f"Write {halves}.")
        return value

    return AfterValidator(check)


def _parse(value: str, example: str, *, smallest: int | None = None, largest: int = 0, ipv6: bool = False) -> _Network:
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
            if ipv6 or isinstance(meant, ipaddress.IPv4Network):
                remedy = _fitting(_as_ipv4(meant) or meant, smallest, largest)
        raise InvalidSetting(reason, f"Write {remedy}.") from None
    if not ipv6 and isinstance(network, ipaddress.IPv6Network):
        reason = f"is {quoted(value)}, an IPv6 network, but only IPv4 is possible here"
        raise InvalidSetting(reason, f"Write an address and a prefix, such as {example}.")
    if "%" in value:
        reason = f"is {quoted(value)}, with a scope, which only the client's own host knows"
        raise InvalidSetting(reason, f"Write {value.partition('%')[0]}/{network.prefixlen}.")
    if mapped := _as_ipv4(network):
        reason = f"is {quoted(value)}, IPv4 addresses in the form of IPv6, which no client has"
        raise InvalidSetting(reason, f"Write {mapped}.")
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


_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
"""RFC 4291, section 2.5.5.2."""


def _as_ipv4(network: _Network) -> ipaddress.IPv4Network | None:
    """The IPv4 network that an IPv4-mapped IPv6 network stands for; None of any other network."""
    if not isinstance(network, ipaddress.IPv6Network) or not network.subnet_of(_MAPPED):
        return None
    return ipaddress.IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))


def _fitting(network: _Network, smallest: int | None, largest: int) -> str:
    """The network itself, or one of the largest allowed size at the same address."""
    if largest <= network.prefixlen <= (smallest or network.max_prefixlen):
        return str(network)
    return str(type(network)((int(network.network_address), largest), strict=False))


def _reserved(network: ipaddress.IPv4Network) -> ipaddress.IPv4Network | None:
    return next((block for block in NOT_IN_A_VPC if block.overlaps(network)), None)


def _suitable(network: _Network, smallest: int, largest: int) -> str:
    """The same for a VPC, which may not lie everywhere."""
    fitting = _fitting(network, smallest, largest)
    return _VPC_EXAMPLE if _reserved(ipaddress.IPv4Network(fitting)) else fitting


def _source(value: str) -> str:
    _parse(value, _EXAMPLE, ipv6=True)
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

ClientCidr = Annotated[str, _client_network()]
"""Clients, of IPv4 or IPv6. `plan/edge/ipv6.py` refuses IPv6 where no such client reaches the load balancer."""

FirewallCidr = Annotated[str, _client_network(largest=1)]
"""An IP set of the firewall takes every range but /0: https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSet.html"""

Source = Annotated[str, AfterValidator(_source)]
"""A client network of a route, of IPv4 or IPv6."""
