"""The image repository of the ingress controller."""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress.settings.workload import WorkloadSettings

UNTAGGED_DAYS = 14
"""How long an image without a tag stays: copies that were cut off or replaced. A copy in use carries a tag, and the
parts of a multi-architecture image cannot be deleted while their index is there."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegistryPlan:
    """One repository."""

    repository: str
    create: bool
    """False when another stack owns it."""
    lifecycle_policy: str
    image_digest: str | None
    """The image that another stack's repository must hold already. None when this stack makes the repository, which no
    copy can come before, or installs no controller."""


def plan_registry(settings: WorkloadSettings, *, name: str) -> RegistryPlan:
    """The repository of the stack whose connection is `name`."""
    controller = settings.controller
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
        repository=settings.registry.repository or f"{name}/nginx-ingress",
        create=settings.registry.create,
        lifecycle_policy=json.dumps({"rules": [rule]}),
        image_digest=controller.image.digest
        if controller.install and controller.image and not settings.registry.create
        else None,
    )
