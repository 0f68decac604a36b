"""The image repositories of a workload stack."""

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
    """Repositories whose tags never move, one for each image."""

    repository_urls: Mapping[str, Output[str]]
    """By the image's name: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, without tag or digest."""

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the repositories, unless another stack owns them."""
        super().__init__(name, opts)
        repositories = args.plan.repositories.items()
        if args.plan.create:
            self.repository_urls = {
                image: self._repository(image, repository, args) for image, repository in repositories
            }
        else:
            self.repository_urls = {
                image: Output.from_input(f"{args.plan.host}/{repository}") for image, repository in repositories
            }
        self.publish()

    def _repository(self, image: str, name: str, args: RegistryArgs) -> Output[str]:
        repository = aws.ecr.Repository(
            f"{self._name}-{image}",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            force_delete=args.plan.force_delete,
            encryption_configurations=[aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS")],
            tags=self.named(image, args.tags),
            opts=self.child(),
        )
        aws.ecr.LifecyclePolicy(
            f"{self._name}-{image}",
            repository=repository.name,
            policy=args.plan.lifecycle_policy,
            opts=self.child(),
        )
        return repository.repository_url
