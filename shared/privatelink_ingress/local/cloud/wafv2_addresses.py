"""IP sets of the emulated WAFv2 as AWS accepts them."""

from __future__ import annotations

import ipaddress
import json
import uuid
from typing import Any

from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo
from privatelink_ingress.local.cloud.wafv2_shapes import forget, invalid

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


@undo(WAFV2Response, "create_ip_set")
def no_ip_set(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    forget(request.wafv2_backend.ip_sets, params["Name"])


@after(WAFV2Response, "create_ip_set", "update_ip_set")
def lock_token_is_a_uuid(request: Any, params: Params, response: Any) -> Any:
    """A lock token is a UUID, or botocore's model refuses it on deletion (API reference, IPSetSummary: LockToken)."""
    status, headers, body = response
    for held in request.wafv2_backend.ip_sets.values():
        if held.name == params["Name"]:
            token = str(uuid.uuid4())
            body = body.replace(json.dumps(held.lock_token), json.dumps(token))
            held.lock_token = token
    return status, headers, body
