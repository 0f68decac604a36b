"""Looks up what somebody else made, before anything is planned: plain values, so that a preview shows everything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output

from privatelink_ingress.components.providers import Providers
from privatelink_ingress.plan.workload import adopted_cluster, adopted_network
from privatelink_ingress.plan.workload.adopted_cluster import FoundCluster, FoundNodes
from privatelink_ingress.plan.workload.adopted_network import FoundNetwork
from privatelink_ingress.plan.workload.found import RouteTable, Subnet
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload.existing import ExistingCluster, ExistingNetwork

T = TypeVar("T")


async def find_cluster(existing: ExistingCluster, providers: Providers) -> FoundCluster:
    """What AWS says about the cluster of `cluster.existing`.

    Raises:
        UserError: with every setting whose look-up failed, and what AWS said.
    """
    key, options = adopted_cluster.KEY, InvokeOutputOptions(provider=providers.eks)
    found = aws.eks.get_cluster_output(name=existing.name, opts=options)
    cluster = await _known(found, f"{key}.name", f"is {existing.name}")
    network = cluster.vpc_config
    nodes = await _managed_nodes(existing, providers) + await _self_managed_nodes(existing, providers)
    subnet_ids = existing.subnet_ids or tuple(sorted(network.subnet_ids))
    everywhere = sorted({*subnet_ids, *(id_ for one in nodes for id_ in one.subnet_ids)})
    subnets = await _subnets(everywhere, providers, key=f"{key}.subnetIds")
    return FoundCluster(
        vpc_id=network.vpc_id,
        security_group_id=network.cluster_security_group_id,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authorities[0].data,
        subnet_ids=subnet_ids,
        nodes=nodes,
        subnets={subnet.id: subnet for subnet in subnets},
        route_tables=await _route_tables(network.vpc_id, everywhere, providers, key=f"{key}.name"),
    )


async def find_network(existing: ExistingNetwork, region: str, providers: Providers) -> FoundNetwork:
    """What AWS says about the VPC of `network.existing`.

    Raises:
        UserError: with every setting whose look-up failed, and what AWS said.
    """
    key, options = adopted_network.KEY, InvokeOutputOptions(provider=providers.network)
    found = aws.ec2.get_vpc_output(id=existing.vpc_id, opts=options)
    vpc = await _known(found, f"{key}.vpcId", f"is {existing.vpc_id}")

    def endpoint(service: str, kind: str) -> Output[aws.ec2.GetVpcEndpointResult]:
        return aws.ec2.get_vpc_endpoint_output(
            vpc_id=existing.vpc_id,
            service_name=f"com.amazonaws.{region}.{service}",
            vpc_endpoint_type=kind,
            opts=options,
        )

    s3, *interfaces = await _all(
        _known(endpoint("s3", "Gateway"), f"{key}.vpcId", f"is {existing.vpc_id}, whose gateway endpoint of S3"),
        *(
            _known(endpoint(name, "Interface"), f"{key}.endpoints[{place}]", f"is {name!r}, whose interface endpoint")
            for place, name in enumerate(existing.endpoints)
        ),
    )
    return FoundNetwork(
        cidr=vpc.cidr_block,
        dns_support=vpc.enable_dns_support,
        dns_hostnames=vpc.enable_dns_hostnames,
        subnets=await _subnets(existing.subnet_ids, providers, key=f"{key}.subnetIds"),
        route_tables=await _route_tables(existing.vpc_id, existing.subnet_ids, providers, key=f"{key}.vpcId"),
        s3_route_table_ids=tuple(s3.route_table_ids),
        private_dns={
            name: found.private_dns_enabled for name, found in zip(existing.endpoints, interfaces, strict=True)
        },
    )


async def _managed_nodes(existing: ExistingCluster, providers: Providers) -> tuple[FoundNodes, ...]:
    key, options = f"{adopted_cluster.KEY}.nodeGroups", InvokeOutputOptions(provider=providers.eks)
    names = existing.node_groups
    if names is None and existing.autoscaling_groups is None:
        listed = aws.eks.get_node_groups_output(cluster_name=existing.name, opts=options)
        names = tuple(sorted((await _known(listed, key, f"is not set, and those of {existing.name}")).names))

    async def find(name: str) -> FoundNodes:
        group = aws.eks.get_node_group_output(cluster_name=existing.name, node_group_name=name, opts=options)
        known = await _known(group, key, f"has {name}, which")
        return FoundNodes(
            name=name,
            # EKS makes exactly one for a node group, over all its subnets.
            autoscaling_group=known.resources[0].autoscaling_groups[0].name,
            subnet_ids=tuple(sorted(known.subnet_ids)),
            ami_type=known.ami_type,
        )

    return tuple(await _all(*(find(name) for name in names or ())))


async def _self_managed_nodes(existing: ExistingCluster, providers: Providers) -> tuple[FoundNodes, ...]:
    key, options = f"{adopted_cluster.KEY}.autoscalingGroups", InvokeOutputOptions(provider=providers.network)

    async def find(name: str) -> FoundNodes:
        group = await _known(aws.autoscaling.get_group_output(name=name, opts=options), key, f"has {name}, which")
        return FoundNodes(
            name=name,
            autoscaling_group=name,
            subnet_ids=tuple(sorted(one.strip() for one in group.vpc_zone_identifier.split(","))),
        )

    return tuple(await _all(*(find(name) for name in existing.autoscaling_groups or ())))


async def _subnets(ids: Iterable[str], providers: Providers, *, key: str) -> tuple[Subnet, ...]:
    options = InvokeOutputOptions(provider=providers.network)

    async def find(id_: str) -> Subnet:
        subnet = await _known(aws.ec2.get_subnet_output(id=id_, opts=options), key, f"has {id_}, which")
        return Subnet(
            id=id_,
            vpc_id=subnet.vpc_id,
            zone_id=subnet.availability_zone_id,
            cidr=subnet.cidr_block,
            free_addresses=subnet.available_ip_address_count,
        )

    return tuple(await _all(*(find(id_) for id_ in ids)))


async def _route_tables(
    vpc_id: str, subnet_ids: Iterable[str], providers: Providers, *, key: str
) -> tuple[RouteTable, ...]:
    """The main table of the VPC, and those of the subnets."""
    options = InvokeOutputOptions(provider=providers.network)

    async def ids(name: str, values: Iterable[str]) -> Sequence[str]:
        filters = [aws.ec2.GetRouteTablesFilterArgs(name=name, values=list(values))]
        found = aws.ec2.get_route_tables_output(vpc_id=vpc_id, filters=filters, opts=options)
        return (await _known(found, key, f"is in {vpc_id}, whose route tables")).ids

    async def find(id_: str) -> RouteTable:
        found = aws.ec2.get_route_table_output(route_table_id=id_, opts=options)
        table = await _known(found, key, f"is in {vpc_id}, whose route table {id_}")
        return RouteTable(
            id=id_,
            main=any(one.main for one in table.associations),
            subnet_ids=tuple(sorted(one.subnet_id for one in table.associations if one.subnet_id)),
            gateways=tuple(
                sorted({one for route in table.routes for one in (route.gateway_id, route.nat_gateway_id) if one})
            ),
        )

    main, own = await _all(ids("association.main", ["true"]), ids("association.subnet-id", subnet_ids))
    return tuple(await _all(*(find(id_) for id_ in sorted({*main, *own}))))


async def _known(found: Output[T], where: str, reason: str) -> T:
    """The value of a look-up.

    Raises:
        UserError: when it fails; `reason` then says of what at `where`.
    """
    try:
        value = await found.future()
    except Exception as error:
        # The SDK raises nothing narrower, and AWS's own words are what helps.
        remedy = "Write one that exists in this account and region, or let the stack's roles look it up."
        raise UserError(
            "A look-up failed", [Problem(where, f"{reason} cannot be looked up: {error}", remedy)]
        ) from None
    if value is None:
        raise pulumi.RunError(f"{where}: {reason} is not known yet")
    return value


async def _all(*awaitables: Awaitable[T]) -> list[T]:
    """What they give, in order; or the mistakes of all of them."""
    found = await asyncio.gather(*awaitables, return_exceptions=True)
    failed = [one for one in found if isinstance(one, BaseException)]
    if others := [one for one in failed if not isinstance(one, UserError)]:
        raise others[0]
    if problems := [problem for one in failed if isinstance(one, UserError) for problem in one.problems]:
        raise UserError("A look-up failed", problems)
    return [one for one in found if not isinstance(one, BaseException)]
