"""The repository's own deployment, over Pulumi's engine and the emulated AWS: what `deploy` needs beside stack files.

The programs run in this process, as inline programs of the Automation API: its default needs the CLI's language host.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import shutil
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import pulumi_aws
import pulumi_eks
import pulumi_kubernetes
from pulumi import automation as auto

from privatelink_ingress import tokens
from privatelink_ingress.deployment.runner import Open, Opening
from privatelink_ingress.fleet import deployment, plans, repository
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.local import prerequisites
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImageStatus, RegistryContents
from tests.support.engine import REGION, ROOT, World

PROJECTS = ("eks-service", "central-ingress")


def import_sdk() -> None:
    """Load the SDK's modules, which load when they are first used: threads of one process may meet half of one."""
    for token in (value for name, value in vars(tokens).items() if name.isupper() and isinstance(value, str)):
        package, module, _ = token.split(":")
        where: Any = {"aws": pulumi_aws, "eks": pulumi_eks, "kubernetes": pulumi_kubernetes}.get(package)
        for part in module.split("/")[: 2 if package == "kubernetes" else 1]:
            where = getattr(where, part.partition(".")[0], None)
            getattr(where, "loads_when_an_attribute_is_read", None)


def copy_of_samples(folder: Path) -> Path:
    """The projects with their programs and stack files, to deploy and to change."""
    for project in PROJECTS:
        (folder / project).mkdir()
        for file in [*(ROOT / project).glob("Pulumi*.yaml"), ROOT / project / "__main__.py"]:
            shutil.copy(file, folder / project / file.name)
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


def opened_in(world: World, root: Path) -> Open:
    """Opens stacks of the repository at `root`, with the credentials of their accounts around each command."""
    accounts = {unit.label: unit.account_id for unit in units(root)}
    ambient = _Ambient(world)

    def open_(opening: Opening) -> Any:
        unit, directory = opening.unit, root / opening.unit.project
        account_id = accounts[unit.label]

        def program() -> None:
            runpy.run_path(str(directory / "__main__.py"), run_name="__main__")

        options = auto.LocalWorkspaceOptions(
            work_dir=str(directory),
            pulumi_command=opening.process,
            env_vars={**opening.environment, **world.daemon.environment(account_id)},
        )
        find = auto.create_or_select_stack if opening.create else auto.select_stack
        stack = find(stack_name=unit.name, project_name=unit.project, program=program, opts=options)
        return _InAccount(stack, ambient, account_id)

    return open_


class _InAccount:
    """A stack whose commands run with the environment of an account: hooks of inline programs look there."""

    def __init__(self, stack: Any, ambient: _Ambient, account_id: str) -> None:
        self._stack, self._ambient, self._account_id = stack, ambient, account_id

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stack, name)
        if not callable(found):
            return found

        def call(*args: Any, **options: Any) -> Any:
            with self._ambient.of(self._account_id):
                return found(*args, **options)

        return call


class _Ambient:
    """The one environment of this process, of one account at a time; stacks of one account share it."""

    def __init__(self, world: World) -> None:
        self._world, self._free = world, threading.Condition()
        self._account_id, self._users, self._before = "", 0, dict[str, str]()

    @contextlib.contextmanager
    def of(self, account_id: str) -> Generator[None]:
        with self._free:
            self._free.wait_for(lambda: not self._users or self._account_id == account_id)
            if not self._users:
                self._before = dict(os.environ)
                os.environ.update(self._world.cloud.session(account_id, REGION).environment())
            self._account_id, self._users = account_id, self._users + 1
        try:
            yield
        finally:
            with self._free:
                self._users -= 1
                if not self._users:
                    os.environ.clear()
                    os.environ.update(self._before)
                self._free.notify_all()
