"""The shard of an attached stack, and the rights on it: the policies of attached stacks name what their shard has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.account.deployers import attached
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight import bootstrap_roles
from privatelink_ingress.trace.preflight.planned import Planned

WHERE = "Rights"
"""Where findings about rights are."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shard:
    """What an attached stack uses."""

    label: str
    """`central-ingress/<stack>`."""
    contract: ShardContract
    missing: tuple[str, ...] = ()
    """What was not found in the account, so that the contract has stand-ins for its ids; empty for a deployed shard."""


def grants(planned: Planned, settings: AttachedSettings, shard: Shard) -> Grants:
    """The rights of the stack's role, without those on resources of the shard that have no ids yet."""
    every = attached.grants(
        shard.contract,
        planned.stack,
        bootstrap_roles.services(planned),
        bootstrap_roles.contracts(settings),
        edge_parameter=settings.edge_parameter,
        cross_region=bootstrap_roles.crosses_regions(planned),
        user_pools=bootstrap_roles.user_pools(settings),
        existing_certificates=bootstrap_roles.certificates(settings, planned.region),
    )
    if not shard.missing:
        return every
    contract = shard.contract
    unknown = (
        contract.vpc_id,
        contract.endpoint_security_group_id,
        contract.listener_arn,
        *contract.endpoint_subnet_ids.values(),
    )
    return {type_: tuple(one for one in of_type if not _is_on(one, unknown)) for type_, of_type in every.items()}


def judge(planned: Planned, shard: Shard | None) -> Iterator[Diagnosis]:
    """What is not asked for; nothing for a stack that is not attached."""
    if shard is None or not shard.missing:
        return
    reason = (
        f"the permissions on the {', '.join(shard.missing)} of {shard.label} were not simulated: policies name "
        "resources by id, and these ids were not found in the account"
    )
    yield found(planned.label, "not seen", WHERE, reason, f"Run this again when {shard.label} is deployed.")


def _is_on(grant: Grant, ids: Sequence[str]) -> bool:
    return any(resource.endswith(id_) for resource in grant.resources for id_ in ids)
