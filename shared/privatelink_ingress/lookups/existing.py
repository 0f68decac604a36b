"""Looks up existing VPCs and clusters before planning, as plain values, so that a preview shows everything."""

from __future__ import annotations

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.lookups import existing_networks as networks
from privatelink_ingress.lookups.existing_networks import TITLE, look_up_for
from privatelink_ingress.lookups.look_up import all_of
from privatelink_ingress.lookups.providers import Providers
from privatelink_ingress.plan.workload import adopted_cluster, adopted_network
from privatelink_ingress.plan.workload.adopted_cluster import FoundCluster, FoundNodes
from privatelink_ingress.plan.workload.adopted_network import FoundNetwork
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload.existing import ExistingCluster, ExistingNetwork


async def find_cluster(existing: ExistingCluster, providers: Providers, *, controller: bool) -> FoundCluster:
    """Look up the cluster of `cluster.existing`.

    Args:
        existing: The setting.
        providers: Of the duties.
        controller: Whether the stack installs the controller in it.

    Raises:
        UserError: with every setting whose look-up failed, and AWS's answer.
    """
    key = adopted_cluster.KEY
    look_up = look_up_for(providers.eks, f"{key}.name", f"is {existing.name}, which")
    cluster = await look_up.one(t.GET_CLUSTER, aws.eks.GetClusterResult, name=existing.name)
    network = cluster.vpc_config
    nodes = await _managed_nodes(existing, providers) + await _self_managed_nodes(existing, providers)
    subnet_ids = existing.subnet_ids or tuple(sorted(network.subnet_ids))
    everywhere = sorted({*subnet_ids, *(id_ for group in nodes for id_ in group.subnet_ids)})
    # The control plane's interfaces may be in more subnets than the load balancer's.
    known = sorted({*everywhere, *network.subnet_ids})
    subnets = await networks.subnets(known, providers.network, key=f"{key}.subnetIds")
    services = cluster.kubernetes_network_configs[0]
    return FoundCluster(
        tags=cluster.tags or {},
        vpc_id=network.vpc_id,
        security_group_id=network.cluster_security_group_id,
        endpoint=cluster.endpoint,
        certificate_authority=cluster.certificate_authorities[0].data,
        cni_configuration=await _cni_configuration(existing.name, providers) if controller else None,
        service_cidr=services.service_ipv4_cidr or services.service_ipv6_cidr,
        control_plane_subnet_ids=tuple(sorted(network.subnet_ids)),
        subnet_ids=subnet_ids,
        nodes=nodes,
        subnets={subnet.id: subnet for subnet in subnets},
        route_tables=await networks.route_tables(network.vpc_id, everywhere, providers.network, key=f"{key}.name"),
    )


async def find_network(existing: ExistingNetwork, region: str, providers: Providers) -> FoundNetwork:
    """Look up the VPC of `network.existing`.

    Raises:
        UserError: with every setting whose look-up failed, and AWS's answer.
    """
    key, vpc_id = adopted_network.KEY, existing.vpc_id
    look_up = look_up_for(providers.network, f"{key}.vpcId", f"is {vpc_id}, which")
    vpc = await look_up.one(t.GET_VPC, aws.ec2.GetVpcResult, id=vpc_id)

    async def endpoint(service: str, kind: str, where: str, what: str) -> aws.ec2.GetVpcEndpointResult:
        return await look_up_for(providers.network, where, what).one(
            t.GET_VPC_ENDPOINT,
            aws.ec2.GetVpcEndpointResult,
            vpcId=vpc_id,
            serviceName=f"com.amazonaws.{region}.{service}",
            vpcEndpointType=kind,
        )

    s3, *interfaces = await all_of(
        TITLE,
        endpoint("s3", "Gateway", f"{key}.vpcId", f"is {vpc_id}, whose gateway endpoint of S3"),
        *(
            endpoint(name, "Interface", f"{key}.endpoints[{index}]", f"is {name!r}, whose interface endpoint")
            for index, name in enumerate(existing.endpoints)
        ),
    )
    return FoundNetwork(
        tags=vpc.tags or {},
        cidr=vpc.cidr_block,
        dns_support=vpc.enable_dns_support,
        dns_hostnames=vpc.enable_dns_hostnames,
        subnets=await networks.subnets(existing.subnet_ids, providers.network, key=f"{key}.subnetIds"),
        route_tables=await networks.route_tables(vpc_id, existing.subnet_ids, providers.network, key=f"{key}.vpcId"),
        s3_route_table_ids=tuple(s3.route_table_ids),
        private_dns={
            name: endpoint.private_dns_enabled for name, endpoint in zip(existing.endpoints, interfaces, strict=True)
        },
    )


async def _cni_configuration(cluster: str, providers: Providers) -> str | None:
    """Of the add-on vpc-cni; None where it cannot be looked up: a cluster may have the VPC CNI without the add-on."""
    look_up = look_up_for(providers.eks, f"{adopted_cluster.KEY}.name", f"is {cluster}, whose add-on vpc-cni")
    named = {"clusterName": cluster, "addonName": "vpc-cni"}
    try:
        return (await look_up.one(t.GET_ADDON, aws.eks.GetAddonResult, **named)).configuration_values
    except UserError:
        return None


async def _managed_nodes(existing: ExistingCluster, providers: Providers) -> tuple[FoundNodes, ...]:
    key, names = f"{adopted_cluster.KEY}.nodeGroups", existing.node_groups
    if names is None and existing.autoscaling_groups is None:
        look_up = look_up_for(providers.eks, key, f"is not set, and what {existing.name} has")
        token = t.GET_NODE_GROUPS
        listed = await look_up.one(token, aws.eks.GetNodeGroupsResult, clusterName=existing.name)
        names = tuple(sorted(listed.names))

    async def find(name: str) -> FoundNodes:
        group = await look_up_for(providers.eks, key, f"has {name}, which").one(
            t.GET_NODE_GROUP,
            aws.eks.GetNodeGroupResult,
            clusterName=existing.name,
            nodeGroupName=name,
        )
        return FoundNodes(
            name=name,
            # EKS creates exactly one per node group, over all its subnets.
            autoscaling_group=group.resources[0].autoscaling_groups[0].name,
            subnet_ids=tuple(sorted(group.subnet_ids)),
            ami_type=group.ami_type,
        )

    return tuple(await all_of(TITLE, *(find(name) for name in names or ())))


async def _self_managed_nodes(existing: ExistingCluster, providers: Providers) -> tuple[FoundNodes, ...]:
    async def find(name: str) -> FoundNodes:
        look_up = look_up_for(providers.network, f"{adopted_cluster.KEY}.autoscalingGroups", f"has {name}, which")
        group = await look_up.one(t.GET_AUTOSCALING_GROUP, aws.autoscaling.GetGroupResult, name=name)
        subnet_ids = (subnet_id.strip() for subnet_id in group.vpc_zone_identifier.split(","))
        return FoundNodes(name=name, autoscaling_group=name, subnet_ids=tuple(sorted(subnet_ids)))

    return tuple(await all_of(TITLE, *(find(name) for name in existing.autoscaling_groups or ())))
