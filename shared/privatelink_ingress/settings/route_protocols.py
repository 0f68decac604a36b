"""The protocol of a route to its service, and what a connection cannot have beside a route that forwards gRPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from privatelink_ingress.settings.fields import InvalidSetting

RouteProtocol = Literal["http1", "http2", "grpc"]

ProtocolVersion = Literal["HTTP1", "HTTP2", "GRPC"]
"""ProtocolVersion of CreateTargetGroup, ELBv2 API."""

VERSIONS: Mapping[RouteProtocol, ProtocolVersion] = {"http1": "HTTP1", "http2": "HTTP2", "grpc": "GRPC"}

_APART = "publish these routes as a connection of their own"


def check_protocols(protocols: Sequence[RouteProtocol], *, maintenance: bool, sticky: bool, signs_in: bool) -> None:
    """Refuse what a rule for HTTP/2 or gRPC cannot do: it only forwards.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html, section
    "Protocol version".

    Raises:
        InvalidSetting: at the connection's key.
    """
    newer = [(index, protocol) for index, protocol in enumerate(protocols) if protocol != "http1"]
    grpc = [f"routes[{index}]" for index, protocol in newer if protocol == "grpc"]
    if newer and signs_in:
        index, protocol = newer[0]
        raise InvalidSetting(
            f"is set, but routes[{index}] has protocol: {protocol}, and the load balancer only forwards such requests",
            f"Remove it and check tokens in the application, or {_APART}.",
            at=("signIn",),
        )
    if grpc and maintenance:
        raise InvalidSetting(
            f"is maintenance, but {grpc[0]} has protocol: grpc, and a gRPC client cannot read the page",
            f"Remove the route while the connection is in maintenance: its clients then get 404, which gRPC reports as "
            f"UNIMPLEMENTED. Or {_APART}.",
            at=("state",),
        )
    if grpc and sticky:
        raise InvalidSetting(
            f"is set, but {grpc[0]} has protocol: grpc, and gRPC clients keep no cookies",
            f"Remove it, or {_APART}.",
            at=("stickinessSeconds",),
        )
