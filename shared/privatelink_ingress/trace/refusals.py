"""Requests that the load balancer itself refuses, whatever its rules say.

HTTP 405, 463 and 501:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.hops import Hop, Path, Stopped

HOP = "Load balancer"

MOST_FORWARDED = 30
"""Addresses in X-Forwarded-For, on the page above."""

ENCODINGS = ("chunked", "identity")
"""Values of Transfer-Encoding, on the page above."""


def refuse(path: Path) -> Iterator[Hop]:
    """Stop what no rule sees; nothing to tell of any other request."""
    request, evidence = path.request, path.balancer.name
    if request.method == "TRACE":
        raise Stopped(HOP, evidence, "it does not support the method TRACE", "Use another method.", status=405)
    addresses = _values(path, "x-forwarded-for")
    if len(addresses) > MOST_FORWARDED:
        reason = f"X-Forwarded-For has {len(addresses)} addresses, and it accepts {MOST_FORWARDED}"
        raise Stopped(HOP, evidence, reason, "Look for a loop of proxies in front of it.", status=463)
    unknown = [value for value in _values(path, "transfer-encoding") if value.lower() not in ENCODINGS]
    if unknown:
        reason = f"it does not implement Transfer-Encoding: {unknown[0]}"
        raise Stopped(HOP, evidence, reason, "Write chunked or identity, or use Content-Encoding.", status=501)
    yield from ()


def _values(path: Path, name: str) -> list[str]:
    """The values of a header that is a list, in all its lines."""
    held = (value for header, value in path.request.headers if header.lower() == name)
    return [part.strip() for value in held for part in value.split(",") if part.strip()]
