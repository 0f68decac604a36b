"""The private VPC of a workload: its zones, subnets, endpoints and log."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping

from privatelink_ingress.plan import service_trust, subnets, zones
from privatelink_ingress.plan.log_groups import LogStorage
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import endpoint_policies, endpoint_zones, subnet_sizes
from privatelink_ingress.plan.workload.adopted_network import AdoptedNetwork
from privatelink_ingress.plan.workload.endpoints import EndpointPlan, interface_endpoints
from privatelink_ingress.plan.workload.log_storage import plan_storage
from privatelink_ingress.plan.workload.pod_subnets import plan_pod_subnets
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """A VPC without a route to the internet."""

    adopted: AdoptedNetwork | None
    """The existing VPC, to which the stack adds only endpoints; None when the stack creates its own."""
    cidr: str
    subnets: tuple[SubnetPlan, ...]
    pod_cidr: str | None
    """A second range of the VPC; None when pods share the nodes' subnets."""
    pod_subnets: tuple[SubnetPlan, ...]
    """Subnets in which the CNI finds more addresses for pods."""
    interface_endpoints: tuple[EndpointPlan, ...]
    s3_service_name: str
    s3_policy: str | None
    """None leaves the gateway open to every bucket."""
    log_storage: LogStorage
    """Of the flow logs."""
    permissions_boundary: str | None
    """ARN of the policy that limits the flow logs' role."""
    flow_logs_trust: str
    """Who may assume that role, as JSON."""
    warnings: tuple[Problem, ...]
    """What is allowed, but worth knowing."""

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
    services: Mapping[str, Collection[str]] | None = None,
) -> NetworkPlan:
    """The VPC for `cluster`: the stack's own, or the one that it adopted.

    Args:
        settings: The stack file.
        region: Region of the VPC.
        available_zones: Ids of the region's zones.
        cluster: Name of the cluster.
        adopted: The existing VPC, if the stack has one.
        services: Ids of the zones that have each service of `endpoint_zones.missing`, if known.

    Raises:
        UserError: when zones, prefixes or endpoints do not fit.
    """
    endpoints = interface_endpoints(settings, region=region, cluster=cluster)
    keys = endpoint_zones.missing(settings)
    if adopted:
        nodes, pods, warnings = adopted.plans, (), adopted.warnings
    else:
        nodes, pods = _own_subnets(settings, region, available_zones, endpoints=len(endpoints))
        warnings = subnet_sizes.check_room(settings, nodes=nodes, pods=pods, endpoints=len(endpoints))
    created = [endpoint for endpoint in endpoints if endpoint.service in keys]
    placed, elsewhere = endpoint_zones.place(created, [subnet.zone_id for subnet in nodes], services, keys)
    return NetworkPlan(
        adopted=adopted,
        cidr=adopted.cidr if adopted else settings.network.cidr,
        subnets=nodes,
        pod_cidr=settings.network.pod_cidr,
        pod_subnets=pods,
        interface_endpoints=placed,
        s3_service_name=f"com.amazonaws.{region}.s3",
        s3_policy=endpoint_policies.s3_gateway(settings, region=region),
        log_storage=plan_storage(settings, retention_days=settings.cluster.log_retention_days),
        permissions_boundary=settings.roles.permissions_boundary,
        flow_logs_trust=service_trust.flow_logs(account_id=settings.account_id, region=region),
        warnings=(*warnings, *elsewhere),
    )


def _own_subnets(
    settings: WorkloadSettings, region: str, available_zones: Iterable[str], *, endpoints: int
) -> tuple[tuple[SubnetPlan, ...], tuple[SubnetPlan, ...]]:
    """The nodes' subnets, and those for pods only."""
    network = settings.network
    if network.zone_ids and (unfit := sorted(zones.WITHOUT_EKS & set(network.zone_ids))):
        problem = Problem(
            "network.zoneIds", f"has {', '.join(unfit)}, where EKS takes no subnets", "Choose other zones."
        )
        raise UserError("The zones do not fit the region", [problem])
    zone_ids = zones.choose(
        set(available_zones) - zones.WITHOUT_EKS, count=network.zones, zone_ids=network.zone_ids, region=region
    )
    longest = subnets.LONGEST
    if not subnets.shortest(network.cidr, zone_ids) <= network.subnet_prefix <= longest:
        # Only then: a prefix that is merely too long for the nodes gets the sum from `check_room`.
        longest = subnet_sizes.longest_prefix(settings, zone_count=len(zone_ids), endpoints=endpoints)
    nodes = subnets.tier(network.cidr, network.subnet_prefix, zone_ids, key=subnet_sizes.KEY, longest=longest)
    pods = plan_pod_subnets(network.pod_cidr, vpc_cidr=network.cidr, zone_ids=zone_ids) if network.pod_cidr else ()
    return nodes, pods
