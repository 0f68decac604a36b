"""Whether a target group takes what a client speaks: HTTP/1.1, HTTP/2 or gRPC."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress.settings.route_protocols import ProtocolVersion
from privatelink_ingress.trace.request import Request

INCOMPATIBLE = 464
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html, HTTP 464."""

NAMES: Mapping[ProtocolVersion, str] = {"HTTP1": "HTTP/1.1", "HTTP2": "HTTP/2", "GRPC": "gRPC"}

REMEDY = (
    "Have the client speak what the route's protocol says, or give these requests a route of their own: for gRPC, with "
    "headers: {Content-Type: [application/grpc*]}."
)


def misfit(request: Request, version: ProtocolVersion) -> str:
    """Why the load balancer answers with 464; empty when it forwards.

    The combinations: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html,
    section "Protocol version".
    """
    if request.speaks == "http1" and version != "HTTP1":
        return f"the client speaks HTTP/1.1, and the group takes {NAMES[version]}"
    if request.speaks == "grpc" and version == "HTTP1":
        return "the client speaks gRPC, and the group takes HTTP/1.1"
    if request.speaks == "http2" and version == "GRPC" and request.method != "POST":
        return f"the request is a {request.method}, and a gRPC call is a POST"
    return ""
