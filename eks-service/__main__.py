"""Workload side: one private EKS cluster, created or existing, and the endpoint service that publishes it."""

from __future__ import annotations

import datetime
from typing import Any

import pulumi

from privatelink_ingress.components.hook_threads import in_hook_thread
from privatelink_ingress.components.workload.private_service import PrivateService, PrivateServiceArgs
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.lookups import (
    alarm_keys,
    boundaries,
    deployed,
    endpoint_services,
    existing,
    images,
    program,
    providers,
    retained_logs,
    zones,
)
from privatelink_ingress.plan.alarm_keys import KeyPolicy
from privatelink_ingress.plan.workload import (
    AdoptedClusterPlan,
    OwnClusterPlan,
    connection_name,
    endpoint_zones,
    image_availability,
    log_storage,
    plan_adopted,
    plan_workload,
    versions,
    workload_tags,
)
from privatelink_ingress.plan.workload.deployed import require_possible
from privatelink_ingress.plan.workload.removal import RemovalPlan
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings


async def deploy() -> dict[str, Any]:
    stack, region = pulumi.get_stack(), program.region()
    settings = load(WorkloadSettings, program.project_config(), project=PROJECT, stack=stack, region=region)
    program.warn(warnings(settings, today=today()))
    duties = providers.aws_providers(
        region=region,
        account_id=settings.account_id,
        tags=workload_tags(settings, stack),
        roles=settings.roles.model_dump(),
    )
    await boundaries.require(settings.roles, duties.iam)
    program.warn(
        await alarm_keys.require(
            settings.alarms,
            duties.network,
            account_id=settings.account_id,
            region=region,
            role_arn=settings.roles.network,
            external_id=settings.roles.external_id,
            ask=ask_for_key_policy,
        )
    )
    plan = await planned(settings, stack, region, duties)
    now = image_availability.deployable(plan, await images.account_contents(plan.images, duties), stack=stack)
    program.warn((*plan.warnings, *now.warnings))
    service = PrivateServiceArgs(
        plan=now.plan,
        providers=duties,
        parameter_provider=providers.parameter_provider(plan),
        refuse_removal=refuse_while_connected,
    )
    return PrivateService(plan.name, service).exports()


async def planned(
    settings: WorkloadSettings, stack: str, region: str, duties: providers.Providers
) -> OwnClusterPlan | AdoptedClusterPlan:
    if settings.cluster.existing:
        cluster = await existing.find_cluster(settings.cluster.existing, duties, controller=settings.controller.install)
        return plan_adopted(settings, stack=stack, region=region, cluster=cluster)
    versions.require_supported(settings, today=today())
    now = await deployed.deployed_cluster(connection_name(settings, stack), duties.eks)
    if now:
        require_possible(settings, now)
    creator = now.creator if now else await deployed.future_creator(settings.roles.eks, duties.eks)
    sizes = now.sizes if now else {}
    zone_ids = await zones.ids_by_name(duties.network)
    vpc = await existing.find_network(settings.network.existing, region, duties) if settings.network.existing else None
    asked = endpoint_zones.missing(settings)
    return plan_workload(
        settings,
        stack=stack,
        region=region,
        available_zones=settings.network.zone_ids or zone_ids.values(),
        existing_vpc=vpc,
        services=await endpoint_services.find(asked, region, duties.network, zone_ids=zone_ids),
        creator=creator,
        sizes=sizes,
        retained=await retained_logs.find(
            log_storage.log_names(settings, connection_name(settings, stack)),
            duties.eks,
            stack_tag=workload_tags(settings, stack)["Stack"],
            where="cluster",
        ),
    )


async def ask_for_key_policy(key_arn: str, **credentials: Any) -> KeyPolicy:
    # Imported where a stack has alarms of its own, since no other run needs boto3.
    from privatelink_ingress.aws import key_policies

    return await in_hook_thread(key_policies.find, key_arn, **credentials)


def refuse_while_connected(plan: RemovalPlan, service_id: str) -> None:
    # Imported here, since no other run needs boto3.
    from privatelink_ingress.aws import removal_guard

    removal_guard.refuse_while_connected(plan, service_id)


def today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


program.run(deploy)
