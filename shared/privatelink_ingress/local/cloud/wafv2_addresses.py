"""IP sets of the emulated WAFv2 as AWS accepts them."""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.local.cloud.hardening import Params, before, refuse
from privatelink_ingress.local.cloud.wafv2_shapes import invalid

LARGEST_IP_SET = 10_000
"""Addresses: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


@before(WAFV2Response, "create_ip_set", "update_ip_set")
def addresses_are_ranges(request: Any, params: Params) -> None:
    """An IP set holds CIDR ranges of its address version, of any size but /0 (API reference, IPSet: Addresses)."""
    if len(params["Addresses"]) > LARGEST_IP_SET:
        refuse("WAFLimitsExceededException", "AWS WAF couldn't perform the operation because you exceeded your limit")
    version = {"IPV4": 4, "IPV6": 6}.get(params.get("IPAddressVersion", ""))
    for address in params["Addresses"]:
        try:
            network = ipaddress.ip_network(address)
        except ValueError:
            network = None
        if (
            network is None
            or not address.partition("/")[2].isdecimal()
            or version not in (None, network.version)
            or not network.prefixlen
        ):
            invalid("IP_ADDRESS", address, "a CIDR range of the set's address version, without host bits, not /0")
