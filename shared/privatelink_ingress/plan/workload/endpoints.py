"""Which AWS services the private VPC reaches, through which endpoints, and why. Nothing else leads out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress.plan.workload import endpoint_policies
from privatelink_ingress.problems import Problem, UserError
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

MISTAKEN = {
    "cloudwatch": "monitoring",
    "cloudwatch-logs": "logs",
    "ec2-messages": "ec2messages",
    "ecr": "ecr.api and ecr.dkr",
    "ecr-api": "ecr.api",
    "ecr-dkr": "ecr.dkr",
    "eks.auth": "eks-auth",
    "eksauth": "eks-auth",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "secrets-manager": "secretsmanager",
    "session-manager": "ssm and ssmmessages, or set sessionManager",
    "ssm-messages": "ssmmessages",
}
"""Names that AWS does not have, and the right one. No list of all names is available offline: a wrong name that is not
listed here is refused when the endpoint is created."""


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

    Raises:
        UserError: when an extra service is the gateway's, or not written by its short name.
    """
    extra = settings.endpoints.extra
    if problems := [problem for index, name in enumerate(extra) if (problem := _misfit(index, name))]:
        raise UserError("The endpoints do not fit", problems)
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


def _misfit(index: int, name: str) -> Problem | None:
    where = f"endpoints.extra[{index}]"
    if name == "s3":
        return Problem(where, "is 's3', which every VPC here reaches through a gateway endpoint", "Remove it.")
    if name.startswith("com.amazonaws."):
        return Problem(where, f"is {name!r}, a whole name", f"Write {name.split('.', 3)[-1]!r}: the region is known.")
    if name in MISTAKEN:
        return Problem(where, f"is {name!r}, which is not the name of a service", f"Write {MISTAKEN[name]}.")
    return None
