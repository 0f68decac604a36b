"""Rights of an edge stack's deployer to read contracts that are not in stacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers.grants import Grants, System
from privatelink_ingress.settings.bootstrap import EdgeRoles


def contract_reads(system: System, parameters: Iterable[str]) -> Grants:
    """Rights to read backends' contracts and look up their services, by the token of the look-up.

    Args:
        system: Account and region.
        parameters: Names of parameters of this account, or ARNs of those that others share with it.
    """
    arns = (one if one.startswith("arn:") else system.arn("ssm", f"parameter{one}") for one in parameters)
    named = tuple(dict.fromkeys(arns))
    services = t.GET_ENDPOINT_SERVICE
    return {
        **({t.GET_PARAMETER: (system.on_arn(["ssm:GetParameter"], *named),)} if named else {}),
        # The service of a contract that is not in a stack is looked up.
        services: (system.in_region("ec2:Describe*"),),
    }


def written_parameters(settings: EdgeRoles) -> Iterator[str]:
    """Names of the parameters that other accounts write here."""
    for writer in settings.parameter_writers.values():
        yield from (f"{writer.parameter_prefix}/{connection}" for connection in writer.connections)
