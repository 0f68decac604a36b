"""An existing VPC: whether it fits a load balancer and its endpoints, and the parts that the plan needs."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.plan import existing_subnets
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.existing_subnets import RouteTable, Subnet
from privatelink_ingress.plan.subnets import SubnetPlan, ipv6_range
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.existing import ExistingEdgeNetwork

KEY = "network.existing"
PUBLIC, ENDPOINT = f"{KEY}.publicSubnetIds", f"{KEY}.endpointSubnetIds"

LONGEST_PUBLIC, FREE_ADDRESSES = 27, 8
"""A load balancer needs a /27 in each zone, and so many free addresses to scale out:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer"""

LONGEST_ENDPOINT = 23
"""Holds the addresses of all slots: `plan.edge.addresses`."""

_OFFLINE = ipaddress.IPv4Network("198.18.0.0/15")
"""Reserved for benchmarks (RFC 2544), so that none of its subnets is mistaken for a real one."""

_OFFLINE_IPV6 = "2001:db8::/56"
"""Reserved for documentation (RFC 3849)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundNetwork:
    """The VPC of `network.existing`, as AWS describes it."""

    tags: Mapping[str, str]
    cidr: str
    ipv6_cidr: str | None
    dns_support: bool
    internet_gateway_id: str
    public: tuple[Subnet, ...]
    endpoint: tuple[Subnet, ...]
    route_tables: tuple[RouteTable, ...]
    balancer: DeployedBalancer | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedNetwork:
    """An existing VPC that fits."""

    vpc_id: str
    cidr: str
    ipv6_cidr: str | None
    """The VPC's IPv6 range; None without one."""
    public: Mapping[str, Subnet]
    """By zone id, in the order of the zones."""
    endpoint: Mapping[str, Subnet]
    """By zone id, in the order of the zones."""
    warnings: tuple[Problem, ...]


def planned(subnets: Mapping[str, Subnet]) -> tuple[SubnetPlan, ...]:
    """The subnets, in the form in which a new VPC's subnets are planned."""
    return tuple(SubnetPlan(zone_id=zone_id, cidr=subnet.cidr) for zone_id, subnet in subnets.items())


def placeholder(existing: ExistingEdgeNetwork, *, zone_ids: Sequence[str]) -> FoundNetwork:
    """A VPC that fits, for commands that work without AWS."""
    cidrs = (str(subnet) for subnet in _OFFLINE.subnets(new_prefix=LONGEST_ENDPOINT))
    table = RouteTable(
        id="rtb-0",
        main=False,
        subnet_ids=existing.public_subnet_ids,
        gateways=("igw-0",),
        internet="igw-0",
        ipv6_internet="igw-0",
    )

    def tier(ids: Sequence[str]) -> tuple[Subnet, ...]:
        return tuple(
            Subnet(
                id=id_,
                vpc_id=existing.vpc_id,
                zone_id=zone_id,
                zone_name=zone_id,
                cidr=next(cidrs),
                ipv6_cidr=ipv6_range(_OFFLINE_IPV6, zone_id),
                free_addresses=FREE_ADDRESSES,
            )
            for zone_id, id_ in zip(zone_ids, ids, strict=True)
        )

    return FoundNetwork(
        tags={},
        cidr=str(_OFFLINE),
        ipv6_cidr=_OFFLINE_IPV6,
        dns_support=True,
        internet_gateway_id="igw-0",
        public=tier(existing.public_subnet_ids),
        endpoint=tier(existing.endpoint_subnet_ids),
        route_tables=(table,),
        balancer=None,
    )


def adopt_network(
    settings: EdgeSettings, existing: ExistingEdgeNetwork, vpc: FoundNetwork, *, tags: Mapping[str, str]
) -> AdoptedNetwork:
    """The VPC of `network.existing`, for a stack whose resources have `tags`.

    Raises:
        UserError: with every misfit.
    """
    existing_subnets.require_another_owner(vpc.tags, tags, where=f"{KEY}.vpcId", what=existing.vpc_id)
    problems = [*existing_subnets.set_beside(settings.network), *_misfits(existing, vpc)]
    if problems:
        raise UserError("The existing VPC does not fit", problems)
    return AdoptedNetwork(
        vpc_id=existing.vpc_id,
        cidr=vpc.cidr,
        ipv6_cidr=vpc.ipv6_cidr,
        public=existing_subnets.by_zone(vpc.public),
        endpoint=existing_subnets.by_zone(vpc.endpoint),
        warnings=tuple(_warnings(vpc)),
    )


def _misfits(existing: ExistingEdgeNetwork, vpc: FoundNetwork) -> Iterator[Problem]:
    if vpc.balancer and vpc.balancer.vpc_id != existing.vpc_id:
        reason = f"is {existing.vpc_id}, but the stack's load balancer is in {vpc.balancer.vpc_id}, and none can move"
        remedy = f"Write {vpc.balancer.vpc_id} if it is an existing VPC, or remove the key if the stack created it. "
        yield Problem(f"{KEY}.vpcId", reason, f"{remedy}For another VPC, add a shard and move the connections to it.")
    if not vpc.dns_support:
        reason = f"is {existing.vpc_id}, whose DNS support is off: no name resolves in it, also none of AWS's services"
        yield Problem(f"{KEY}.vpcId", reason, "Ask its owner to turn DNS support on.")
    for key, subnets in ((PUBLIC, vpc.public), (ENDPOINT, vpc.endpoint)):
        yield from existing_subnets.misfits(
            subnets,
            key=key,
            vpc_id=existing.vpc_id,
            vpc_of=f"{KEY}.vpcId",
            stated=existing.zone_ids,
            needed_by="a load balancer",
        )
    public, endpoint = (sorted({subnet.zone_id for subnet in tier}) for tier in (vpc.public, vpc.endpoint))
    if public != endpoint:
        reason = f"is in {', '.join(endpoint)}, but publicSubnetIds is in {', '.join(public)}"
        yield Problem(ENDPOINT, reason, "Write one subnet of each of those zones.")
    yield from _not_public(vpc)
    yield from _too_small(vpc)


def _not_public(vpc: FoundNetwork) -> Iterator[Problem]:
    for subnet in vpc.public:
        table = existing_subnets.table_of(subnet.id, vpc.route_tables)
        if table is None or table.internet != vpc.internet_gateway_id:
            of = f"route table {table.id}" if table else "route table"
            leads = f"sends 0.0.0.0/0 to {table.internet}" if table and table.internet else "has no route of 0.0.0.0/0"
            reason = f"has {subnet.id} ({subnet.cidr}), whose {of} {leads}, but the VPC's internet gateway is "
            remedy = "Choose a public subnet, or ask its owner to add the route."
            yield Problem(PUBLIC, f"{reason}{vpc.internet_gateway_id}", remedy)


def _too_small(vpc: FoundNetwork) -> Iterator[Problem]:
    live = vpc.balancer.subnet_ids if vpc.balancer else ()
    for key, subnets, longest, why in (
        (PUBLIC, vpc.public, LONGEST_PUBLIC, "a load balancer needs"),
        (ENDPOINT, vpc.endpoint, LONGEST_ENDPOINT, "the addresses of all slots need"),
    ):
        for subnet in subnets:
            if ipaddress.IPv4Network(subnet.cidr).prefixlen > longest:
                reason = f"has {subnet.id} ({subnet.cidr}), but {why} a /{longest} or larger"
                yield Problem(key, reason, "Choose a larger subnet.")
    for subnet in vpc.public:
        # A load balancer that is already there holds some of them.
        if subnet.free_addresses < FREE_ADDRESSES and subnet.id not in live:
            yield Problem(PUBLIC, _free(subnet), "Free some, or choose a larger subnet.")


def _warnings(vpc: FoundNetwork) -> Iterator[Problem]:
    for subnet in vpc.public:
        if subnet.free_addresses < FREE_ADDRESSES:
            yield Problem(PUBLIC, _free(subnet), "Free some: with fewer it cannot scale out.")
    for subnet in vpc.endpoint:
        table = existing_subnets.table_of(subnet.id, vpc.route_tables)
        if table and table.ways_out:
            out = ", ".join(table.ways_out)
            reason = f"has {subnet.id} ({subnet.cidr}), whose route table {table.id} leads to {out}"
            yield Problem(ENDPOINT, reason, "Choose a subnet without that route: endpoints need no way out.")


def _free(subnet: Subnet) -> str:
    return (
        f"has {subnet.id} ({subnet.cidr}) with {subnet.free_addresses} free addresses; "
        f"a load balancer needs {FREE_ADDRESSES} in each subnet"
    )
