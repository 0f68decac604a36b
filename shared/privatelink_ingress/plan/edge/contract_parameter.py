"""The parameter with a shard's contract, for attached stacks that may not open the shard's state."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Literal

from privatelink_ingress.problems import Problem, UserError

STANDARD, ADVANCED = 4096, 8192
"""Characters in a parameter of each tier.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"""

DEPLOYED = 1200
"""Characters that ids, ARNs and names of a load balancer in six zones take at most."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContractParameterPlan:
    """One parameter."""

    name: str
    tier: Literal["Standard", "Advanced"]
    """Standard costs nothing."""


def plan_contract_parameter(prefix: str | None, stack: str, planned: Mapping[str, Any]) -> ContractParameterPlan | None:
    """The parameter; None without a prefix.

    Args:
        prefix: `contractPrefix` of the stack file.
        stack: The shard.
        planned: The part of the contract that is known before anything exists.

    Raises:
        UserError: when the names of the certificates do not fit a parameter.
    """
    if prefix is None:
        return None
    size = len(json.dumps(planned)) + DEPLOYED
    if size > ADVANCED:
        problem = Problem(
            "contractPrefix",
            f"needs a parameter of some {size} characters for the names of all certificates, but one takes {ADVANCED}",
            "Let certificates cover hosts by wildcards, or leave contractPrefix out.",
        )
        raise UserError("The contract fits no parameter", [problem])
    return ContractParameterPlan(name=f"{prefix}/{stack}", tier="Standard" if size <= STANDARD else "Advanced")
