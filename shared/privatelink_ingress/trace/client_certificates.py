"""The hop at which the load balancer asks the client for a certificate, while TLS is negotiated."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.plan.edge.mutual_tls import HEADERS
from privatelink_ingress.trace.hops import Hop, Path, Stopped

HOP = "Client certificate"


def ask(path: Path) -> Iterator[Hop]:
    """Mutual TLS of the listener. Only the load balancer can verify a certificate, so none is verified here."""
    mode, request = path.listener.client_certificates, path.request
    evidence = f"mutual TLS: {mode}"
    if mode == "verify":
        if request.signed_in:
            evidence += "; followed as a client with a certificate that the trust store knows"
            yield Hop(name=HOP, verdict="passes", evidence=evidence)
        elif request.client_certificate:
            reason = "only the load balancer can verify the certificate; followed as if it were valid"
            yield Hop(name=HOP, verdict="not seen", evidence=evidence, reason=reason)
        else:
            reason = "the client shows no certificate, so the load balancer ends the TLS handshake"
            raise Stopped(HOP, evidence, reason, "Add --client-certificate to follow a client that has one.")
    elif mode == "passthrough":
        if request.signed_in:
            yield Hop(name=HOP, verdict="passes", evidence=evidence)
        else:
            reason = "nothing verifies the certificate, or that there is one, before the request reaches the service"
            yield Hop(name=HOP, verdict="warns", evidence=evidence, reason=reason)
    yield from _forged(path, mode)


def _forged(path: Path, mode: str) -> Iterator[Hop]:
    sent = sorted({name for name, _ in path.request.headers if name.lower() in HEADERS})
    if sent and mode != "verify":
        reason = f"the client sends {', '.join(sent)}, and AWS does not document that the load balancer removes it"
        remedy = "See docs/mutual-tls.md: a service must not take it for a certificate."
        yield Hop(name=HOP, verdict="warns", evidence=f"mutual TLS: {mode}", reason=reason, remedy=remedy)
