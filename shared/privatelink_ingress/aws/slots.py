"""Asks AWS which connections have rules on a load balancer, and addresses in the endpoint subnets."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.aws.tagged import by_key, with_tags
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.edge import slots
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.slots import UsedAddress, UsedPriority


def used_priorities(plan: EdgeRemovalPlan, listener_arn: str) -> tuple[UsedPriority, ...]:
    """The rules of a listener, without its default rule. `plan` has the credentials.

    Raises:
        UserError: when AWS cannot be asked.
    """
    with _asking(plan, f"the rules of {listener_arn}") as owner:
        elbv2 = owner.client("elbv2")
        rules = read(elbv2, "describe_rules", "Rules", ListenerArn=listener_arn)
        numbered = [rule for rule in rules if rule["Priority"] != "default"]
        return tuple(
            UsedPriority(priority=int(rule["Priority"]), **_holder(found))
            for rule, found in with_tags(elbv2, numbered, "RuleArn")
        )


def used_addresses(plan: EdgeRemovalPlan, addresses: Mapping[str, str]) -> tuple[UsedAddress, ...]:
    """The network interfaces at these addresses, by the id of the subnet of each. `plan` has the credentials.

    Raises:
        UserError: when AWS cannot be asked.
    """
    with _asking(plan, f"the interfaces in {', '.join(sorted(addresses))}") as owner:
        ec2 = owner.client("ec2")
        filters = [
            {"Name": "subnet-id", "Values": list(addresses)},
            {"Name": "private-ip-address", "Values": list(addresses.values())},
        ]
        found = read(ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
        if not found:
            return ()
        owners = _endpoint_tags(ec2, {one["VpcId"] for one in found})
        return tuple(
            UsedAddress(address=one["PrivateIpAddress"], **_holder(owners.get(one["NetworkInterfaceId"], {})))
            for one in found
        )


def _endpoint_tags(ec2: Any, vpc_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """The tags of the endpoints of these VPCs, by the id of each of their interfaces."""
    filters = [{"Name": "vpc-id", "Values": list(vpc_ids)}]
    described = read(ec2, "describe_vpc_endpoints", "VpcEndpoints", Filters=filters)
    return {id_: by_key(one.get("Tags", [])) for one in described for id_ in one.get("NetworkInterfaceIds", ())}


def _holder(found: Mapping[str, str]) -> dict[str, str]:
    managed = found.get("ManagedBy") == tags.MANAGED_BY and {"Stack", "Connection"} <= found.keys()
    return {"stack": found["Stack"] if managed else "", "connection": found["Connection"] if managed else ""}


@contextlib.contextmanager
def _asking(plan: EdgeRemovalPlan, what: str) -> Generator[Account]:
    try:
        yield credentials.deploying(plan.account_id, plan.region, plan.role_arn, plan.external_id)
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise slots.unseen(plan.stack, what, str(error)) from None
