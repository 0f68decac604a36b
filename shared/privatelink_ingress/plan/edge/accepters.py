"""Who accepts endpoints of a service with `acceptanceRequired`: the edge, in a role of the service's owner."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.backends import Backend
from privatelink_ingress.settings.edge import Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccepterPlan:
    """The provider of the service's owner that accepts endpoints. Backends with the same role and Region share it."""

    provider: str
    """The provider's name."""
    role_arn: str
    external_id: str | None
    account_id: str
    """Owner of the service: the one account that the provider may touch."""
    region: str
    """Of the service."""


def plan_accepter(backend: Backend, contract: Contract) -> AccepterPlan | None:
    """The accepter of one backend, or none: then a human accepts, where the service asks for it.

    It follows from the stack file alone, not from `acceptance_required`: to accept what is accepted changes nothing,
    and a service that begins to ask later finds its accepter.
    """
    if backend.accepter_role_arn is None:
        return None
    role = Arn.parse(backend.accepter_role_arn).name
    return AccepterPlan(
        provider=f"accepter-{contract.account_id}-{role}-{contract.region}",
        role_arn=backend.accepter_role_arn,
        external_id=backend.accepter_external_id,
        account_id=contract.account_id,
        region=contract.region,
    )


def check(connections: Mapping[str, Connection], contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """What is wrong with accepters, by `Backend.source`: of another account, or one role with two external ids."""
    said: dict[str, tuple[str, str | None]] = {}
    for where, backend, contract in _backends(connections, contracts):
        plan = plan_accepter(backend, contract)
        if plan is None:
            continue
        if (owner := Arn.parse(plan.role_arn).account_id) != plan.account_id:
            yield Problem(
                f"{where}.accepterRoleArn",
                f"is of account {owner}, but {backend.label} is of {plan.account_id}, and only it can accept",
                f"Write a role of account {plan.account_id}.",
            )
        elsewhere, external_id = said.setdefault(plan.provider, (where, plan.external_id))
        if external_id != plan.external_id:
            yield Problem(
                f"{where}.accepterExternalId",
                f"is {_shown(plan.external_id)}, but {_shown(external_id)} for the same role at {elsewhere}",
                "Write the same at both.",
            )


def waiting(connections: Mapping[str, Connection], contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """A warning for each backend whose endpoint waits for a human: allowed, since one may be there."""
    for where, backend, contract in _backends(connections, contracts):
        if contract.acceptance_required and backend.accepter_role_arn is None:
            region, service = contract.region, contract.endpoint_service_id
            yield Problem(
                where,
                f"account {contract.account_id} accepts endpoints of {backend.label} one by one: a new one waits, and "
                "no request gets through until then",
                "Write accepterRoleArn, a role of that account that may accept. Or there, with the id that the first "
                f"command lists: aws ec2 describe-vpc-endpoint-connections --region {region} --filters "
                f"Name=service-id,Values={service} Name=vpc-endpoint-state,Values=pendingAcceptance; then aws ec2 "
                f"accept-vpc-endpoint-connections --region {region} --service-id {service} --vpc-endpoint-ids <id>",
            )


def _backends(
    connections: Mapping[str, Connection], contracts: Mapping[str, Contract]
) -> Iterator[tuple[str, Backend, Contract]]:
    for name, connection in sorted(connections.items()):
        for place, backend in enumerate(connection.backends):
            yield f"connections.{name}.backends[{place}]", backend, contracts[backend.source]


def _shown(external_id: str | None) -> str:
    return "not set" if external_id is None else f"{external_id!r}"
