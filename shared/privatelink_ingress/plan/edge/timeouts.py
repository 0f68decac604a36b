"""Idle timeouts from the client to the application: the load balancer's must be the one that ends a silent request.

client → load balancer (`loadBalancer.idleTimeout`) → endpoint and network load balancer (350 s, `LONGEST_IDLE`) →
controller (`keepalive-timeout` of its connections, `proxy-read-timeout` for the application's answer). What clients get
otherwise, 502 and 504:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.load_balancer import LONGEST_IDLE

_MARGIN = 15
"""Seconds by which a suggested keep-alive is above the idle timeout, as the default of 75 is above 60."""


def misfits(where: str, label: str, contract: Contract, *, idle_timeout: int | None) -> Iterator[Problem]:
    """Timeouts of a backend that do not fit the load balancer's. Nothing is said of one that is not known.

    Args:
        where: Key path of the backend.
        label: The backend as messages name it.
        contract: What it publishes.
        idle_timeout: Seconds, of the load balancer.
    """
    if idle_timeout is None:
        return
    edge = f"loadBalancer.idleTimeout ({idle_timeout} s) of the edge"
    kept, read = contract.keepalive_seconds, contract.read_timeout_seconds
    if kept is not None and kept <= idle_timeout:
        yield Problem(
            where,
            f"{label} has controller.config.keepalive-timeout {kept:g} s, not above {edge}, so requests would end in "
            "502",
            f'Write keepalive-timeout: "{idle_timeout + _MARGIN}s" there, or {_shorter(math.ceil(kept) - 1)}.',
        )
    if read is not None and read > idle_timeout:
        longer = f", or idleTimeout: {math.ceil(read)}, with a keepalive-timeout above it"
        yield Problem(
            where,
            f"{label} has controller.config.proxy-read-timeout {read:g} s, above {edge}, which answers with 504 before",
            f'Write proxy-read-timeout: "{idle_timeout}s" or less there{longer if read <= LONGEST_IDLE else ""}.',
        )


def _shorter(seconds: int) -> str:
    return f"idleTimeout: {seconds} or less" if seconds >= 1 else "remove keepalive-timeout there"
