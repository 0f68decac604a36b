"""The image repositories of a workload stack."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.registry import CONTROLLER, SAMPLE

UNTAGGED_DAYS = 14
"""How long an image without a tag stays: copies that were cut off or replaced. A copy in use carries a tag, and the
parts of a multi-architecture image cannot be deleted while their index is there."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegistryPlan:
    """One repository for each image."""

    repositories: Mapping[str, str]
    """Repository by the image's name. The controller's is always among them."""
    host: str
    """Host of the account's registry."""
    create: bool
    """False when another stack owns them."""
    lifecycle_policy: str
    force_delete: bool
    """Whether a repository goes with the images in it. They are copies, so this follows `cluster.deletionProtection`;
    otherwise the removal of a stack stops at them."""


def registry_host(account_id: str, region: str) -> str:
    """Host of an account's registry: https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html."""
    return f"{account_id}.dkr.ecr.{region}.amazonaws.com"


def plan_registry(settings: WorkloadSettings, *, name: str, region: str) -> RegistryPlan:
    """The repositories of the stack in `region` whose connection is `name`.

    Raises:
        UserError: when two images would share a repository.
    """
    rule = {
        "rulePriority": 1,
        "description": f"Untagged images leave after {UNTAGGED_DAYS} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": UNTAGGED_DAYS,
        },
        "action": {"type": "expire"},
    }
    return RegistryPlan(
        repositories=_repositories(settings, name),
        host=registry_host(settings.account_id, region),
        create=settings.registry.create,
        lifecycle_policy=json.dumps({"rules": [rule]}),
        force_delete=not settings.cluster.deletion_protection,
    )


def _repositories(settings: WorkloadSettings, name: str) -> dict[str, str]:
    chosen = {key: image.repository for key, image in settings.registry.images.items()}
    if settings.sample.image is not None:
        chosen[SAMPLE] = settings.sample.image.repository
    repositories = {CONTROLLER: settings.registry.repository or f"{name}/nginx-ingress"}
    owners = {repositories[CONTROLLER]: CONTROLLER}
    for image, repository in sorted(chosen.items()):
        repositories[image] = repository or f"{name}/{image}"
        owner = owners.setdefault(repositories[image], image)
        if owner != image:
            where = f"{SAMPLE}.image" if image == SAMPLE else f"registry.images.{image}"
            remedy = "Choose another name or repository: each repository holds one image."
            problem = Problem(where, f"would be stored in {repositories[image]}, like the image {owner}", remedy)
            raise UserError("Two images would share a repository", [problem])
    return repositories
