"""The repository's deployment, over Pulumi's engine and the emulated AWS: what `deploy` needs beside stack files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from privatelink_ingress.fleet import deployment, plans, repository
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.local import prerequisites
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImageStatus, RegistryContents
from tests.support.engine import REGION, ROOT, World

PROJECTS = ("eks-service", "central-ingress")


def copy_of_samples(folder: Path) -> Path:
    """The projects with their programs and stack files, to deploy and to change."""
    for project in PROJECTS:
        (folder / project).mkdir()
        for file in [*(ROOT / project).glob("Pulumi*.yaml"), ROOT / project / "__main__.py"]:
            shutil.copy(file, folder / project / file.name)
    (folder / ".venv").symlink_to(sys.prefix)  # which the projects name to the language host
    return folder


def units(root: Path) -> tuple[Unit, ...]:
    """As the commands read them."""
    return deployment.units(repository.read_right(root))


class Recorded:
    """A `Progress` that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, str]] = []
        self.outcomes: list[Outcome] = []
        self.lines: list[tuple[str, str]] = []

    def stage(self, label: str, stage: str) -> None:
        self.stages.append((label, stage))

    def step(self, label: str, step: str) -> None:
        pass

    def line(self, label: str, text: str) -> None:
        self.lines.append((label, text))

    def ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def say(self, text: str) -> None:
        pass


class StandInImages:
    """Images that are copied by putting a manifest of the right digest into the emulated registry."""

    def __init__(self, world: World) -> None:
        self._cloud = world.cloud

    def status(self, workload: Workload) -> Sequence[ImageStatus]:
        ecr = self._cloud.session(workload.settings.account_id, workload.region).client("ecr")
        found = []
        for image in plans.plan_of(workload).images:
            try:
                listed = ecr.list_images(repositoryName=image.repository)["imageIds"]
            except ecr.exceptions.RepositoryNotFoundException:
                found.append(images.judge(image, None))
                continue
            there = image.digest in {one["imageDigest"] for one in listed}
            found.append(images.judge(image, RegistryContents(there=there, tags=(image.tag,))))
        return found

    def copy(self, workload: Workload, report: Callable[[str], None]) -> None:
        for image in prerequisites.copy_images(
            self._cloud, workload.settings, stack=workload.stack, region=workload.region
        ):
            report(f"copied {image.name}")


def environments(world: World, units: Iterable[Unit]) -> Mapping[str, Mapping[str, str]]:
    """By label: the credentials of the stack's account, and where the emulated AWS's providers are."""
    return {
        unit.label: {
            **world.cloud.session(unit.account_id, REGION).environment(),
            **world.environment(unit.account_id),
        }
        for unit in units
    }
