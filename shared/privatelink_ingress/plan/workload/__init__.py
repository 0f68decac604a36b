"""Everything that an `eks-service` stack holds, decided before anything is registered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from pydantic import TypeAdapter, ValidationError

from privatelink_ingress.contract import PROJECT
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.workload.cluster import ClusterPlan, plan_cluster
from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller
from privatelink_ingress.plan.workload.images import ImagePlan, plan_image
from privatelink_ingress.plan.workload.network import NetworkPlan, plan_network
from privatelink_ingress.plan.workload.nodes import NodesPlan, plan_nodes
from privatelink_ingress.plan.workload.publication import PublicationPlan, plan_publication
from privatelink_ingress.plan.workload.registry import RegistryPlan, plan_registry
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.fields import ConnectionName
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadPlan:
    """One stack. Its parts are keyed by zone id, service, principal or role, never by position."""

    name: str
    """The connection's name, and with it the prefix of every resource."""
    tags: Mapping[str, str]
    network: NetworkPlan
    registry: RegistryPlan
    image: ImagePlan | None
    """What the registry must hold. None when no digest is pinned, which takes a stack without the controller."""
    cluster: ClusterPlan
    nodes: NodesPlan
    controller: ControllerPlan | None
    """None leaves out everything that calls the cluster's Kubernetes API."""
    publication: PublicationPlan


def plan_workload(
    settings: WorkloadSettings, *, stack: str, region: str, available_zones: Iterable[str]
) -> WorkloadPlan:
    """The stack `stack` in `region`.

    Args:
        settings: The stack file.
        stack: Name of the stack, which names the connection when the settings do not.
        region: Where the stack lives.
        available_zones: Ids of the region's zones; with `network.zoneIds` set, those are enough.

    Raises:
        UserError: every part says what does not fit, at which key.
    """
    name = _connection_name(settings.connection_name or stack)
    network = plan_network(settings, region=region, available_zones=available_zones, cluster=name)
    registry = plan_registry(settings, name=name)
    return WorkloadPlan(
        name=name,
        tags=workload_tags(settings, stack),
        network=network,
        registry=registry,
        image=plan_image(settings, repository=registry.repository, region=region),
        cluster=plan_cluster(settings, name=name),
        nodes=plan_nodes(settings),
        controller=plan_controller(
            settings=settings.controller,
            trusted_cidrs=tuple(subnet.cidr for subnet in network.subnets),
            health_path=settings.publication.health_path,
            overrides=settings.controller.config,
        )
        if settings.controller.install
        else None,
        publication=plan_publication(settings, name=name, region=region, zone_ids=network.zone_ids),
    )


def workload_tags(settings: WorkloadSettings, stack: str) -> dict[str, str]:
    """Tags of all resources of the stack."""
    return tags.common(
        project=PROJECT,
        stack=stack,
        owner=settings.owner,
        environment=settings.environment,
        extra=settings.tags,
    )


def _connection_name(name: str) -> str:
    try:
        return TypeAdapter(ConnectionName).validate_python(name)
    except ValidationError:
        problem = Problem(
            "connectionName",
            f"is not set, and the stack's name {name!r} cannot stand in for it",
            "Set connectionName to 1-30 lower-case letters, digits and single hyphens, a letter first.",
        )
        raise UserError("The connection has no name", [problem]) from None
