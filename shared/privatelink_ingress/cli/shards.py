"""The shard of an attached stack before `pulumi up`: as it is deployed, or as its own stack file plans it."""

from __future__ import annotations

from privatelink_ingress.aws.preflight import shards as live
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli import references
from privatelink_ingress.contracts.shard import PROJECT, ShardContract
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.stack_names import short
from privatelink_ingress.trace.preflight.shards import Shard

NOUNS = {
    "vpc_id": "VPC",
    "endpoint_subnet_ids": "endpoint subnets",
    "endpoint_security_group_id": "security group of endpoints",
    "listener_arn": "HTTPS listener",
}
"""Fields of a shard's contract whose values AWS chooses."""


def of(unit: Unit, reads: Reads, known: references.Known) -> Shard | None:
    """The shard of an attached stack; None for another stack."""
    settings = unit.stack.settings
    if not isinstance(settings, AttachedSettings):
        return None
    label = f"{PROJECT}/{short(settings.edge_stack)}"
    plan = known.edge_plan(label)
    network, planned = plan.network.existing, plan.site.endpoint_subnets
    wanted = live.Wanted(
        label=label,
        load_balancer=plan.load_balancer_name,
        subnets=tuple(one.id for one in network.endpoint.values()) if network else tuple(one.cidr for one in planned),
    )
    found = reads.part("the shard", lambda: live.outputs(reads.account, wanted), {})
    contract = ShardContract.read({**references.shard_outputs(plan), **found}, label)
    return Shard(label=label, contract=contract, missing=tuple(noun for key, noun in NOUNS.items() if key not in found))
