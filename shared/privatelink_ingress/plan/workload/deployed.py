"""The stack's own cluster as AWS has it now, and the changes of it that AWS would not carry out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

SECRETS_KEY_TAG = "SecretsKeyArn"
"""Tag of the cluster with the ARN of the key that encrypts its secrets. Pulumi's look-up of a cluster omits the key."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NodeGroupSize:
    """Numbers of nodes of a managed node group."""

    minimum: int
    maximum: int
    desired: int
    """An autoscaler may have set it since the last deployment."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployedCluster:
    """A cluster that exists under the stack's name, before the stack changes it."""

    version: str
    """Such as `1.36`."""
    creator: str | None
    """ARN of its creator; None without the tag."""
    secrets_key_arn: str | None
    """From the cluster's tag; None without it: no key of the user's, or a cluster deployed before the tag existed."""
    sizes: Mapping[str, NodeGroupSize]
    """Of the stack's node groups, by their `Name` tag."""


def require_possible(settings: WorkloadSettings, cluster: DeployedCluster) -> None:
    """Refuse what would fail half-way, or change nothing while the engine reports an update.

    Args:
        settings: The stack file.
        cluster: What is deployed.

    Raises:
        UserError: with each setting that the deployed cluster cannot change to.
    """
    if problems := [*_another_key(settings, cluster), *_another_version(settings, cluster)]:
        raise UserError("The deployed cluster cannot change like this", problems)


def _another_key(settings: WorkloadSettings, cluster: DeployedCluster) -> Iterator[Problem]:
    had, wanted = cluster.secrets_key_arn, settings.cluster.secrets_key_arn
    if had in (None, wanted):
        return
    # https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html
    yield Problem(
        "cluster.secretsKeyArn",
        f"is {wanted or 'not set'}, but the cluster encrypts its secrets with {had}, and EKS can neither change nor "
        "remove that key",
        f"Write {had} again. For another key, deploy a second stack with it, move the traffic and remove this one: "
        "docs/changes.md.",
    )


def _another_version(settings: WorkloadSettings, cluster: DeployedCluster) -> Iterator[Problem]:
    had, wanted = _minor(cluster.version), _minor(settings.cluster.version)
    # https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
    if wanted < had:
        yield Problem(
            "cluster.version",
            f'is "{settings.cluster.version}", but the cluster runs {cluster.version}, and EKS does not downgrade',
            f'Write "{cluster.version}".',
        )
    if wanted > had + 1:
        yield Problem(
            "cluster.version",
            f'is "{settings.cluster.version}", but the cluster runs {cluster.version}, and EKS upgrades one minor '
            "version at a time",
            f'Write "1.{had + 1}", run `pulumi up`, and then the next one.',
        )


def _minor(version: str) -> int:
    return int(version.partition(".")[2])
