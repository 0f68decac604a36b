"""Workload side: one fully private EKS cluster, or somebody else's, and its published service."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
from pulumi import Output, ResourceOptions

from privatelink_ingress.components.workload.api_probe import Reach
from privatelink_ingress.components.workload.controller import Controller, ControllerArgs
from privatelink_ingress.components.workload.foundation import Ground, adopted, own
from privatelink_ingress.components.workload.publication import Publication, PublicationArgs
from privatelink_ingress.components.workload.registry import Registry, RegistryArgs
from privatelink_ingress.components.workload.removal import RemovalGuard, RemovalGuardArgs
from privatelink_ingress.components.workload.sample import Sample, SampleArgs
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.lookups.cluster_creator import creator_of
from privatelink_ingress.lookups.existing import find_cluster, find_network
from privatelink_ingress.lookups.images import seen
from privatelink_ingress.lookups.program import project_config, region, run, warn
from privatelink_ingress.lookups.providers import Providers, account_of, aws_provider, aws_providers
from privatelink_ingress.lookups.zones import available_zones
from privatelink_ingress.plan.workload import (
    AdoptedClusterPlan,
    OwnClusterPlan,
    WorkloadPlan,
    connection_name,
    plan_adopted,
    plan_workload,
    versions,
    workload_tags,
)
from privatelink_ingress.plan.workload.image_availability import possible
from privatelink_ingress.plan.workload.removal import RemovalPlan
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.registry import CONTROLLER, SAMPLE


async def deploy() -> pulumi.Inputs:
    stack = pulumi.get_stack()
    settings = load(WorkloadSettings, project_config(), project=PROJECT, stack=stack)
    today = datetime.datetime.now(datetime.UTC).date()
    warn(warnings(settings, today=today))
    providers = aws_providers(
        region=region(),
        account_id=settings.account_id,
        tags=workload_tags(settings, stack),
        roles=settings.roles.model_dump(),
    )
    plan = await planned(settings, stack, providers)
    now = possible(plan, await seen(plan.images, providers), stack=stack)
    warn((*plan.warnings, *now.warnings))
    return register(now.plan, providers)


async def planned(settings: WorkloadSettings, stack: str, providers: Providers) -> OwnClusterPlan | AdoptedClusterPlan:
    if cluster := settings.cluster.existing:
        found = await find_cluster(cluster, providers)
        return plan_adopted(settings, stack=stack, region=region(), there=found)
    versions.require_supported(settings, today=datetime.datetime.now(datetime.UTC).date())
    creator = await creator_of(connection_name(settings, stack), settings.roles.eks, providers.eks)
    if network := settings.network.existing:
        there = await find_network(network, region(), providers)
        return plan_workload(settings, stack=stack, region=region(), available_zones=(), there=there, creator=creator)
    zones = settings.network.zone_ids or await available_zones(providers.network)
    return plan_workload(settings, stack=stack, region=region(), available_zones=zones, creator=creator)


def register(plan: OwnClusterPlan | AdoptedClusterPlan, providers: Providers) -> pulumi.Inputs:
    ground = adopted(plan, providers) if isinstance(plan, AdoptedClusterPlan) else own(plan, providers)
    ecr = ResourceOptions(provider=providers.ecr)
    registry = Registry(plan.name, RegistryArgs(plan=plan.registry, tags=plan.tags), ecr) if plan.registry else None
    objects = in_cluster(plan, ground, registry.repository_urls) if registry else []
    publication = Publication(
        plan.name,
        PublicationArgs(
            plan=plan.publication,
            tags=plan.tags,
            vpc_id=ground.vpc_id,
            subnet_ids=ground.subnet_ids,
            security_group_id=ground.load_balancer_security_group_id,
            node_security_group_ids=ground.node_security_group_ids,
            autoscaling_group_names=ground.autoscaling_group_names,
            parameter_provider=parameter_provider(plan),
        ),
        ResourceOptions(provider=providers.network),
    )
    RemovalGuard(
        plan.name,
        RemovalGuardArgs(
            plan=plan.removal,
            endpoint_service_id=publication.endpoint_service_id,
            everything=[*ground.components, *([registry] if registry else []), *objects, publication],
            check=refuse_while_connected,
        ),
    )
    return publication.contract()


def in_cluster(plan: WorkloadPlan, ground: Ground, repository_urls: Mapping[str, Output[str]]) -> list[pulumi.Resource]:
    if plan.controller is None:
        return []
    cluster = kubernetes.Provider(
        "cluster",
        kubeconfig=ground.kubeconfig,
        # Without it, a new endpoint or certificate authority would replace every object.
        cluster_identifier=plan.cluster.name,
        enable_server_side_apply=True,
        # On destroy the objects go before the right, and the nodes, to delete them.
        opts=ResourceOptions(depends_on=ground.needed_by_objects),
    )
    reach = Reach(ground.kubeconfig, private=isinstance(plan, OwnClusterPlan) and plan.cluster.is_private)
    options = ResourceOptions(provider=cluster, transformations=[reach.transformation])
    controller = ControllerArgs(plan=plan.controller, repository_url=repository_urls[CONTROLLER])
    objects: list[pulumi.Resource] = [Controller(plan.name, controller, options)]
    if plan.sample:
        sample = SampleArgs(plan=plan.sample, repository_url=repository_urls[SAMPLE])
        objects.append(Sample(plan.name, sample, options))
    return objects


def refuse_while_connected(plan: RemovalPlan, service_id: str) -> None:
    # Here, since no other run needs what asks AWS.
    from privatelink_ingress.aws import removal_guard

    removal_guard.refuse_while_connected(plan, service_id)


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
