"""An existing VPC: whether it fits a private cluster, and the parts that the plan needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.plan import existing_subnets, zones
from privatelink_ingress.plan.existing_subnets import RouteTable, Subnet
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.existing import ExistingNetwork

KEY = "network.existing"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundNetwork:
    """The VPC of `network.existing`, as AWS describes it."""

    tags: Mapping[str, str]
    cidr: str
    dns_support: bool
    dns_hostnames: bool
    subnets: tuple[Subnet, ...]
    route_tables: tuple[RouteTable, ...]
    s3_route_table_ids: tuple[str, ...]
    """Route tables with a route to the VPC's gateway endpoint of S3."""
    private_dns: Mapping[str, bool]
    """Whether private DNS is on, by the services of `network.existing.endpoints`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedNetwork:
    """An existing VPC that fits."""

    vpc_id: str
    cidr: str
    subnets: Mapping[str, Subnet]
    """One by zone id, in the order of the zones."""
    endpoints: tuple[str, ...]
    """Services whose interface endpoints are vpc, by short name."""
    warnings: tuple[Problem, ...]

    @property
    def plans(self) -> tuple[SubnetPlan, ...]:
        """The subnets, in the form in which a new VPC's subnets are planned."""
        return tuple(SubnetPlan(zone_id=zone_id, cidr=subnet.cidr) for zone_id, subnet in self.subnets.items())


def placeholder(existing: ExistingNetwork, *, zone_ids: Sequence[str]) -> FoundNetwork:
    """A VPC that fits, for commands that work without AWS."""
    subnets = existing_subnets.placeholders(
        dict(zip(zone_ids, existing.subnet_ids, strict=True)), vpc_id=existing.vpc_id
    )
    table = RouteTable(id="rtb-0", main=True, subnet_ids=(), gateways=())
    return FoundNetwork(
        tags={},
        cidr="192.0.2.0/24",
        dns_support=True,
        dns_hostnames=True,
        subnets=subnets,
        route_tables=(table,),
        s3_route_table_ids=(table.id,),
        private_dns=dict.fromkeys(existing.endpoints, True),
    )


def adopt_network(settings: WorkloadSettings, vpc: FoundNetwork, *, tags: Mapping[str, str]) -> AdoptedNetwork:
    """The VPC of `network.existing`, for a stack whose resources have `tags`.

    Raises:
        UserError: with every misfit.
    """
    existing = settings.network.existing
    if existing is None:
        raise ValueError("only a stack with network.existing adopts a VPC")
    existing_subnets.require_another_owner(vpc.tags, tags, where=f"{KEY}.vpcId", what=existing.vpc_id)
    problems = [*existing_subnets.set_beside(settings.network), *_misfits(existing, vpc)]
    if problems:
        raise UserError("The existing VPC does not fit", problems)
    return AdoptedNetwork(
        vpc_id=existing.vpc_id,
        cidr=vpc.cidr,
        subnets=existing_subnets.by_zone(vpc.subnets),
        endpoints=existing.endpoints,
        warnings=tuple(existing_subnets.short_of_addresses(vpc.subnets, key=f"{KEY}.subnetIds")),
    )


def _misfits(existing: ExistingNetwork, vpc: FoundNetwork) -> Iterator[Problem]:
    key = f"{KEY}.subnetIds"
    yield from existing_subnets.misfits(
        vpc.subnets, key=key, vpc_id=existing.vpc_id, vpc_of=f"{KEY}.vpcId", stated=existing.zone_ids
    )
    for subnet in vpc.subnets:
        if subnet.zone_id in zones.WITHOUT_EKS:
            reason = f"has {subnet.id} in {subnet.zone_id}, where EKS takes no subnets"
            yield Problem(key, reason, "Choose a subnet of another zone.")
    yield from existing_subnets.ways_out(vpc.subnets, vpc.route_tables, key=key)
    yield from _without_s3(vpc.subnets, vpc.route_tables, vpc.s3_route_table_ids, key)
    for attribute, on in (("DNS support", vpc.dns_support), ("DNS hostnames", vpc.dns_hostnames)):
        if not on:
            reason = f"is {existing.vpc_id}, whose {attribute} is off: the cluster's private name would not resolve"
            yield Problem(f"{KEY}.vpcId", reason, f"Ask its owner to turn {attribute} on.")
    for index, name in enumerate(existing.endpoints):
        if not vpc.private_dns[name]:
            reason = f"is {name!r}, whose endpoint in {existing.vpc_id} has private DNS off, so no node would use it"
            yield Problem(f"{KEY}.endpoints[{index}]", reason, "Ask its owner to turn it on.")


def _without_s3(
    subnets: Sequence[Subnet], tables: Sequence[RouteTable], with_s3: Sequence[str], key: str
) -> Iterator[Problem]:
    # ECR keeps image layers in S3. The gateway endpoint adds routes to the VPC's tables, so its owner must create it.
    for subnet in subnets:
        table = existing_subnets.table_of(subnet.id, tables)
        if table is None or table.id not in with_s3:
            of = f"route table {table.id}" if table else "route table"
            reason = f"has {subnet.id} ({subnet.cidr}), whose {of} has no route to a gateway endpoint of S3"
            yield Problem(key, reason, "Ask the VPC's owner to add one: without it, no node can pull an image.")
