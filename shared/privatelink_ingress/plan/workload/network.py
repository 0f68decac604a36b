"""The private VPC of a workload: its zones, subnets, endpoints and log."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress.plan import subnets, zones
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.plan.workload import endpoint_policies
from privatelink_ingress.plan.workload.endpoints import EndpointPlan, interface_endpoints
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

WITHOUT_EKS = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Zones in which EKS takes no subnet: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """A VPC without any way to the internet."""

    cidr: str
    subnets: tuple[SubnetPlan, ...]
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
    settings: WorkloadSettings, *, region: str, available_zones: Iterable[str], cluster: str
) -> NetworkPlan:
    """The VPC of a stack, for the cluster of that name.

    Raises:
        UserError: when zones, prefix or endpoints do not fit.
    """
    network = settings.network
    if network.zone_ids and (unfit := sorted(WITHOUT_EKS & set(network.zone_ids))):
        problem = Problem("network.zoneIds", f"EKS takes no subnets in {', '.join(unfit)}", "Choose other zones.")
        raise UserError("The zones do not fit the region", [problem])
    zone_ids = zones.choose(
        set(available_zones) - WITHOUT_EKS, count=network.zones, zone_ids=network.zone_ids, region=region
    )
    return NetworkPlan(
        cidr=network.cidr,
        subnets=subnets.tier(network.cidr, network.subnet_prefix, zone_ids, key="network.subnetPrefix"),
        interface_endpoints=interface_endpoints(settings, region=region, cluster=cluster),
        s3_service_name=f"com.amazonaws.{region}.s3",
        s3_policy=endpoint_policies.s3_gateway(settings, region=region),
        log_retention_days=settings.cluster.log_retention_days,
        permissions_boundary=settings.roles.permissions_boundary,
    )
