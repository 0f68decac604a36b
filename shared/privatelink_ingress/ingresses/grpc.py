"""gRPC from the edge to the pods: every load balancer and the controller have to speak it."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.ingresses.model import GRPC, Conventions, Manifest, annotation_field, annotations_of
from privatelink_ingress.problems import Problem


def problems(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """GRPC to Services, where the controller has no HTTP/2."""
    if GRPC in annotations_of(ingress) and not conventions.http2:
        yield Problem(
            annotation_field(GRPC),
            "asks for gRPC, and the stack's publication.http2 is false: the controller logs an error and speaks "
            "HTTP/1.1 to the Service",
            "Ask the platform team for publication.http2: true and protocol: https in the stack file, or remove it and "
            "offer gRPC-Web or JSON over HTTP/1.1.",
        )
