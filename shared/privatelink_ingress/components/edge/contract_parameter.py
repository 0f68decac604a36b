"""The parameter that holds a shard's contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.contract_parameter import ContractParameterPlan


def contract_parameter(
    parent: Component, name: str, plan: ContractParameterPlan, contract: Mapping[str, Any], *, tags: Mapping[str, str]
) -> aws.ssm.Parameter:
    """The parameter, child of `parent`; `contract` has the fields of `shard.ShardContract`."""
    return aws.ssm.Parameter(
        name,
        name=plan.name,
        type="String",
        tier=plan.tier,
        description="What attached stacks read of this load balancer",
        # Readable in previews; nothing in a contract is secret. No `overwrite`: another shard's stays its own.
        insecure_value=Output.json_dumps(contract),
        tags=dict(tags),
        opts=parent.child(delete_before_replace=True),
    )
