"""The `roles` of a bootstrap stack that deploys one stack alone, as they follow from its stack file and its preview."""

from __future__ import annotations

from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.edge import existing_certificates, hosted_zones
from privatelink_ingress.plan.workload import connection_name
from privatelink_ingress.plan.workload.registry import plan_registry
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.attached_roles import ContractSources
from privatelink_ingress.settings.bootstrap import EdgeRoles, WorkloadRoles
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.preflight.planned import Planned, StackSettings


def workload(planned: Planned, settings: WorkloadSettings) -> WorkloadRoles:
    """The `roles.workload` of a bootstrap stack that deploys this stack alone."""
    cluster, name = settings.cluster.existing, connection_name(settings, planned.stack)
    adopted: dict[str, Any] = {"vpcIds": _existing_vpcs(planned)}
    if cluster:
        adopted |= {"clusters": (cluster.name,), "autoscalingGroups": cluster.autoscaling_groups or ()}
        adopted["nodeSecurityGroupIds"] = cluster.node_security_group_ids or ()
    # Those of another stack are looked up as well (`registry.create: false`).
    repositories = plan_registry(settings, name=name, region=planned.region).repositories
    return WorkloadRoles.model_validate(
        {
            "connections": (name,),
            "stacks": (planned.stack,),
            "repositories": tuple(dict.fromkeys(repositories.values())),
            "parameterPrefix": settings.publication.parameter.prefix,
            "crossRegion": bool(settings.publication.supported_regions),
            "logDeletion": not settings.cluster.log_retain_on_delete,
            "adopted": adopted,
        }
    )


def edge(planned: Planned, settings: EdgeSettings) -> EdgeRoles:
    """The `roles.edge` of a bootstrap stack that deploys this stack alone."""
    zones = set(hosted_zones.keys(settings, settings.dns.zone_id)) - settings.hosted_zone_roles.keys()
    elsewhere = tuple(role.role_arn for role in settings.hosted_zone_roles.values())
    return EdgeRoles.model_validate(
        {
            "stacks": (planned.stack,),
            "queryLogs": settings.dns.query_logs.enabled,
            "endpointServices": services(planned),
            "contracts": contracts(settings),
            "hostedZoneIds": tuple(sorted(zones)),
            "hostedZoneRoleArns": tuple(dict.fromkeys(elsewhere)),
            "logBuckets": (settings.logs.bucket,) if settings.logs.bucket else None,
            "existingLogBuckets": (settings.logs.existing_bucket,) if settings.logs.existing_bucket else (),
            "existingCertificates": certificates(settings, planned.region),
            "existingWebAcls": (settings.firewall.existing.arn,) if settings.firewall.existing else (),
            "crossRegion": crosses_regions(planned),
            **({"shardPrefix": settings.contract_prefix} if settings.contract_prefix else {}),
            "existingVpcIds": (settings.network.existing.vpc_id,) if settings.network.existing else (),
            "userPools": user_pools(settings),
            "logDeletion": not settings.logs.retain_on_delete,
        }
    )


UNKNOWN_SERVICE = "vpce-svc-0"
"""Id of an endpoint service that does not exist yet: the rights of roles name services, so nothing is asked for it."""


def services(planned: Planned) -> tuple[str, ...]:
    """The endpoint services that are known before they are deployed: those of literal contracts and parameters."""
    names = (str(one.inputs.get("serviceName", "")) for one in planned.of_type(t.VPC_ENDPOINT))
    return tuple(sorted({name for name in names if ".vpce-svc-" in name and not name.endswith(UNKNOWN_SERVICE)}))


def contracts(settings: EdgeSettings | AttachedSettings) -> ContractSources:
    """The parameters that the stack reads with the role of its own duty."""
    backends = (one for connection in settings.connections.values() for one in connection.backends)
    names = (one.parameter for one in backends if one.parameter is not None and one.reader_role_arn is None)
    return ContractSources(parameters=tuple(dict.fromkeys(names)))


def parameters(settings: StackSettings) -> tuple[str, ...]:
    """All parameters that the stack's program reads with any role: names, or ARNs."""
    if isinstance(settings, WorkloadSettings):
        return ()
    backends = (one for connection in settings.connections.values() for one in connection.backends)
    shard = settings.edge_parameter if isinstance(settings, AttachedSettings) else None
    names = (*(one.parameter for one in backends), shard)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def user_pools(settings: EdgeSettings | AttachedSettings) -> tuple[str, ...]:
    """The user pools that its connections sign clients in with."""
    pools = (one.sign_in.cognito for one in settings.connections.values() if one.sign_in)
    return tuple(dict.fromkeys(one.user_pool_arn for one in pools if one))


def certificates(settings: EdgeSettings | AttachedSettings, region: str) -> tuple[str, ...]:
    """The existing certificates that it looks up."""
    return tuple(sorted(set(existing_certificates.visible(settings, region).values())))


def crosses_regions(planned: Planned) -> bool:
    """Whether it connects to endpoint services of other Regions."""
    return any(one.inputs.get("serviceRegion") for one in planned.of_type(t.VPC_ENDPOINT))


def _existing_vpcs(planned: Planned) -> tuple[str, ...]:
    """The VPCs that exist before the stack: the id of one that it creates is not known in a preview."""
    inside = (one for type_ in (t.SECURITY_GROUP, t.VPC_ENDPOINT) for one in planned.of_type(type_))
    return tuple(sorted({str(one.inputs["vpcId"]) for one in inside if one.inputs.get("vpcId")}))
