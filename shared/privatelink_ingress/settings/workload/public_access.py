"""Networks that may reach the cluster's API over the internet: named ones, and never the world in pieces."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting
from privatelink_ingress.settings.networks import Cidr

WIDEST = 8
"""Prefix of the largest network, and as many addresses in all: 1/256 of the internet, more than any company or provider
of networks has in one place. An own choice, so that 0.0.0.0/1 beside 128.0.0.0/1 is as wrong as 0.0.0.0/0."""

_NEVER_SEEN = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
    )
)
"""Nobody calls over the internet from these, and EKS refuses private and reserved ones:
https://docs.aws.amazon.com/eks/latest/userguide/config-cluster-endpoint.html"""


def too_wide(cidrs: Iterable[str]) -> bool:
    """Whether networks together hold more addresses than the largest that may stand alone."""
    networks = ipaddress.collapse_addresses(map(ipaddress.IPv4Network, cidrs))
    return sum(network.num_addresses for network in networks) > 2 ** (32 - WIDEST)


def _named_networks(cidrs: tuple[str, ...]) -> tuple[str, ...]:
    networks = [ipaddress.IPv4Network(cidr) for cidr in cidrs]
    for index, network in enumerate(networks):
        if network.prefixlen < WIDEST:
            raise InvalidSetting(
                f"is '{network}', which opens the API to {'all' if network.prefixlen == 0 else 'a large part'} of the "
                "internet",
                "Write the networks that operators and deployments come from, such as 198.51.100.0/24.",
                at=(index,),
            )
        if private := next((block for block in _NEVER_SEEN if block.overlaps(network)), None):
            raise InvalidSetting(
                f"is '{network}', of which {private} never reaches a public endpoint",
                "Write public addresses. From a private network the API is reached by its private endpoint.",
                at=(index,),
            )
    if too_wide(cidrs):
        raise InvalidSetting(
            f"has networks that together are larger than a /{WIDEST}, a large part of the internet",
            "Write fewer or smaller ones: those that operators and deployments come from.",
        )
    return cidrs


PublicAccessCidrs = Annotated[tuple[Cidr, ...], Field(max_length=40), UNIQUE, AfterValidator(_named_networks)]
"""At most 40: https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html"""
