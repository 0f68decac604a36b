"""What `demo` asks of the system that it deployed: requests, and where each must end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress import stack_names
from privatelink_ingress.fleet import examples
from privatelink_ingress.local.deploy import Stack
from privatelink_ingress.plan.routing.routes import plan_all
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.trace import ingress_hop
from privatelink_ingress.trace.trace import Outcome, Trace


@dataclasses.dataclass(frozen=True, kw_only=True)
class Expectation:
    """A request and where its trace must end."""

    url: str
    outcome: Outcome
    status: int | None = None
    method: str = "GET"
    headers: tuple[str, ...] = ()
    source: str | None = None
    speaks: RouteProtocol | None = None

    def __str__(self) -> str:
        """As a failed one is told: `GET https://… must be answered with 404`."""
        ends = f"be answered with {self.status}" if self.outcome == "answered" else self.outcome
        must = {"reached": "reach the cluster", "stopped": "stop on the way"}.get(self.outcome, ends)
        return f"{self.method} {self.url} must {must}"


def of_stacks(stacks: list[Stack]) -> Iterator[Expectation]:
    """A request for each route and host of every shard, one for a host that nobody publishes, and plain HTTP."""
    edges = [(stack, stack.settings) for stack in stacks if isinstance(stack.settings, EdgeSettings)]
    attached = [stack.settings for stack in stacks if isinstance(stack.settings, AttachedSettings)]
    for stack, edge in edges:
        others = [one for one in attached if stack_names.short(one.edge_stack) == stack.file.stack]
        published = [routes for settings in (edge, *others) for routes in plan_all(settings.connections)]
        expected = [_reaching(example) for example in examples.of_shard(published) if example.active]
        if expected:
            first = expected[0].url.removeprefix("https://")
            domain = first.partition("/")[0].partition(".")[2]
            # No name leads to one of several load balancers, so none of them is asked.
            alone = len(edges) == 1
            unknown = Expectation(url=f"https://unknown.{domain}/", outcome="stopped")
            expected.append(dataclasses.replace(unknown, outcome="answered", status=404) if alone else unknown)
            redirects = edge.load_balancer.redirect_http
            expected.append(
                Expectation(
                    url=f"http://{first}",
                    outcome="answered" if redirects else "stopped",
                    status=301 if redirects else None,
                )
            )
        yield from expected


def met(trace: Trace, expected: Expectation) -> bool:
    """Whether a trace ended where it must."""
    if expected.outcome == "reached" and trace.hops[-1].name == ingress_hop.HOP:
        return True  # it came to the cluster; whether an Ingress there takes it is its team's matter
    return (trace.outcome, trace.status) == (expected.outcome, expected.status)


def _reaching(example: examples.Example) -> Expectation:
    return Expectation(
        url=example.url,
        outcome="reached",
        method=example.method,
        headers=example.headers,
        source=example.source,
        speaks=example.speaks,
    )
