"""Workload side: one fully private EKS cluster and its published service."""

from __future__ import annotations

import datetime

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
from pulumi import ResourceOptions

from privatelink_ingress.components.messages import warn
from privatelink_ingress.components.providers import (
    Providers,
    account_of,
    available_zones,
    aws_provider,
    aws_providers,
    project_config,
    region,
    run,
)
from privatelink_ingress.components.workload.cluster import ControlPlane, ControlPlaneArgs
from privatelink_ingress.components.workload.controller import Controller, ControllerArgs
from privatelink_ingress.components.workload.network import PrivateNetwork, PrivateNetworkArgs
from privatelink_ingress.components.workload.nodes import Nodes, NodesArgs
from privatelink_ingress.components.workload.publication import Publication, PublicationArgs
from privatelink_ingress.components.workload.registry import Registry, RegistryArgs
from privatelink_ingress.contract import PROJECT
from privatelink_ingress.plan.workload import WorkloadPlan, plan_workload, workload_tags
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings


async def deploy() -> pulumi.Inputs:
    stack = pulumi.get_stack()
    settings = load(WorkloadSettings, project_config(), project=PROJECT, stack=stack)
    warn(warnings(settings, today=datetime.datetime.now(datetime.UTC).date()))
    providers = aws_providers(
        region=region(),
        account_id=settings.account_id,
        tags=workload_tags(settings, stack),
        roles=settings.roles.model_dump(),
    )
    zones = settings.network.zone_ids or await available_zones(providers.network)
    plan = plan_workload(settings, stack=stack, region=region(), available_zones=zones)
    return register(plan, providers)


def register(plan: WorkloadPlan, providers: Providers) -> pulumi.Inputs:
    network = PrivateNetwork(
        plan.name,
        PrivateNetworkArgs(plan=plan.network, tags=plan.tags, iam=providers.iam),
        ResourceOptions(provider=providers.network),
    )
    registry = Registry(
        plan.name, RegistryArgs(plan=plan.registry, tags=plan.tags), ResourceOptions(provider=providers.ecr)
    )
    control_plane = ControlPlane(
        plan.name,
        ControlPlaneArgs(
            plan=plan.cluster,
            tags=plan.tags,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            iam=providers.iam,
        ),
        ResourceOptions(provider=providers.eks),
    )
    nodes = Nodes(
        plan.name,
        NodesArgs(
            plan=plan.nodes,
            tags=plan.tags,
            cluster_name=control_plane.cluster_name,
            subnet_ids=network.subnet_ids,
            requires=network.node_requirements,
            iam=providers.iam,
        ),
        ResourceOptions(provider=providers.eks),
    )
    if plan.controller:
        cluster = kubernetes.Provider(
            "cluster",
            kubeconfig=control_plane.kubeconfig_json,
            # Without it, a new endpoint or certificate authority would replace every object.
            cluster_identifier=plan.cluster.name,
            enable_server_side_apply=True,
            # On destroy the objects go before the right, and the nodes, to delete them.
            opts=ResourceOptions(depends_on=[nodes, control_plane]),
        )
        Controller(
            plan.name,
            ControllerArgs(plan=plan.controller, repository_url=registry.repository_url),
            ResourceOptions(provider=cluster),
        )
    publication = Publication(
        plan.name,
        PublicationArgs(
            plan=plan.publication,
            tags=plan.tags,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            security_group_id=network.load_balancer_security_group_id,
            cluster_security_group_id=control_plane.cluster_security_group_id,
            autoscaling_group_name=nodes.autoscaling_group_name,
            parameter_provider=parameter_provider(plan),
        ),
        ResourceOptions(provider=providers.network),
    )
    return publication.contract()


def parameter_provider(plan: WorkloadPlan) -> aws.Provider | None:
    role_arn = plan.publication.parameter_writer_role_arn
    if role_arn is None:
        return None
    return aws_provider(
        "parameter",
        region=plan.publication.contract["region"],
        account_id=account_of(role_arn),
        tags=plan.tags,
        role_arn=role_arn,
        external_id=plan.publication.parameter_writer_external_id,
    )


run(deploy)
