"""The EKS control plane."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.arns import UNIQUE_ARNS, KeyArn, RoleArn, identity
from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, RetentionDays, Settings, matching
from privatelink_ingress.settings.workload.existing import ExistingCluster
from privatelink_ingress.settings.workload.public_access import PublicAccessCidrs
from privatelink_ingress.settings.workload.versions import KubernetesVersion

AddonVersion = Annotated[
    str, matching(r"v\d+\.\d+\.\d+(-[a-z]+\.\d+)*", "a version as EKS lists it, such as v1.13.1-eksbuild.1")
]
"""`aws eks describe-addon-versions --addon-name <name> --kubernetes-version <version>` lists them."""

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]


class KubernetesApi(Settings):
    """Where a deployment reaches the Kubernetes API, such as the near end of a port forwarded by Session Manager."""

    server: Annotated[
        str, matching(r"https://[A-Za-z0-9.-]+:\d{1,5}", "https, a host and a port, such as https://localhost:8443")
    ]
    tls_server_name: Annotated[
        str,
        matching(
            r"(?=.{1,253}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
            "the host name of the cluster's own endpoint, such as 0A1B.gr7.eu-west-1.eks.amazonaws.com",
        ),
    ]
    """Name that the API's certificate is of: that of the cluster's own endpoint, without https://."""


class Cluster(Settings):
    """The EKS control plane."""

    version: KubernetesVersion = "1.36"
    """Kubernetes minor version, in quotes. An update goes one version up at a time."""
    public_access_cidrs: PublicAccessCidrs = ()
    """Networks that may reach the API from outside the VPC; empty means the API is private only."""
    kubernetes_api: KubernetesApi | None = None
    """Another address of the API, for a deployment from outside the VPC."""
    admins: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """Roles that administer the cluster (EKS access entries with AmazonEKSClusterAdminPolicy)."""
    viewers: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """Roles that read most objects of the cluster, but no Secrets (AmazonEKSViewPolicy)."""
    log_types: Annotated[tuple[LogType, ...], UNIQUE] = (
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    )
    log_retention_days: RetentionDays = 90
    """Of the control plane's logs and the flow logs."""
    log_key_arn: KeyArn | None = None
    """A KMS key of your own for every log group of the stack. Its policy has to admit CloudWatch Logs: docs/logs.md."""
    log_retain_on_delete: bool = True
    """False deletes the stack's log groups when they leave the stack. The deployer's role must be allowed to:
    `logDeletion` of the bootstrap stack."""
    secrets_key_arn: KeyArn | None = None
    """A KMS key of your own for Kubernetes API data; it can never be removed again."""
    deletion_protection: bool = True
    addons: dict[str, AddonVersion] = Field(default_factory=dict)
    """Versions of add-ons by name, such as `coredns: v1.13.1-eksbuild.1`. One that is not here follows EKS's default
    for `version`, looked up in each preview."""
    existing: ExistingCluster | None = None
    """An existing cluster. The stack then publishes it, and creates neither network nor nodes."""

    @model_validator(mode="after")
    def _one_right_for_each_role(self) -> Self:
        for index, viewer in enumerate(self.viewers):
            if identity(viewer) in map(identity, self.admins):
                reason = f"has {viewer}, which is also one of admins"
                raise InvalidSetting(
                    reason, "Write it in one of the two: EKS keeps one entry a role.", at=("viewers", index)
                )
        return self
