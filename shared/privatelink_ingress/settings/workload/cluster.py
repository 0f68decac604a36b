"""The EKS control plane."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from privatelink_ingress.settings.fields import ONCE, Cidr, KeyArn, RetentionDays, RoleArn, Settings, matching
from privatelink_ingress.settings.workload.existing import ExistingCluster
from privatelink_ingress.settings.workload.versions import KubernetesVersion

AddonVersion = Annotated[
    str, matching(r"v\d+\.\d+\.\d+(-[a-z]+\.\d+)*", "a version as EKS lists it, such as v1.13.1-eksbuild.1")
]
"""`aws eks describe-addon-versions --addon-name <name> --kubernetes-version <version>` lists them."""

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]

# What CloudWatch Logs accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html


class Cluster(Settings):
    """The EKS control plane."""

    version: KubernetesVersion = "1.36"
    """Kubernetes minor version, in quotes. An update goes one version up at a time."""
    public_access_cidrs: Annotated[tuple[Cidr, ...], ONCE] = ()
    """Networks that may reach the API from outside the VPC; empty means the API is private only."""
    admins: Annotated[tuple[RoleArn, ...], ONCE] = ()
    """Roles that administer the cluster (EKS access entries with AmazonEKSClusterAdminPolicy)."""
    log_types: Annotated[tuple[LogType, ...], ONCE] = (
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    )
    log_retention_days: RetentionDays = 90
    secrets_key_arn: KeyArn | None = None
    """A KMS key of your own for Kubernetes API data; it can never be removed again."""
    deletion_protection: bool = True
    addons: dict[str, AddonVersion] = Field(default_factory=dict)
    """Versions of add-ons by name, such as `coredns: v1.13.1-eksbuild.1`. One that is not here follows EKS's default
    for `version`, looked up in each preview."""
    existing: ExistingCluster | None = None
    """A cluster that somebody else made. The stack then publishes it, and makes neither network nor nodes."""
