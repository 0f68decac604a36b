"""The connections of one stack: their backends, and the rules that lead requests to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.edge import accepters as accepter_plans
from privatelink_ingress.plan.edge import backends, certificates, dns
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.plan.routing import routes as routing
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, Problems
from privatelink_ingress.settings.ipv6 import has_records
from privatelink_ingress.settings.pages import FixedPage
from privatelink_ingress.settings.sign_in import SignIn


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionPlan:
    """One published service."""

    name: str
    owner: str
    backends: tuple[BackendPlan, ...]
    """By position, one or two."""
    stickiness_seconds: int | None
    """How long a client stays with one of two backends."""
    maintenance: bool
    """Whether the load balancer answers 503 itself. Endpoints and targets stay."""
    maintenance_page: FixedPage
    """That answer."""
    sign_in: SignIn | None
    """How clients sign in, where a rule says so. In maintenance nobody is asked to."""
    hosts: tuple[str, ...]
    records: tuple[str, ...]
    """The hosts whose DNS records belong to it."""
    record_types: tuple[str, ...]
    """A, and AAAA where IPv6 is published."""
    hosted_zone_id: str
    """Of the records."""
    rules: tuple[routing.Rule, ...]
    certificate: certificates.CertificatesPlan | None
    """Its own, beside the load balancer's."""


def plan_connections(
    published: Sequence[RoutePlan],
    contracts: Mapping[str, Contract],
    site: EdgeSite,
    *,
    stack: str,
    found: FoundCertificates | None = None,
) -> tuple[ConnectionPlan, ...]:
    """The plans of one stack's connections, by name.

    Args:
        published: The routes of each connection.
        contracts: What the backends publish, by `Backend.source`.
        site: The edge.
        stack: Name of the stack that holds the connections.
        found: Their own existing certificates, if AWS was asked for them.

    Raises:
        UserError: with everything that does not fit: within one connection, between them, and with the edge.
    """
    entries = {routes.name: routes.connection for routes in published}
    problems = Problems(check_together(published, site, found))
    problems += dns.check_names(published)
    problems += accepter_plans.check(entries, contracts)
    planned = []
    for routes in sorted(published, key=lambda routes: routes.name):
        with problems.collect():
            planned.append(plan_connection(routes, contracts, site, stack=stack, siblings=entries))
    problems.raise_all(f"The connections of stack {stack} cannot be published")
    return tuple(planned)


def plan_connection(
    routes: RoutePlan, contracts: Mapping[str, Contract], site: EdgeSite, *, stack: str, siblings: Collection[str] = ()
) -> ConnectionPlan:
    """The plan of one connection. `siblings` names all connections of the stack; the rest as of `plan_connections`.

    Raises:
        UserError: with everything that does not fit between its backends' contracts and the edge.
    """
    name, connection = routes.name, routes.connection
    problems, planned = Problems(), []
    for index, backend in enumerate(connection.backends):
        with problems.collect():
            planned.append(
                backends.plan_backend(
                    name, connection, index, contracts[backend.source], site, stack=stack, siblings=siblings
                )
            )
    problems.raise_all(f"Connection {name} cannot be published")
    return ConnectionPlan(
        name=name,
        owner=connection.owner,
        backends=tuple(sorted(planned, key=lambda backend: backend.position)),
        stickiness_seconds=connection.stickiness_seconds,
        maintenance=connection.state == "maintenance",
        maintenance_page=connection.maintenance_page,
        sign_in=connection.sign_in,
        hosts=tuple(sorted(routes.hosts)),
        records=dns.records(routes),
        record_types=("A", "AAAA") if has_records(site.ipv6) else ("A",),
        hosted_zone_id=site.hosted_zone_id,
        rules=routes.rules,
        certificate=certificates.plan_own_certificate(connection.certificate, hosted_zone_id=site.hosted_zone_id)
        if connection.certificate
        else None,
    )


def check_together(
    published: Iterable[RoutePlan], site: EdgeSite, found: FoundCertificates | None = None
) -> list[Problem]:
    """Problems between connections of one load balancer, in one stack or in several."""
    published = tuple(published)
    return [
        *certificates.check_connections(
            published, site.certificates, account_id=site.account_id, region=site.region, found=found
        ),
        # A host that is in two connections by mistake has one message, not two.
        *(routing.check(published) or dns.check_owners(published)),
    ]


def exports(connections: Iterable[ConnectionPlan]) -> dict[str, Any]:
    """The output `connections` of an edge's stack, by name."""
    return {
        connection.name: {
            "hosts": list(connection.hosts),
            "priorities": [rule.priority for rule in connection.rules],
            "state": "maintenance" if connection.maintenance else "active",
            "backends": [
                {
                    "position": backend.position,
                    "generation": backend.generation,
                    "weight": backend.weight,
                    "endpoint_service_name": backend.endpoint_service_name,
                    "addresses": {target.zone_id: target.address for target in backend.targets},
                }
                for backend in connection.backends
            ],
        }
        for connection in connections
    }


def accepters(connections: Iterable[ConnectionPlan]) -> dict[str, ForeignRole]:
    """The providers that accept the connections' endpoints, by name."""
    plans = (backend.accepter for connection in connections for backend in connection.backends)
    return {plan.provider: plan for plan in plans if plan is not None}
