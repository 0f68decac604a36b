"""Follows one request through the deployed system, hop by hop, to where it ends, with the reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.trace import (
    client_certificates,
    dns_hop,
    edge_hops,
    ingress_hop,
    public_dns_hop,
    refusals,
    rule_hop,
    sign_in,
    workload_hops,
)
from privatelink_ingress.trace.hops import Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.topology import Topology

Outcome = Literal["reached", "answered", "stopped", "not seen"]

_STEPS: tuple[Callable[[Path], Iterator[Hop]], ...] = (
    dns_hop.resolve,
    public_dns_hop.compare,
    edge_hops.connect,
    edge_hops.secure,
    client_certificates.ask,
    refusals.refuse,
    edge_hops.screen,
    rule_hop.choose,
    sign_in.ask,
    edge_hops.spread,
    edge_hops.enter_endpoints,
    workload_hops.cross_private_link,
    workload_hops.balance,
    workload_hops.arrive,
    ingress_hop.serve,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trace:
    """A request's path and its end."""

    url: str
    method: str
    hops: tuple[Hop, ...]
    outcome: Outcome
    """`reached`: the Service that the cluster's Ingresses name, or the controller's node ports where those cannot be
    seen; `answered`: by the load balancer or the controller itself; `stopped`: nowhere; `not seen`: the next part of
    its way could not be read."""
    status: int | None = None
    """HTTP status of such an answer."""

    @property
    def reached(self) -> bool:
        """Whether the request gets as far as can be seen."""
        return self.outcome == "reached"

    @property
    def end(self) -> str:
        """Where it ended, in words: `reached its Service`."""
        by_controller = self.hops[-1].name == ingress_hop.HOP
        if self.outcome == "reached":
            seen = by_controller and self.hops[-1].verdict == "passes"
            return "reached " + ("its Service" if seen else "the controller's node ports")
        if self.outcome == "answered":
            return f"answered {self.status} by the {'controller' if by_controller else 'load balancer'}"
        verb = "not followed past" if self.outcome == "not seen" else "stopped at"
        return f"{verb}: {self.hops[-1].name}"


def trace(
    url: str,
    topology: Topology,
    *,
    method: str = "GET",
    headers: Iterable[str] = (),
    source: str | None = None,
    body_size: int = 0,
    speaks: RouteProtocol | None = None,
    signed_in: bool = False,
    client_certificate: bool = False,
) -> Trace:
    """Follow a request for `url`. The other arguments, and the error, are those of `Request.parse`.

    With `signed_in`, it is followed as that of a client that has signed in, and that has a certificate which the load
    balancer trusts where it asks for one; with `client_certificate`, as that of a client with any certificate.
    """
    request = Request.parse(url, method=method, headers=headers, source=source, body_size=body_size, speaks=speaks)
    request = dataclasses.replace(request, signed_in=signed_in, client_certificate=client_certificate)
    return follow(url, Path(request=request, topology=topology))


def follow(url: str, path: Path) -> Trace:
    """Follow the request of a path, which then has what the hops found."""
    hops, method = list[Hop](), path.request.method
    for step in _STEPS:
        try:
            hops.extend(step(path))
        except Stopped as stop:
            hops.append(stop.hop)
            outcome: Outcome = "not seen" if isinstance(stop, Unseen) else "answered" if stop.status else "stopped"
            return Trace(url=url, method=method, hops=tuple(hops), outcome=outcome, status=stop.status)
    return Trace(url=url, method=method, hops=tuple(hops), outcome="reached")
