"""Looks up the zones of AWS's services before planning: an endpoint can only be in zones that have its service."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups.look_up import LookUp, all_of

TITLE = "The services of the endpoints cannot be looked up"


async def find(
    keys: Mapping[str, str], region: str, provider: aws.Provider, *, zone_ids: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """The ids of the zones that have each service, by its short name.

    Args:
        keys: The setting that asks for each service, by its short name.
        region: Of the VPC.
        provider: Of the VPC.
        zone_ids: By the account's name of each zone, since AWS names the zones of a service.

    Raises:
        UserError: with every service that cannot be looked up, and AWS's answer.
    """
    remedy = (
        "Write the last part of a name that `aws ec2 describe-vpc-endpoint-services --filters "
        f"Name=service-type,Values=Interface --region {region}` lists."
    )

    async def one(service: str, where: str) -> aws.ec2.GetVpcEndpointServiceResult:
        look_up = LookUp(provider, where, f"needs {service}, which", title=TITLE, remedy=remedy)
        name = f"com.amazonaws.{region}.{service}"
        result = aws.ec2.GetVpcEndpointServiceResult
        return await look_up.one(t.GET_ENDPOINT_SERVICE, result, serviceName=name, serviceType="Interface")

    found = await all_of(TITLE, *(one(service, where) for service, where in keys.items()))
    return {
        service: frozenset(zone_ids[name] for name in answer.availability_zones if name in zone_ids)
        for service, answer in zip(keys, found, strict=True)
    }
