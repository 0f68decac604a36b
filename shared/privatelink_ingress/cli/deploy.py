"""`deploy`, `teardown` and `drift`: which stacks, with whose credentials, and how their images are copied."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console

from privatelink_ingress.aws import account_guard
from privatelink_ingress.cli import images as image_commands
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.images import Target, Targets
from privatelink_ingress.deployment import runner
from privatelink_ingress.deployment.pulumi_process import PulumiProcess
from privatelink_ingress.deployment.session import Progress, Settings
from privatelink_ingress.fleet import check, deployment, plans, repository
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImageStatus
from privatelink_ingress.problems import Problem, UsageError, UserError


def select(root: Path, names: Sequence[str], *, compare: bool) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """All stacks of the repository at `root`, and those of them to work on.

    Args:
        root: Top directory of the repository.
        names: As typed; all stacks when empty.
        compare: Whether the stack files must be right together, not only each alone.

    Raises:
        UserError: when a stack file has a mistake.
        UsageError: when a name fits no stack, or the repository has none.
    """
    every = deployment.units(repository.read_right(root))
    if not every:
        problem = Problem(str(root), "has no stack file of eks-service or central-ingress", "Write one: README.md.")
        raise UsageError("Nothing was done", [problem])
    chosen = deployment.select(every, names)
    if compare and (findings := check.check(root).findings):
        raise UserError("Stack files have mistakes", [one.problem.in_file(one.file) for one in findings])
    return every, chosen


def settings(
    root: Path,
    chosen: Sequence[Unit],
    progress: Progress,
    *,
    profiles: Sequence[str],
    parallel: int,
    minutes: float,
    secrets_provider: str | None = None,
) -> Settings:
    """How to run, once the credentials are known to be of the stacks' accounts.

    Raises:
        UserError: when they are not.
        UsageError: when Pulumi's CLI is missing or too old.
    """
    PulumiProcess()  # a missing CLI is told before anyone asks AWS
    environments: Mapping[str, Mapping[str, str]] = account_guard.environments(chosen, profiles=profiles)
    return Settings(
        open_=runner.from_directory(root, secrets_provider=secrets_provider),
        environments=environments,
        progress=progress,
        parallel=parallel,
        seconds=minutes * 60,
    )


def require_consent(*, yes: bool) -> None:
    """Ask whether to delete, unless `yes`.

    Raises:
        UsageError: when there is no terminal to ask on.
        Abort: when the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        reason = "asks before it deletes, and there is no terminal to answer on"
        raise UsageError("Nothing was deleted", [Problem("teardown", reason, "Add --yes.")])
    typer.confirm("Delete these resources?", abort=True)


class RegistryImages:
    """The images in the workloads' registries, as `images status` and `images copy` treat them."""

    def __init__(self, profiles: Sequence[str], console: Console) -> None:
        """With the ambient credentials and those of `profiles`; the copies' output goes to `console`."""
        self._accounts, self._console = Accounts(profiles=profiles), console

    def status(self, workload: Workload) -> Sequence[ImageStatus]:
        """How each image that the stack file pins stands."""
        return [one.status for one in image_commands.status(self._targets(workload), self._accounts)]

    def copy(self, workload: Workload, report: Callable[[str], None]) -> None:
        """Copy what is missing.

        Raises:
            UserError: when an image does not arrive.
        """
        report("copies its images, every platform and by digest")
        targets = self._targets(workload)
        if not image_commands.copy(targets, self._accounts, self._console, copy_command=images.command, dry_run=False):
            reason = "not every image is in its registry; the lines above say why"
            remedy = f"Correct it. `{images.command(workload.stack)}` tries the copy alone."
            raise UserError("The images were not copied", [Problem(workload.file, reason, remedy)])

    @staticmethod
    def _targets(workload: Workload) -> Targets:
        pinned = tuple(Target(workload=workload, image=image) for image in plans.plan_of(workload).images)
        return Targets(pinned=pinned, unpinned=())
