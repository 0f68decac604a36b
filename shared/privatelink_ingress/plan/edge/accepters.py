"""Accepting endpoints of a service with `acceptanceRequired`: the edge does it, in a role of the service's owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.backends import Backend
from privatelink_ingress.settings.edge import Connection


def plan_accepter(backend: Backend, contract: Contract) -> ForeignRole | None:
    """The role of the service's owner that accepts one backend's endpoint, in the service's Region.

    Without one, a person accepts the endpoint if the service requires it. Backends with the same role and Region
    share its provider.

    It follows from the stack file alone, not from `acceptance_required`: accepting an accepted endpoint changes
    nothing, and a service that requires acceptance later already has its accepter.
    """
    if backend.accepter_role_arn is None:
        return None
    role = Arn.parse(backend.accepter_role_arn).name
    return ForeignRole(
        provider=f"accepter-{contract.account_id}-{role}-{contract.region}",
        role_arn=backend.accepter_role_arn,
        external_id=backend.accepter_external_id,
        account_id=contract.account_id,
        region=contract.region,
    )


def check(connections: Mapping[str, Connection], contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """Accepter roles of another account than the service, and roles with two external ids.

    Args:
        connections: By name.
        contracts: By `Backend.source`.
    """
    first: dict[str, tuple[str, str | None]] = {}
    for where, backend, contract in _backends(connections, contracts):
        plan = plan_accepter(backend, contract)
        if plan is None:
            continue
        if (owner := Arn.parse(plan.role_arn).account_id) != plan.account_id:
            yield Problem(
                f"{where}.accepterRoleArn",
                f"is a role of account {owner}, but only {plan.account_id}, which owns {backend.label}, can accept",
                f"Write a role of account {plan.account_id}.",
            )
        elsewhere, external_id = first.setdefault(plan.provider, (where, plan.external_id))
        if external_id != plan.external_id:
            yield Problem(
                f"{where}.accepterExternalId",
                f"is {_shown(plan.external_id)}, but {_shown(external_id)} for the same role at {elsewhere}",
                "Write the same at both.",
            )


def waiting(connections: Mapping[str, Connection], contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """A warning for each backend whose endpoint waits for a person to accept it: allowed, since someone may."""
    for where, backend, contract in _backends(connections, contracts):
        if contract.acceptance_required and backend.accepter_role_arn is None:
            region, service = contract.region, contract.endpoint_service_id
            yield Problem(
                where,
                f"account {contract.account_id} accepts endpoints of {backend.label} one by one: a new one waits, and "
                "requests fail until it is accepted",
                "Write accepterRoleArn, a role of that account that may accept. Or accept it there, with the id that "
                f"the first command lists: aws ec2 describe-vpc-endpoint-connections --region {region} --filters "
                f"Name=service-id,Values={service} Name=vpc-endpoint-state,Values=pendingAcceptance; then aws ec2 "
                f"accept-vpc-endpoint-connections --region {region} --service-id {service} --vpc-endpoint-ids <id>",
            )


def _backends(
    connections: Mapping[str, Connection], contracts: Mapping[str, Contract]
) -> Iterator[tuple[str, Backend, Contract]]:
    for name, connection in sorted(connections.items()):
        for index, backend in enumerate(connection.backends):
            yield f"connections.{name}.backends[{index}]", backend, contracts[backend.source]


def _shown(external_id: str | None) -> str:
    return "not set" if external_id is None else f"{external_id!r}"
