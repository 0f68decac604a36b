"""The private VPC of a workload: its zones, subnets, endpoints and log."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress.plan import subnets, zones
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import endpoint_policies
from privatelink_ingress.plan.workload.adopted_network import AdoptedNetwork
from privatelink_ingress.plan.workload.endpoints import EndpointPlan, interface_endpoints
from privatelink_ingress.plan.workload.pod_subnets import plan_pod_subnets
from privatelink_ingress.plan.workload.subnet_sizes import require_room
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """A VPC without any way to the internet."""

    adopted: AdoptedNetwork | None
    """The VPC of somebody else; the stack then adds endpoints to it, and nothing else."""
    cidr: str
    subnets: tuple[SubnetPlan, ...]
    pod_cidr: str | None
    """A second range of the VPC; none when pods share the nodes' subnets."""
    pod_subnets: tuple[SubnetPlan, ...]
    """Where the CNI finds more addresses for pods."""
    interface_endpoints: tuple[EndpointPlan, ...]
    s3_service_name: str
    s3_policy: str | None
    """None leaves the gateway open to every bucket."""
    log_retention_days: int
    permissions_boundary: str | None
    """ARN of the policy that limits the flow logs' role."""

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """The zones of the VPC, sorted."""
        return tuple(subnet.zone_id for subnet in self.subnets)


def plan_network(
    settings: WorkloadSettings,
    *,
    region: str,
    available_zones: Iterable[str],
    cluster: str,
    adopted: AdoptedNetwork | None = None,
) -> NetworkPlan:
    """The VPC of a stack, for the cluster of that name: its own, or the one that it adopted.

    Raises:
        UserError: when zones, prefix or endpoints do not fit.
    """
    endpoints = interface_endpoints(settings, region=region, cluster=cluster)
    present = adopted.endpoints if adopted else ()
    nodes, pods = (adopted.plans, ()) if adopted else _own_subnets(settings, region, available_zones, len(endpoints))
    return NetworkPlan(
        adopted=adopted,
        cidr=adopted.cidr if adopted else settings.network.cidr,
        subnets=nodes,
        pod_cidr=settings.network.pod_cidr,
        pod_subnets=pods,
        interface_endpoints=tuple(endpoint for endpoint in endpoints if endpoint.service not in present),
        s3_service_name=f"com.amazonaws.{region}.s3",
        s3_policy=endpoint_policies.s3_gateway(settings, region=region),
        log_retention_days=settings.cluster.log_retention_days,
        permissions_boundary=settings.roles.permissions_boundary,
    )


def _own_subnets(
    settings: WorkloadSettings, region: str, available_zones: Iterable[str], endpoints: int
) -> tuple[tuple[SubnetPlan, ...], tuple[SubnetPlan, ...]]:
    """The nodes' subnets, and those for pods alone."""
    network = settings.network
    if network.zone_ids and (unfit := sorted(zones.WITHOUT_EKS & set(network.zone_ids))):
        problem = Problem("network.zoneIds", f"EKS takes no subnets in {', '.join(unfit)}", "Choose other zones.")
        raise UserError("The zones do not fit the region", [problem])
    zone_ids = zones.choose(
        set(available_zones) - zones.WITHOUT_EKS, count=network.zones, zone_ids=network.zone_ids, region=region
    )
    nodes = subnets.tier(network.cidr, network.subnet_prefix, zone_ids, key="network.subnetPrefix")
    pods = plan_pod_subnets(network.pod_cidr, vpc_cidr=network.cidr, zone_ids=zone_ids) if network.pod_cidr else ()
    require_room(settings, nodes=nodes, pods=pods, endpoints=endpoints)
    return nodes, pods
