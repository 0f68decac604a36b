"""The plan of an attached stack: connections on the load balancer of a shard that another stack holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.edge import site as publishing
from privatelink_ingress.plan.edge.certificates import Coverage
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.shard import check_stack, edge_tags
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.attached import AttachedSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class AttachmentPlan:
    """The connections of one stack, and what they use."""

    tags: Mapping[str, str]
    shard: ShardContract
    connections: tuple[ConnectionPlan, ...]


def plan_attachment(
    settings: AttachedSettings,
    *,
    stack: str,
    region: str,
    shard: ShardContract,
    contracts: Mapping[str, Contract],
) -> AttachmentPlan:
    """Decide everything.

    Only this stack's own file is known here, so nothing tells which slots, names and routes other stacks of the shard
    have. None can clash silently: AWS refuses a listener rule with a priority that is taken, an endpoint at an address
    that is taken, and a second record of one name. `privatelink-ingress check` compares all files and finds it earlier.

    Args:
        settings: The stack file.
        stack: Name of the stack.
        region: Region of the stack.
        shard: What the shard publishes.
        contracts: For each backend's `stack`, as the settings write it, what it publishes.

    Raises:
        UserError: with everything that does not fit, before anything is registered.
    """
    site = _site(shard)
    if problems := check(settings, stack=stack, region=region, shard=site, contracts=contracts):
        raise UserError(f"Stack {stack} cannot be attached to {settings.edge_stack}", problems)
    return AttachmentPlan(
        tags=edge_tags(settings, stack),
        shard=shard,
        connections=publishing.plan(settings.connections, contracts, site, stack=stack),
    )


def check(
    settings: AttachedSettings,
    *,
    stack: str,
    region: str,
    shard: publishing.Shard,
    contracts: Mapping[str, Contract],
) -> list[Problem]:
    """What is wrong with one attached stack. Arguments as of `plan_attachment`; `shard` as its own stack plans it."""
    return [
        *check_stack(stack),
        *_check_shard(settings, region, shard),
        *publishing.check(settings.connections, contracts, shard),
    ]


def _site(shard: ShardContract) -> publishing.Shard:
    return publishing.Shard(
        account_id=shard.account_id,
        region=shard.region,
        endpoint_subnets=tuple(
            SubnetPlan(zone_id=zone_id, cidr=cidr) for zone_id, cidr in sorted(shard.endpoint_subnet_cidrs.items())
        ),
        zone_id=shard.hosted_zone_id,
        certificates=Coverage(domains=shard.certificate_domains, adopted=shard.adopted_certificate_arns),
    )


def _check_shard(settings: AttachedSettings, region: str, shard: publishing.Shard) -> list[Problem]:
    """An attached stack adds to resources of the shard, which are in one account and region."""
    name, problems = settings.edge_stack, []
    if settings.account_id != shard.account_id:
        reason = f"is {settings.account_id}, but edge stack {name} is in account {shard.account_id}"
        problems.append(Problem("accountId", reason, f'Write "{shard.account_id}", or attach to another stack.'))
    if region != shard.region:
        reason = f"is {region}, but edge stack {name} is in {shard.region}"
        problems.append(Problem("aws:region", reason, f"Write {shard.region}, or attach to another stack."))
    return problems
