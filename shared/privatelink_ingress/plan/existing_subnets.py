"""Subnets and route tables of an existing VPC or cluster, and whether they fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privatelink_ingress.plan import zones
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.fields import Settings

FREE_ADDRESSES = 6
"""EKS places no control plane in a subnet with fewer: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""

FREE_ADDRESSES_RECOMMENDED = 16
"""Recommended on the same page."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subnet:
    """One subnet."""

    id: str
    vpc_id: str
    zone_id: str
    zone_name: str
    """By which the account, and the metrics in it, call the zone."""
    cidr: str
    free_addresses: int
    ipv6_cidr: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class RouteTable:
    """One route table of a VPC."""

    id: str
    main: bool
    """Whether subnets without a table of their own use it."""
    subnet_ids: tuple[str, ...]
    """Subnets that are associated with it."""
    gateways: tuple[str, ...]
    """Ids of the gateways that its routes lead to."""
    internet: str | None = None
    """Id of what its route of 0.0.0.0/0 leads to."""
    ipv6_internet: str | None = None
    """Id of the gateway that its route of ::/0 leads to."""

    @property
    def ways_out(self) -> tuple[str, ...]:
        """Its internet and NAT gateways."""
        return tuple(sorted(gateway for gateway in self.gateways if gateway.startswith(("igw-", "nat-"))))


def require_another_owner(tags: Mapping[str, str], own: Mapping[str, str], *, where: str, what: str) -> None:
    """Refuse to adopt a resource that this stack created: once out of the program, the engine would delete it.

    Args:
        tags: Tags of the existing VPC or cluster.
        own: Tags of the stack's resources.
        where: Path of the setting.
        what: Its id or name, for the message.

    Raises:
        UserError: when it carries the stack's own tag.
    """
    if tags.get("Stack") == own["Stack"]:
        reason = f"is {what}, which this stack created itself and would now delete"
        remedy = "Remove the key. To publish it a second time, add a stack with another name."
        raise UserError("A stack cannot adopt a VPC or cluster that it created", [Problem(where, reason, remedy)])


def set_beside(network: Settings) -> Iterator[Problem]:
    """Keys of `network` that have no effect beside `network.existing`."""
    fields = type(network).model_fields
    for name in sorted(network.model_fields_set - {"existing"}):
        yield Problem(
            f"network.{fields[name].alias or name}",
            "cannot be set together with network.existing",
            "Remove it: the stack does not change the existing VPC.",
        )


def table_of(subnet_id: str, tables: Iterable[RouteTable]) -> RouteTable | None:
    """The route table of a subnet: its own, or else its VPC's main one.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
    """
    tables = tuple(tables)
    own = [table for table in tables if subnet_id in table.subnet_ids]
    return next(iter(own or [table for table in tables if table.main]), None)


def by_zone(subnets: Iterable[Subnet]) -> dict[str, Subnet]:
    """The subnets by zone id, sorted."""
    return {subnet.zone_id: subnet for subnet in sorted(subnets, key=lambda subnet: (subnet.zone_id, subnet.id))}


def misfits(
    subnets: Iterable[Subnet],
    *,
    key: str,
    vpc_id: str,
    vpc_of: str,
    stated: tuple[str, ...] | None,
    needed_by: str = "a service",
) -> Iterator[Problem]:
    """Why these subnets cannot serve as one subnet per zone.

    Args:
        subnets: As AWS describes them.
        key: Path of the setting that names them, or could.
        vpc_id: The VPC that they must be in.
        vpc_of: Where that VPC comes from, for the message.
        stated: The zones that the stack file gives for them, if any.
        needed_by: What needs two zones, for the message.
    """
    placed: dict[str, list[Subnet]] = {}
    for subnet in sorted(subnets, key=lambda subnet: subnet.id):
        placed.setdefault(subnet.zone_id, []).append(subnet)
        if subnet.vpc_id != vpc_id:
            reason = f"has {subnet.id}, which is in {subnet.vpc_id}, but {vpc_of} is in {vpc_id}"
            yield Problem(key, reason, "Write subnets of that VPC.")
    zone_ids = tuple(sorted(placed))
    for zone_id in zone_ids:
        if len(placed[zone_id]) > 1:
            choice = ", ".join(f"{subnet.id} ({subnet.cidr})" for subnet in placed[zone_id])
            reason = f"has {len(placed[zone_id])} subnets in {zone_id}, but a load balancer takes only one: {choice}"
            yield Problem(key, reason, f"Write one subnet for each zone as {key}.")
    if len(zone_ids) < zones.MINIMUM:
        reason = f"spans {len(zone_ids)} zone ({', '.join(zone_ids)}), but {needed_by} needs {zones.MINIMUM}"
        yield Problem(key, reason, "Write subnets of more zones.")
    if stated is not None and tuple(sorted(stated)) != zone_ids:
        where = f"{key.rpartition('.')[0]}.zoneIds"
        reason = f"is {', '.join(sorted(stated))}, but the subnets are in {', '.join(zone_ids)}"
        yield Problem(where, reason, "Write the zones of the subnets.")


def short_of_addresses(subnets: Iterable[Subnet], *, key: str) -> Iterator[Problem]:
    """Warnings of subnets that are nearly full. Not refused, since the stack's own pods fill them too."""
    for subnet in subnets:
        reason = f"has {subnet.id} ({subnet.cidr}) with {subnet.free_addresses} free addresses"
        if subnet.free_addresses < FREE_ADDRESSES:
            reason += f"; EKS creates and updates no control plane with fewer than {FREE_ADDRESSES}"
            yield Problem(key, reason, "Free some before the cluster is created or updated.")
        elif subnet.free_addresses < FREE_ADDRESSES_RECOMMENDED:
            reason += f"; EKS recommends {FREE_ADDRESSES_RECOMMENDED}, and every pod takes one more"
            yield Problem(key, reason, "Choose a larger subnet.")


def ways_out(subnets: Iterable[Subnet], tables: Sequence[RouteTable], *, key: str) -> Iterator[Problem]:
    """Subnets whose routes lead to an internet or NAT gateway."""
    for subnet in subnets:
        table = table_of(subnet.id, tables)
        if table and table.ways_out:
            out = ", ".join(table.ways_out)
            reason = f"has {subnet.id} ({subnet.cidr}), whose route table {table.id} leads to {out}"
            yield Problem(key, reason, "Choose a private subnet, or have its owner remove that route.")


def placeholders(ids: Mapping[str, str], *, vpc_id: str) -> tuple[Subnet, ...]:
    """Subnets by zone id, for commands that work without AWS.

    Their ranges are reserved for documentation (RFC 5737), so that none is mistaken for a real one.
    """
    return tuple(
        Subnet(
            id=id_,
            vpc_id=vpc_id,
            zone_id=zone_id,
            zone_name=zone_id,  # stands in for the name, which is another one in each account
            cidr=f"192.0.2.{16 * index}/28",
            free_addresses=FREE_ADDRESSES_RECOMMENDED,
        )
        for index, (zone_id, id_) in enumerate(sorted(ids.items()))
    )
