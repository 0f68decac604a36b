"""The headers of every response as the listener's attributes have them."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.settings.response_headers import ResponseHeaders, StrictTransportSecurity

OFF = ""
"""Takes a header back: the provider leaves an attribute that the program does not name as it is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResponseHeadersPlan:
    """Values of headers; `OFF` where the load balancer sets none."""

    strict_transport_security: str
    content_type_options: str
    frame_options: str
    content_security_policy: str
    server: bool


def plan_response_headers(settings: ResponseHeaders) -> ResponseHeadersPlan:
    """The headers that the stack file asks for."""
    return ResponseHeadersPlan(
        strict_transport_security=_hsts(settings.strict_transport_security),
        content_type_options=_unless_none(settings.content_type_options),
        frame_options=_unless_none(settings.frame_options),
        content_security_policy=settings.content_security_policy or OFF,
        server=settings.server,
    )


def _unless_none(value: str) -> str:
    return OFF if value == "none" else value


def _hsts(settings: StrictTransportSecurity) -> str:
    if not settings.enabled:
        return OFF
    words = [f"max-age={settings.seconds}"]
    words += ["includeSubDomains"] if settings.subdomains else []
    words += ["preload"] if settings.preload else []
    return "; ".join(words)
