"""The image repository of the ingress controller."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.workload.registry import RegistryPlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """Inputs of a `Registry`."""

    plan: RegistryPlan
    tags: Mapping[str, str]


class Registry(Component):
    """One repository whose tags never move."""

    repository_url: Output[str]
    """`<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, without tag or digest."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the repository, or look up the one that another stack owns."""
        super().__init__(name, opts)
        self.repository_url = self._repository(args).repository_url if args.plan.create else self._existing(args.plan)
        self.publish()

    def _existing(self, plan: RegistryPlan) -> Output[str]:
        opts = pulumi.InvokeOutputOptions(parent=self)
        if plan.image_digest is None:
            return aws.ecr.get_repository_output(name=plan.repository, opts=opts).repository_url
        # Fails in the preview, with repository and digest in the message, when the image was never copied.
        image = aws.ecr.get_image_output(repository_name=plan.repository, image_digest=plan.image_digest, opts=opts)
        return image.image_uri.apply(lambda uri: uri.split("@")[0])

    def _repository(self, args: RegistryArgs) -> aws.ecr.Repository:
        repository = aws.ecr.Repository(
            f"{self._name}-controller",
            name=args.plan.repository,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS")],
            tags=self.named("controller", args.tags),
            opts=self.child(),
        )
        aws.ecr.LifecyclePolicy(
            f"{self._name}-controller",
            repository=repository.name,
            policy=args.plan.lifecycle_policy,
            opts=self.child(),
        )
        return repository
