"""The plan of an `eks-service` stack: everything is decided before anything is registered."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping

from pydantic import TypeAdapter, ValidationError

from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.log_groups import NONE_RETAINED, RetainedLogs
from privatelink_ingress.plan.workload.adopted_cluster import (
    AdoptedCluster,
    FoundCluster,
    adopt_cluster,
    require_platforms,
)
from privatelink_ingress.plan.workload.adopted_network import FoundNetwork, adopt_network
from privatelink_ingress.plan.workload.alarms import WorkloadAlarmsPlan, plan_alarms
from privatelink_ingress.plan.workload.alarms.cluster import WatchedCluster
from privatelink_ingress.plan.workload.alarms.log_groups import watched_log_groups
from privatelink_ingress.plan.workload.cluster import ClusterPlan, plan_cluster
from privatelink_ingress.plan.workload.controller import ControllerPlan, disk, plan_controller
from privatelink_ingress.plan.workload.controller.network import SERVICE_CIDRS, api_cidrs
from privatelink_ingress.plan.workload.deployed import NodeGroupSize
from privatelink_ingress.plan.workload.images import ImagePlan, plan_images
from privatelink_ingress.plan.workload.network import NetworkPlan, plan_network
from privatelink_ingress.plan.workload.nodes import NodesPlan, plan_nodes
from privatelink_ingress.plan.workload.observability import ObservabilityPlan, plan_observability
from privatelink_ingress.plan.workload.protocols import PROTOCOLS
from privatelink_ingress.plan.workload.publication import PublicationPlan, plan_publication
from privatelink_ingress.plan.workload.registry import RegistryPlan, plan_registry
from privatelink_ingress.plan.workload.removal import RemovalPlan, plan_removal
from privatelink_ingress.plan.workload.sample import SamplePlan, plan_sample
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.fields import ConnectionName
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkloadPlan:
    """One stack. Its parts are keyed by zone id, service, principal or role, never by position.

    An `OwnClusterPlan` creates the cluster, an `AdoptedClusterPlan` publishes an existing one.
    """

    name: str
    """The connection's name, and the prefix of every resource."""
    tags: Mapping[str, str]
    cluster: ClusterPlan | AdoptedCluster
    registry: RegistryPlan | None
    """None for an existing cluster when the stack file pins no image."""
    images: tuple[ImagePlan, ...]
    """Images that the registry must hold. A stack without the controller may pin none."""
    controller: ControllerPlan | None
    """None leaves out everything that calls the cluster's Kubernetes API."""
    sample: SamplePlan | None
    """None without the sample application."""
    publication: PublicationPlan
    alarms: WorkloadAlarmsPlan | None
    removal: RemovalPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnClusterPlan(WorkloadPlan):
    """A stack that creates its cluster."""

    network: NetworkPlan
    cluster: ClusterPlan
    observability: ObservabilityPlan | None
    """None without `podLogs` and `metrics`."""
    nodes: NodesPlan
    registry: RegistryPlan

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is allowed in the network, but worth knowing."""
        return self.network.warnings


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedClusterPlan(WorkloadPlan):
    """A stack that publishes an existing cluster."""

    cluster: AdoptedCluster

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is allowed in the cluster, but worth knowing."""
        return self.cluster.warnings


def plan_workload(
    settings: WorkloadSettings,
    *,
    stack: str,
    region: str,
    available_zones: Iterable[str],
    existing_vpc: FoundNetwork | None = None,
    services: Mapping[str, Collection[str]] | None = None,
    creator: str | None = None,
    sizes: Mapping[str, NodeGroupSize] | None = None,
    retained: RetainedLogs = NONE_RETAINED,
) -> OwnClusterPlan:
    """Plan a stack that creates its cluster.

    Args:
        settings: The stack file.
        stack: The stack's name, which names the connection unless the settings do.
        region: Where the stack lives.
        available_zones: Ids of the region's zones; with `network.zoneIds` set, those are enough.
        existing_vpc: The VPC of `network.existing`, when the stack file has it.
        services: Ids of the zones that have each service of `endpoint_zones.missing`, if known.
        creator: ARN of the principal that created the cluster or is about to; None if unknown.
        sizes: Of the deployed node groups, by their `Name` tag.
        retained: Logs that the stack left when it was removed before.

    Raises:
        UserError: with the key of every setting that does not fit.
    """
    name, common = connection_name(settings, stack), workload_tags(settings, stack)
    if settings.controller.install:
        disk.require_room(settings)
    adopted = adopt_network(settings, existing_vpc, tags=common) if existing_vpc else None
    network = plan_network(
        settings, region=region, available_zones=available_zones, cluster=name, adopted=adopted, services=services
    )
    subnets = tuple(subnet.cidr for subnet in network.subnets)
    registry = plan_registry(settings, name=name, region=region)
    observability = plan_observability(settings, name=name, region=region, retained=retained)
    controller = _controller(settings, subnets, api_cidrs=api_cidrs(SERVICE_CIDRS, subnets))
    cluster = plan_cluster(settings, name=name, region=region, creator=creator, retained=retained)
    nodes = plan_nodes(
        settings,
        name=name,
        region=region,
        features=observability.addons if observability else (),
        sizes=sizes or {},
    )
    publication = plan_publication(settings, name=name, region=region, zone_ids=network.zone_ids, controller=controller)
    watched = WatchedCluster(
        name=name,
        node_groups=tuple(group.key for group in nodes.groups),
        metrics=settings.metrics.install,
        replicas=settings.controller.min_replicas if controller else None,
        log_groups=watched_log_groups(network, cluster, observability),
    )
    return OwnClusterPlan(
        name=name,
        tags=common,
        network=network,
        registry=registry,
        images=plan_images(settings, repositories=registry.repositories, region=region),
        cluster=cluster,
        observability=observability,
        nodes=nodes,
        controller=controller,
        sample=plan_sample(settings),
        publication=publication,
        alarms=plan_alarms(settings, watched, publication, name=name, stack=stack, region=region),
        removal=plan_removal(settings, name=name, region=region),
    )


def plan_adopted(settings: WorkloadSettings, *, stack: str, region: str, cluster: FoundCluster) -> AdoptedClusterPlan:
    """Plan a stack that publishes the cluster of `cluster.existing`.

    Raises:
        UserError: with the key of every setting that does not fit.
    """
    name, common = connection_name(settings, stack), workload_tags(settings, stack)
    adopted = adopt_cluster(settings, cluster, region=region, tags=common)
    registry = plan_registry(settings, name=name, region=region)
    images = plan_images(settings, repositories=registry.repositories, region=region)
    require_platforms(adopted, images)
    controller = _controller(settings, adopted.trusted_cidrs, api_cidrs=adopted.api_cidrs)
    publication = plan_publication(
        settings, name=name, region=region, zone_ids=tuple(adopted.subnet_ids), controller=controller
    )
    watched = WatchedCluster(
        name=adopted.name,
        node_groups=tuple(adopted.autoscaling_groups),
        # The cluster's owner decides on its agent and its logs.
        metrics=False,
        replicas=None,
        log_groups={},
    )
    return AdoptedClusterPlan(
        name=name,
        tags=common,
        cluster=adopted,
        registry=registry if images else None,
        images=images,
        controller=controller,
        sample=plan_sample(settings),
        publication=dataclasses.replace(publication, protocol=adopted.protocol),
        alarms=plan_alarms(settings, watched, publication, name=name, stack=stack, region=region),
        removal=plan_removal(settings, name=name, region=region),
    )


def _controller(
    settings: WorkloadSettings, trusted_cidrs: tuple[str, ...], *, api_cidrs: tuple[str, ...]
) -> ControllerPlan | None:
    if not settings.controller.install:
        return None
    return plan_controller(
        settings=settings.controller,
        trusted_cidrs=trusted_cidrs,
        api_cidrs=api_cidrs,
        health_path=settings.publication.health_path,
        protocol=PROTOCOLS[settings.publication.protocol],
        http2=settings.publication.http2,
        overrides=settings.controller.config,
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


def connection_name(settings: WorkloadSettings, stack: str) -> str:
    """Name of the connection, of the cluster, and the prefix of every resource.

    Raises:
        UserError: when neither `connectionName` nor the stack's name is a valid one.
    """
    name = settings.connection_name or stack
    try:
        return TypeAdapter(ConnectionName).validate_python(name)
    except ValidationError:
        problem = Problem(
            "connectionName",
            f"is not set, and the stack's name {name!r} is not a valid connection name",
            "Set connectionName to 1-30 lower-case letters, digits and single hyphens, a letter first.",
        )
        raise UserError("The connection has no valid name", [problem]) from None
