"""Which AWS services the private VPC reaches, through which endpoints, and why. Nothing else leads out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress.plan.workload import endpoint_policies
from privatelink_ingress.settings.workload import WorkloadSettings

CORE = ("ec2", "ecr.api", "ecr.dkr", "eks-auth")
"""What a node calls before it runs its first pod.

`ec2`: the node's own name and the CNI's addresses; `ecr.api`, `ecr.dkr`: images; `eks-auth`: Pod Identity.
https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html"""

ARTICLE = ("autoscaling", "ec2", "ecr.api", "ecr.dkr", "elasticloadbalancing", "sts")
"""The interface endpoints of the architecture as it was first described.

`eks-auth` is not among them: there, pods got roles from an OIDC provider. Here they get them from Pod Identity, and
without that endpoint from nobody, so it is core in every preset."""

POD_LOGS = ("logs",)
METRICS = ("logs", "monitoring")
"""Container Insights sends its measurements as structured log events:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-structured-logs-enhanced-EKS.html"""

SESSION_MANAGER = ("ssm", "ssmmessages")
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html; `ec2messages` only for agents
before 3.3.40.0, which no AMI of a supported Kubernetes version has."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class EndpointPlan:
    """One interface endpoint."""

    key: str
    """Unique in the VPC: the short name of its service, with hyphens."""
    service_name: str
    reasons: tuple[str, ...]
    """Key paths of the settings that it is there for, sorted; the nodes' own needs are `nodes`."""
    policy: str | None
    """What passes it, as JSON; none leaves AWS's own default, which is everything."""
    zone_ids: tuple[str, ...] = ()
    """Zones of its network interfaces (`endpoint_zones.place`)."""

    @property
    def service(self) -> str:
        """Short name of the service, such as `ecr.api`."""
        return self.service_name.split(".", 3)[-1]


def interface_endpoints(settings: WorkloadSettings, *, region: str, cluster: str) -> tuple[EndpointPlan, ...]:
    """The interface endpoints of a cluster's VPC, sorted by service.

    Args:
        settings: The stack file: its features decide.
        region: Region of the VPC.
        cluster: Name of the cluster whose pods get roles.
    """
    return tuple(
        EndpointPlan(
            key=service.replace(".", "-"),
            service_name=f"com.amazonaws.{region}.{service}",
            reasons=reasons,
            policy=endpoint_policies.interface(settings, service, region=region, cluster=cluster),
        )
        for service, reasons in services(settings).items()
    )


def services(settings: WorkloadSettings) -> dict[str, tuple[str, ...]]:
    """The services behind interface endpoints by short name, sorted, each with the key paths that ask for it, sorted.

    `nodes` requests what nodes need to start.
    """
    wanted: dict[str, set[str]] = {}
    for reason, services in _asked(settings):
        for service in services:
            wanted.setdefault(service, set()).add(reason)
    return {service: tuple(sorted(wanted[service])) for service in sorted(wanted)}


def asked_at(settings: WorkloadSettings, service: str) -> str:
    """The key path of the stack file that asks for a service."""
    extra = settings.endpoints.extra
    return f"endpoints.extra[{extra.index(service)}]" if service in extra else services(settings)[service][0]


def _asked(settings: WorkloadSettings) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "nodes", CORE
    for name, group in settings.nodes.by_name.items():
        if group.ami_type.startswith("BOTTLEROCKET"):
            # It asks the EKS API for the cluster's DNS address.
            yield f"{settings.nodes.key(name)}.amiType", ("eks",)
    if settings.pod_logs.install:
        yield "podLogs", POD_LOGS
    if settings.metrics.install:
        yield "metrics", METRICS
    if settings.session_manager:
        yield "sessionManager", SESSION_MANAGER
    if settings.endpoints.preset == "article":
        yield "endpoints.preset", ARTICLE
    yield "endpoints.extra", settings.endpoints.extra
