"""`images`: checks whether the workloads' images are in their registries, and copies the missing ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from privatelink_ingress.aws import registry as live
from privatelink_ingress.aws.topology.live import Account
from privatelink_ingress.cli import image_tools
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.views import show
from privatelink_ingress.fleet import plans, repository
from privatelink_ingress.fleet.stacks import Workload, workload_named
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImagePlan, ImageStatus, RegistryContents, Tool
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
    """One image and how it stands."""

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
    every = repository.read_right(root).workloads
    chosen = every if stack is None else [workload_named(stack, every)]
    pinned, unpinned, problems = [], [], []
    for workload in chosen:
        try:
            planned = plans.plan_of(workload).images
        except UserError as error:
            problems += [dataclasses.replace(one, where=f"{workload.file}: {one.where}") for one in error.problems]
            continue
        pinned += (Target(workload=workload, image=image) for image in planned)
        if not planned:
            unpinned.append(workload)
    if problems:
        raise UserError("Stack files have mistakes", problems)
    if stack is not None and unpinned:
        raise UsageError("The stack pins no image", [_pin(unpinned[0])])
    return Targets(pinned=tuple(pinned), unpinned=tuple(unpinned))


def status(targets: Targets, accounts: Accounts) -> list[Checked]:
    """How each image stands. Changes nothing."""
    return [_look(target, accounts) for target in targets.pinned]


def copy(targets: Targets, accounts: Accounts, console: Console, *, dry_run: bool) -> bool:
    """Copy missing images, and verify each by digest. Prints progress.

    Returns:
        Whether every image is present, or in a dry run could be copied.

    Raises:
        UsageError: when an image must be copied and no copy tool is installed.
    """
    _print_unpinned(targets, console)
    fine = True
    for target in targets.pinned:
        # Looked at one by one: two stacks may share a repository.
        before = _look(target, accounts)
        if before.status.state == "there":
            _line(console, target, f"already there, {before.status.reason}", "green")
        elif not before.status.copy_helps:
            fine = False
            _print_checked(before, console)
            if dry_run and before.status.state in ("not seen", "no repository"):
                _print_commands(target, console)
        elif dry_run:
            _line(console, target, "would be copied", "cyan")
            _print_commands(target, console)
        else:
            fine &= _copy(target, accounts, console)
    return fine


def print_status(targets: Targets, found: Sequence[Checked], console: Console) -> None:
    """For people."""
    _print_unpinned(targets, console)
    for checked in found:
        _print_checked(checked, console)


def as_data(targets: Targets, found: Sequence[Checked]) -> dict[str, Any]:
    """For scripts."""
    tool = image_tools.find() or "crane"
    return {
        "images": [
            {
                "stack": one.target.workload.stack,
                "image": one.target.image.name,
                "state": one.status.state,
                "reason": one.status.reason,
                "remedy": one.status.remedy,
                "origin": one.target.image.origin,
                "destination": one.target.image.destination,
                "tags": list(one.held.tags) if one.held else [],
                "platforms": list(one.held.platforms) if one.held and one.held.platforms is not None else None,
                "commands": [images.command(one.target.workload.stack), *images.by_hand(tool, one.target.image)]
                if one.status.copy_helps
                else [],
            }
            for one in found
        ],
        "unpinned": [workload.stack for workload in targets.unpinned],
    }


def all_there(found: Sequence[Checked]) -> bool:
    """Whether no image is missing."""
    return all(one.status.state == "there" for one in found)


def _look(target: Target, accounts: Accounts) -> Checked:
    image = target.image
    try:
        account = _registry(target, accounts)
        held = live.held(account, image)
    except (Unseen, BotoCoreError, ClientError) as error:
        rights = "ecr:BatchGetImage and ecr:DescribeImages"
        remedy = f"Use credentials of account {image.account_id} with {rights}, or name them with --profile."
        return Checked(target=target, status=ImageStatus(state="not seen", reason=str(error), remedy=remedy))
    return Checked(target=target, status=images.judge(image, held), held=held)


def _copy(target: Target, accounts: Accounts, console: Console) -> bool:
    tool, image = image_tools.require(), target.image
    _line(console, target, f"copying {image.origin} to {image.destination}", "cyan")
    try:
        image_tools.copy(
            tool, image, password=_password(target, accounts), report=lambda line: _indented(console, line)
        )
    except UserError as error:
        show.error(console, error)
        return False
    after = _look(target, accounts)
    if after.status.state != "there":
        _line(console, target, f"{tool} reported success, but the image in the registry is not the pinned one", "red")
        _print_checked(after, console)
        return False
    _line(console, target, f"copied; the registry has {image.digest}, {after.status.reason}", "bold green")
    return True


def _registry(target: Target, accounts: Accounts) -> Account:
    roles = target.workload.settings.roles
    return accounts.account(target.image.account_id, target.image.region, roles.ecr, roles.external_id)


def _password(target: Target, accounts: Accounts) -> str:
    image = target.image
    try:
        return live.password(_registry(target, accounts))
    except (Unseen, BotoCoreError, ClientError) as error:
        remedy = "Use credentials that may call ecr:GetAuthorizationToken."
        raise UserError("Nothing was copied", [Problem(image.registry, f"gave no password: {error}", remedy)]) from None


def _print_unpinned(targets: Targets, console: Console) -> None:
    for workload in targets.unpinned:
        problem = _pin(workload)
        _note(console, f"{workload.stack}: {problem.reason}. {problem.remedy}")


def _print_checked(checked: Checked, console: Console) -> None:
    status, platforms = checked.status, checked.held.platforms if checked.held else None
    of = f", of {', '.join(platforms)}" if status.state == "there" and platforms else ""
    style = "bold green" if status.state == "there" else "bold red"
    _line(console, checked.target, f"{status.state}: {status.reason}{of}", style)
    if status.remedy:
        _indented(console, f"→ {status.remedy}", "green")
    if status.copy_helps:
        _indented(console, f"→ {images.command(checked.target.workload.stack)}", "green")
        _print_commands(checked.target, console)


def _print_commands(target: Target, console: Console) -> None:
    tool: Tool | None = image_tools.find()
    if tool is None:
        _note(console, f"    Neither {' nor '.join(image_tools.TOOLS)} is on PATH here. With crane, by hand:")
    for command in images.by_hand(tool or "crane", target.image):
        _indented(console, f"$ {command}")


def _line(console: Console, target: Target, words: str, style: str) -> None:
    label = f"{target.workload.stack} {target.image.name}: "
    console.print(Text.assemble((label, "bold"), (words, style)), soft_wrap=True)


def _indented(console: Console, line: str, style: str = "") -> None:
    console.print(Text(f"    {line}", style=style), soft_wrap=True, highlight=False)


def _note(console: Console, line: str) -> None:
    console.print(Text(line, style="yellow"), soft_wrap=True, highlight=False)


def _pin(workload: Workload) -> Problem:
    return Problem(
        f"{workload.file}: controller.image",
        "no image is pinned, and controller.install is false",
        "Write controller.image.digest: the index's digest, as `crane digest <source>:<version>` prints it.",
    )
