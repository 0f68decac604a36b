"""An existing cluster: whether it can be published, and through which subnets and node groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privatelink_ingress.plan import existing_subnets
from privatelink_ingress.plan.existing_subnets import RouteTable, Subnet
from privatelink_ingress.plan.workload import kubeconfig
from privatelink_ingress.plan.workload.controller import network
from privatelink_ingress.plan.workload.images import ImagePlan
from privatelink_ingress.plan.workload.protocols import PROTOCOLS, Protocol
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.fields import Settings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.existing import ExistingCluster
from privatelink_ingress.settings.workload.registry import Platform

KEY = "cluster.existing"

_OURS = frozenset(
    {"account_id", "connection_name", "owner", "environment", "tags"}
    | {"cluster", "registry", "controller", "sample", "publication", "alarms", "roles"}
)
"""Top-level keys that may stand beside `cluster.existing`; under `cluster`, only `_OURS_OF_CLUSTER`."""

_OURS_OF_CLUSTER = frozenset({"existing", "deletion_protection", "kubernetes_api"})
"""Deletion protection also covers this stack's load balancer; `kubernetesApi` concerns only the deployment."""

_PROCESSORS: Mapping[str, Platform] = {"x86_64": "linux/amd64", "ARM_64": "linux/arm64"}
"""Platform by a part of the AMI type's name: https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundNodes:
    """One autoscaling group of nodes, as AWS describes it."""

    name: str
    """Name of the managed node group, or of a self-managed autoscaling group."""
    autoscaling_group: str
    subnet_ids: tuple[str, ...]
    ami_type: str | None = None
    """None for self-managed nodes."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundCluster:
    """The cluster of `cluster.existing`, as AWS describes it."""

    tags: Mapping[str, str]
    vpc_id: str
    security_group_id: str
    """The group that EKS created for the control plane and the nodes."""
    endpoint: str
    certificate_authority: str
    """In Base64."""
    cni_configuration: str | None
    """Values of the add-on vpc-cni, as JSON or YAML; None without the add-on, or where it was not looked up."""
    service_cidr: str
    """Network of the Services' addresses."""
    control_plane_subnet_ids: tuple[str, ...]
    """Subnets of the API server's network interfaces."""
    subnet_ids: tuple[str, ...]
    """Subnets for the load balancer: `subnetIds`, or the cluster's own."""
    nodes: tuple[FoundNodes, ...]
    subnets: Mapping[str, Subnet]
    """Subnets of the load balancer, the nodes and the API server's interfaces, by id."""
    route_tables: tuple[RouteTable, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdoptedCluster:
    """A cluster that can be published. The stack registers no part of it."""

    name: str
    vpc_id: str
    subnet_ids: Mapping[str, str]
    """Subnets of the load balancer by zone id, in the order of the zones."""
    zone_names: Mapping[str, str]
    """Of those zones, by zone id."""
    trusted_cidrs: tuple[str, ...]
    """Sources of requests at the node port: the load balancer, or another node that forwards them."""
    api_cidrs: tuple[str, ...]
    """Addresses of the Kubernetes API inside the cluster."""
    node_security_group_ids: tuple[str, ...]
    autoscaling_groups: Mapping[str, str]
    """Name by node group."""
    ami_types: Mapping[str, str]
    """By managed node group."""
    protocol: Protocol
    """With the node ports of the existing controller, if the stack installs none."""
    kubeconfig: str
    warnings: tuple[Problem, ...]


def placeholder(existing: ExistingCluster, *, zone_ids: Sequence[str]) -> FoundCluster:
    """A cluster that fits, for commands that work without AWS."""
    subnet_ids = existing.subnet_ids or tuple(f"subnet-of-{zone_id}" for zone_id in zone_ids)
    subnets = existing_subnets.placeholders(dict(zip(zone_ids, subnet_ids, strict=True)), vpc_id="vpc-0")
    return FoundCluster(
        tags={},
        vpc_id="vpc-0",
        security_group_id="sg-0",
        endpoint="https://cluster.example.com",
        certificate_authority="",
        cni_configuration=network.ENFORCED,
        service_cidr=network.SERVICE_CIDRS[0],
        control_plane_subnet_ids=subnet_ids,
        subnet_ids=subnet_ids,
        nodes=(FoundNodes(name="nodes", autoscaling_group="nodes", subnet_ids=subnet_ids),),
        subnets={subnet.id: subnet for subnet in subnets},
        route_tables=(),
    )


def adopt_cluster(
    settings: WorkloadSettings, cluster: FoundCluster, *, region: str, tags: Mapping[str, str]
) -> AdoptedCluster:
    """The cluster of `cluster.existing`, for a stack whose resources have `tags`.

    Raises:
        UserError: with every setting that cannot stand beside `cluster.existing`, or else every misfit of the cluster.
    """
    existing = settings.cluster.existing
    if existing is None:
        raise ValueError("only a stack with cluster.existing adopts a cluster")
    if problems := list(_not_ours(settings)):
        raise UserError("The stack file sets what the existing cluster already has", problems)
    existing_subnets.require_another_owner(cluster.tags, tags, where=f"{KEY}.name", what=existing.name)
    balancer, installed = tuple(cluster.subnets[id_] for id_ in cluster.subnet_ids), settings.controller.install
    if problems := list(_misfits(existing, cluster, balancer)):
        raise UserError("The existing cluster cannot be published", problems)
    placed = existing_subnets.by_zone(balancer)
    of_nodes = {cluster.subnets[id_] for nodes in cluster.nodes for id_ in nodes.subnet_ids}
    return AdoptedCluster(
        name=existing.name,
        vpc_id=cluster.vpc_id,
        subnet_ids={zone_id: subnet.id for zone_id, subnet in placed.items()},
        zone_names={zone_id: subnet.zone_name for zone_id, subnet in placed.items()},
        trusted_cidrs=tuple(sorted({subnet.cidr for subnet in (*balancer, *of_nodes)})),
        api_cidrs=network.api_cidrs(
            [cluster.service_cidr], (cluster.subnets[id_].cidr for id_ in cluster.control_plane_subnet_ids)
        ),
        node_security_group_ids=existing.node_security_group_ids or (cluster.security_group_id,),
        autoscaling_groups={nodes.name: nodes.autoscaling_group for nodes in cluster.nodes},
        ami_types={nodes.name: nodes.ami_type for nodes in cluster.nodes if nodes.ami_type},
        protocol=_protocol(settings, existing),
        kubeconfig=kubeconfig.through(
            kubeconfig.of_cluster(
                existing.name,
                endpoint=cluster.endpoint,
                certificate_authority=cluster.certificate_authority,
                region=region,
                role_arn=settings.roles.eks,
            ),
            settings.cluster.kubernetes_api,
        ),
        warnings=(
            *_warnings(cluster, placed, of_nodes),
            *(network.unenforced(f"{KEY}.name", existing.name, cluster.cni_configuration) if installed else ()),
        ),
    )


def require_platforms(cluster: AdoptedCluster, images: Iterable[ImagePlan]) -> None:
    """Require that the nodes can run every image. An AMI type that does not name its architecture passes.

    Raises:
        UserError: with each image that a node group cannot run.
    """
    problems = [
        Problem(
            f"{image.key}.platforms",
            f"has {', '.join(image.platforms)}, but node group {group} ({ami_type}) runs {platform}",
            f"Add {platform} if the image has it, or leave that group out of {KEY}.nodeGroups.",
        )
        for image in images
        for group, ami_type in cluster.ami_types.items()
        for mark, platform in _PROCESSORS.items()
        if mark in ami_type and platform not in image.platforms
    ]
    if problems:
        raise UserError("The nodes cannot run every image", problems)


def _not_ours(settings: WorkloadSettings) -> Iterator[Problem]:
    """Settings that have no effect on an existing cluster."""
    others = (settings.model_fields_set - _OURS) | {"cluster"}
    written = [key for name in others for key in _written(settings, name)]
    if not settings.controller.install and settings.controller.image is None:
        written += _written(settings, "registry")
    for key in sorted(written):
        yield Problem(
            key, f"cannot be set together with {KEY}", "Remove it: the stack does not change the existing cluster."
        )
    existing = settings.cluster.existing
    ports = {"nodePort": existing.node_port, "healthNodePort": existing.health_node_port} if existing else {}
    for key in sorted(key for key, port in ports.items() if port and settings.controller.install):
        reason = "is set although controller.install is true, and that controller has ports of its own"
        yield Problem(f"{KEY}.{key}", reason, "Remove it, or set controller.install to false.")
    if settings.publication.protocol == "https" and ports.get("nodePort") and not ports.get("healthNodePort"):
        reason = "is missing: behind nodePort is TLS, and health is checked by plain HTTP"
        yield Problem(f"{KEY}.healthNodePort", reason, "Write the node port on which healthPath answers by HTTP.")


def _protocol(settings: WorkloadSettings, existing: ExistingCluster) -> Protocol:
    usual = PROTOCOLS[settings.publication.protocol]
    node_port = existing.node_port or usual.node_port
    health = existing.health_node_port or (usual.health_node_port if existing.node_port is None else node_port)
    return dataclasses.replace(usual, node_port=node_port, health_node_port=health)


def _written(settings: WorkloadSettings, name: str) -> list[str]:
    """Key paths that the stack file sets under a top-level key, such as `cluster.version`."""
    fields = type(settings).model_fields
    key, value = fields[name].alias or name, getattr(settings, name)
    if not isinstance(value, Settings):
        # A default of Pulumi.yaml arrives as if the stack file set it.
        return [key] if value != fields[name].default else []
    inner = value.model_fields_set - (_OURS_OF_CLUSTER if name == "cluster" else set())
    return [f"{key}.{type(value).model_fields[one].alias or one}" for one in inner]


def _misfits(existing: ExistingCluster, cluster: FoundCluster, balancer: tuple[Subnet, ...]) -> Iterator[Problem]:
    key = f"{KEY}.subnetIds"
    yield from existing_subnets.misfits(
        balancer, key=key, vpc_id=cluster.vpc_id, vpc_of=f"cluster {existing.name}", stated=existing.zone_ids
    )
    if not cluster.nodes:
        reason = f"is {existing.name}, which has no managed node group"
        remedy = (
            f"Write the autoscaling groups of its nodes as {KEY}.autoscalingGroups: a node outside of them gets no "
            "traffic."
        )
        yield Problem(f"{KEY}.name", reason, remedy)
    served = {subnet.zone_id for subnet in balancer}
    of_nodes = {cluster.subnets[id_].zone_id for nodes in cluster.nodes for id_ in nodes.subnet_ids}
    if cluster.nodes and not served & of_nodes:
        reason = f"are in {', '.join(sorted(served))}, but all nodes are in {', '.join(sorted(of_nodes))}"
        yield Problem(key, reason, "Choose subnets of the nodes' zones.")


def _warnings(cluster: FoundCluster, placed: Mapping[str, Subnet], of_nodes: set[Subnet]) -> Iterator[Problem]:
    key = f"{KEY}.subnetIds"
    # A load balancer sends no traffic to targets in zones that it is not in:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
    for zone_id in sorted({subnet.zone_id for subnet in of_nodes} - placed.keys()):
        reason = f"has no subnet in {zone_id}, so the nodes there get no traffic"
        yield Problem(key, reason, f"Add a subnet of {zone_id}.")
    everything = sorted({*placed.values(), *of_nodes}, key=lambda subnet: subnet.id)
    for way_out in existing_subnets.ways_out(everything, cluster.route_tables, key=KEY):
        yield Problem(way_out.where, f"{way_out.reason}: this cluster is not private", way_out.remedy)
