"""`images`: checks whether the workloads' images are in their registries, and copies the missing ones."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from privatelink_ingress.aws import registry as live
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli import image_tools
from privatelink_ingress.cli.accounts import Accounts, Unseen, remedy_of
from privatelink_ingress.cli.views import images as view
from privatelink_ingress.cli.views import show
from privatelink_ingress.cli.views.images import CopyCommand
from privatelink_ingress.fleet.images import Checked, Target, Targets
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImageStatus
from privatelink_ingress.problems import Problem, UserError


def status(targets: Targets, accounts: Accounts) -> list[Checked]:
    """The status of each image. Changes nothing."""
    return [_look(target, accounts) for target in targets.pinned]


def copy(targets: Targets, accounts: Accounts, console: Console, *, copy_command: CopyCommand, dry_run: bool) -> bool:
    """Copy missing images, and verify each by digest. Prints progress.

    Returns:
        Whether every image is present, or in a dry run could be copied.

    Raises:
        UsageError: when an image must be copied and no copy tool is installed.
    """
    view.print_unpinned(targets, console)
    fine = True
    for target in targets.pinned:
        # Looked at one by one: two stacks may share a repository.
        before = _look(target, accounts)
        if before.status.state == "there":
            view.line(console, target, f"already there, {before.status.reason}", "green")
        elif not before.status.copy_helps:
            fine = False
            view.print_checked(before, console, copy_command)
            if dry_run and before.status.state in ("not seen", "no repository"):
                view.print_commands(target, console)
        elif dry_run:
            view.line(console, target, "would be copied", "cyan")
            view.print_commands(target, console)
        else:
            fine &= _copy(target, accounts, console, copy_command)
    return fine


def _look(target: Target, accounts: Accounts) -> Checked:
    image = target.image
    try:
        account = _registry(target, accounts)
        held = live.held(account, image)
    except (Unseen, BotoCoreError, ClientError) as error:
        rights = "ecr:BatchGetImage and ecr:DescribeImages"
        use = f"Use credentials of account {image.account_id} with {rights}, or name them with --profile."
        status = ImageStatus(state="not seen", reason=str(error), remedy=remedy_of(error, use))
        return Checked(target=target, status=status)
    return Checked(target=target, status=images.judge(image, held), held=held)


def _copy(target: Target, accounts: Accounts, console: Console, copy_command: CopyCommand) -> bool:
    tool, image = image_tools.require(), target.image
    view.line(console, target, f"copying {image.origin} to {image.destination}", "cyan")
    try:
        image_tools.copy(
            tool, image, password=_password(target, accounts), report=lambda line: view.indented(console, line)
        )
    except UserError as error:
        show.error(console, error)
        return False
    after = _look(target, accounts)
    if after.status.state != "there":
        view.line(
            console, target, f"{tool} reported success, but the image in the registry is not the pinned one", "red"
        )
        view.print_checked(after, console, copy_command)
        return False
    view.line(console, target, f"copied; the registry has {image.digest}, {after.status.reason}", "bold green")
    return True


def _registry(target: Target, accounts: Accounts) -> Account:
    roles = target.workload.settings.roles
    return accounts.account(target.image.account_id, target.image.region, roles.ecr, roles.external_id)


def _password(target: Target, accounts: Accounts) -> str:
    image = target.image
    try:
        return live.password(_registry(target, accounts))
    except (Unseen, BotoCoreError, ClientError) as error:
        remedy = remedy_of(error, "Use credentials that may call ecr:GetAuthorizationToken.")
        raise UserError("Nothing was copied", [Problem(image.registry, f"gave no password: {error}", remedy)]) from None
