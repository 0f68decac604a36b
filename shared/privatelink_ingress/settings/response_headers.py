"""Headers that the load balancer sets in every response of a shard, whatever the application sends.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import InvalidSetting, Settings, matching

YEAR = 31_536_000
"""Seconds; the least for browsers' own lists: https://hstspreload.org/#submission-requirements"""


class StrictTransportSecurity(Settings):
    """For how long, and for which names, browsers use HTTPS alone.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security
    """

    enabled: bool = True
    """False leaves the header to the applications."""
    seconds: Annotated[int, Field(ge=0)] = YEAR
    """0 has browsers forget it."""
    subdomains: bool = False
    """Also for all names below each host."""
    preload: bool = False
    """The owner of the domain agrees to have it in the lists that browsers bring along."""

    @model_validator(mode="after")
    def _as_the_lists_require(self) -> Self:
        if self.preload and not (self.subdomains and self.seconds >= YEAR):
            raise InvalidSetting(
                f"is true, and the lists of browsers take domains with subdomains: true and seconds from {YEAR} alone",
                "Write both beside it, or remove preload.",
                at=("preload",),
            )
        return self


class ResponseHeaders(Settings):
    """Security headers, each of which replaces the application's own."""

    strict_transport_security: StrictTransportSecurity = StrictTransportSecurity()
    content_type_options: Literal["nosniff", "none"] = "nosniff"
    """Whether browsers keep to the content type that the response names."""
    frame_options: Literal["DENY", "SAMEORIGIN", "none"] = "SAMEORIGIN"
    """Which pages may show a response in a frame."""
    content_security_policy: (
        Annotated[str, matching(r"[ -~]{1,1024}", "1-1024 visible ASCII characters, such as default-src 'self'")] | None
    ) = None
    """One policy for every host of the load balancer; without it, the applications' own policies reach the client."""
    server: bool = False
    """True keeps the header `Server: awselb/2.0` in answers of the load balancer itself."""
