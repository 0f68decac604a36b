"""Existing VPCs and subnets that a stack uses without changing them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings, ZoneId, matching

VpcId = Annotated[str, matching(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, such as vpc-0123456789abcdef0")]

SubnetId = Annotated[str, matching(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, such as subnet-0123456789abcdef0")]

SubnetIds = Annotated[tuple[SubnetId, ...], Field(min_length=2, max_length=6), UNIQUE]
"""One for each zone; AWS has no region with more than six."""

ZoneIds = Annotated[tuple[ZoneId, ...], Field(min_length=2, max_length=6), UNIQUE]


class ExistingEdgeNetwork(Settings):
    """An existing VPC for this stack's load balancer and endpoints."""

    vpc_id: VpcId
    public_subnet_ids: SubnetIds
    """Subnets of the load balancer, one for each zone, with a route to the VPC's internet gateway."""
    endpoint_subnet_ids: SubnetIds
    """Subnets of the interface endpoints, one for each of those zones, that nothing else uses: the stack chooses the
    endpoints' addresses in them."""
    zone_ids: ZoneIds | None = None
    """The zones of those subnets. Only for the commands that read stack files without AWS; `pulumi` compares them."""

    @model_validator(mode="after")
    def _zones_of_the_subnets(self) -> Self:
        check_zones(self.zone_ids, publicSubnetIds=self.public_subnet_ids, endpointSubnetIds=self.endpoint_subnet_ids)
        if len(self.public_subnet_ids) != len(self.endpoint_subnet_ids):
            raise InvalidSetting(
                f"has {_entries(self.endpoint_subnet_ids)}, but publicSubnetIds has {len(self.public_subnet_ids)}",
                "Write one subnet of each zone in both.",
                at=("endpointSubnetIds",),
            )
        for index, subnet_id in enumerate(self.endpoint_subnet_ids):
            if subnet_id in self.public_subnet_ids:
                raise InvalidSetting(
                    f"is {subnet_id}, which publicSubnetIds has too: AWS gives the load balancer any address there, "
                    "also one that the stack plans for an endpoint",
                    "Write a subnet that only the endpoints use.",
                    at=("endpointSubnetIds", index),
                )
        return self


def check_zones(zone_ids: tuple[str, ...] | None, **subnets: tuple[str, ...] | None) -> None:
    """Refuse `zoneIds` that are not as many as the subnets, which are given by their keys.

    Raises:
        InvalidSetting: when they are more or fewer.
    """
    for key, ids in subnets.items():
        if ids and zone_ids and len(ids) != len(zone_ids):
            reason = f"has {_entries(zone_ids)}, but {key} has {len(ids)}"
            raise InvalidSetting(reason, "Write the zone of each subnet.", at=("zoneIds",))


def _entries(values: tuple[str, ...]) -> str:
    return f"{len(values)} entries"
