"""The images that the workload stacks of a repository pin, and what a look into their registries found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from privatelink_ingress.fleet import plans, repository
from privatelink_ingress.fleet.stacks import Workload, workload_named
from privatelink_ingress.plan.workload.images import ImagePlan, ImageStatus, RegistryContents
from privatelink_ingress.problems import Problem, UsageError, UserError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """One image of a stack."""

    workload: Workload
    image: ImagePlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class Targets:
    """The images that a command is about."""

    pinned: tuple[Target, ...]
    unpinned: tuple[Workload, ...]
    """Stacks without the controller whose files name no image at all."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Checked:
    """One image and its status."""

    target: Target
    status: ImageStatus
    held: RegistryContents | None = None
    """None when the registry was not seen, or has no such repository."""


def select(root: Path, stack: str | None) -> Targets:
    """The images of all workload stacks, or of `stack` alone.

    Raises:
        UsageError: when the stack does not exist, or pins no image.
        UserError: when a stack file has a mistake.
    """
    workloads = repository.read_right(root, known=repository.WHERE).workloads
    chosen = workloads if stack is None else [workload_named(stack, workloads)]
    pinned, unpinned, problems = [], [], []
    for workload in chosen:
        try:
            planned = plans.plan_of(workload).images
        except UserError as error:
            problems += [problem.in_file(workload.file) for problem in error.problems]
            continue
        pinned += (Target(workload=workload, image=image) for image in planned)
        if not planned:
            unpinned.append(workload)
    if problems:
        raise UserError("Stack files have mistakes", problems)
    if stack is not None and unpinned:
        raise UsageError("The stack pins no image", [unpinned_problem(unpinned[0])])
    return Targets(pinned=tuple(pinned), unpinned=tuple(unpinned))


def all_there(images: Iterable[Checked]) -> bool:
    """Whether every image is in its registry as its stack needs it."""
    return all(checked.status.state == "there" for checked in images)


def unpinned_problem(workload: Workload) -> Problem:
    """Why a stack has no image to look for."""
    return Problem(
        f"{workload.file}: controller.image",
        "no image is pinned, and controller.install is false",
        "Write controller.image.digest: the index's digest, as `crane digest <source>:<version>` prints it.",
    )
