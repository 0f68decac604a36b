"""Edge side: one load balancer that publishes many private clusters, or connections on the one of another stack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from privatelink_ingress.components.edge.attachment import Attachment, AttachmentArgs
from privatelink_ingress.components.edge.central_ingress import CentralIngress, CentralIngressArgs
from privatelink_ingress.components.edge.connection_hooks import Waits, connection_hooks
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.components.edge.slots import UsedSlots
from privatelink_ingress.components.hook_threads import in_hook_thread
from privatelink_ingress.lookups import (
    alarm_keys,
    boundaries,
    contracts,
    deployed_balancer,
    edge_network,
    existing_certificates,
    hosted_zones,
    log_buckets,
    program,
    providers,
    retained_logs,
    secrets,
    trust_files,
    web_acls,
    zones,
)
from privatelink_ingress.lookups.query_logs import find as look_up_query_logs
from privatelink_ingress.plan.alarm_keys import KeyPolicy
from privatelink_ingress.plan.edge import accepters as acceptance
from privatelink_ingress.plan.edge import connections, query_logs
from privatelink_ingress.plan.edge.attachment import plan_attachment
from privatelink_ingress.plan.edge.backends import reader_roles
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.query_logs import FoundQueryLogs
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.shard import PROJECT, edge_tags, load_balancer_name, log_names, plan_edge
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.edge.zone_roles import plan_zone_roles
from privatelink_ingress.plan.log_groups import LogNames
from privatelink_ingress.settings.attached import AttachedSettings, load_edge
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl
from privatelink_ingress.settings.query_logs import REGION as QUERY_LOG_REGION

FOLDER = Path(__file__).resolve().parent
"""Of the stack file, and of the files that it names."""


async def deploy() -> dict[str, Any]:
    stack, region = pulumi.get_stack(), program.region()
    values = program.project_config()
    secrets.require_encrypted(values)
    settings = load_edge(values, project=PROJECT, stack=stack, region=region)
    tags = edge_tags(settings, stack)
    network = providers.aws_provider(
        "network",
        region=region,
        account_id=settings.account_id,
        tags=tags,
        role_arn=settings.roles.network,
        external_id=settings.roles.external_id,
    )
    options = pulumi.ResourceOptions(providers=[network])
    readers = contracts.Readers(
        edge=network,
        by_role=providers.reader_providers(reader_roles(settings.connections), region=region, tags=tags),
        account_id=settings.account_id,
        region=region,
    )
    zone_providers = providers.role_providers(plan_zone_roles(settings, region=region), tags=tags)
    published = await contracts.read_all(settings.connections, readers)
    program.warn(acceptance.waiting(settings.connections, published))
    found = await existing_certificates.find(settings, region, ask_for_certificates)
    if isinstance(settings, AttachedSettings):
        shard = await contracts.read_shard(settings.edge_stack, settings.edge_parameter, readers)
        plan = plan_attachment(
            settings,
            stack=stack,
            region=region,
            site=EdgeSite.of_contract(shard),
            contracts=published,
            zones=await hosted_zones.find(settings, shard.hosted_zone_id, network, zone_providers),
            found=found,
        )
        accepters = providers.role_providers(connections.accepters(plan.connections), tags=tags)
        attachment = AttachmentArgs(
            plan=plan,
            site=SiteArgs.of_contract(
                shard,
                accepters=accepters,
                zone_providers=zone_providers,
                hooks=connection_hooks(plan.removal, plan.connections, waits, used_slots),
            ),
            edge_stack=contracts.full_name(settings.edge_stack, PROJECT),
            refuse_removal=refuse_while_in_use,
        )
        return Attachment("edge", attachment, options).exports()
    await boundaries.require(settings.roles, network)
    program.warn(
        await alarm_keys.require(
            settings.alarms,
            network,
            account_id=settings.account_id,
            region=region,
            role_arn=settings.roles.network,
            external_id=settings.roles.external_id,
            ask=ask_for_key_policy,
        )
    )
    retained = await retained_logs.find(
        log_names(settings, stack=stack, region=region), network, stack_tag=tags["Stack"], where="logs"
    )
    query_log_region = None
    if query_logs.wanted(settings, region=region):
        query_log_region = providers.aws_provider(
            query_logs.PROVIDER,
            region=QUERY_LOG_REGION,
            account_id=settings.account_id,
            tags=tags,
            role_arn=settings.roles.network,
            external_id=settings.roles.external_id,
        )
        kept = LogNames(log_groups=(query_logs.log_group(f"{PROJECT}-{stack}"),))
        retained = retained.joined(
            await retained_logs.find(kept, query_log_region, stack_tag=tags["Stack"], where="dns.queryLogs")
        )
    deployed = await deployed_balancer.find(
        settings,
        network,
        load_balancer_name=load_balancer_name(stack),
        stack_tag=tags["Stack"],
        records=zone_providers.get(settings.dns.zone_id, network),
    )
    plan = plan_edge(
        settings,
        stack=stack,
        region=region,
        available_zones=settings.network.zone_ids or (await zones.ids_by_name(network)).values(),
        contracts=published,
        zones=await hosted_zones.find(settings, settings.dns.zone_id, network, zone_providers),
        files=trust_files.read(FOLDER, settings.load_balancer.mutual_tls),
        found=found,
        bucket_region=await log_buckets.region_of(settings.logs, network),
        deployed=deployed,
        found_query_logs=await look_up_query_logs(settings, region, ask_for_query_logs),
        found_web_acl=await web_acls.find(settings, network, region=region, balancer=deployed, ask=ask_for_references),
        existing_vpc=await edge_network.find(settings.network.existing, network, balancer=deployed),
        retained=retained,
    )
    program.warn(plan.warnings)
    accepters = providers.role_providers(connections.accepters(plan.connections), tags=tags)
    ingress = CentralIngressArgs(
        plan=plan,
        accepters=accepters,
        zone_providers=zone_providers,
        query_logs=query_log_region,
        refuse_removal=refuse_while_in_use,
        waits=waits,
        used_slots=used_slots,
    )
    return CentralIngress("edge", ingress, options).exports()


def refuse_while_in_use(plan: EdgeRemovalPlan, listener_arn: str) -> None:
    # Imported here, since no other run needs boto3.
    from privatelink_ingress.aws import edge_removal_guard

    edge_removal_guard.refuse_while_in_use(plan, listener_arn)


async def ask_for_certificates(arns: Mapping[str, str], **credentials: Any) -> FoundCertificates:
    # Imported where a stack file names an existing certificate, since no other run needs boto3.
    from privatelink_ingress.aws import existing_certificates

    return await in_hook_thread(existing_certificates.find, arns, **credentials)


async def ask_for_query_logs(zone_id: str, **credentials: Any) -> FoundQueryLogs | None:
    # Imported where a stack file has query logs, since no other run needs boto3.
    from privatelink_ingress.aws import query_logs as of_route53

    return await in_hook_thread(of_route53.find, zone_id, **credentials)


async def ask_for_references(existing: ExistingWebAcl, **credentials: Any) -> tuple[str, ...]:
    # Imported where a stack file names an existing web ACL, since no other run needs boto3.
    from privatelink_ingress.aws import rule_group_references

    return await in_hook_thread(rule_group_references.find, existing, **credentials)


async def ask_for_key_policy(key_arn: str, **credentials: Any) -> KeyPolicy:
    # Imported where a stack has alarms of its own, since no other run needs boto3.
    from privatelink_ingress.aws import key_policies

    return await in_hook_thread(key_policies.find, key_arn, **credentials)


def waits() -> Waits:
    # Imported when a hook runs, since no other run needs boto3.
    from privatelink_ingress.aws import draining

    return draining


def used_slots() -> UsedSlots:
    # Imported when a hook runs, since no other run needs boto3.
    from privatelink_ingress.aws import slots

    return slots


program.run(deploy)
