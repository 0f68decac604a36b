"""What `orphans` reads: the states through the Pulumi CLI or from files, and AWS with each account's credentials."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws import inventory
from privatelink_ingress.cli.accounts import Accounts, Unseen, remedy_of
from privatelink_ingress.fleet import repository
from privatelink_ingress.fleet.exported_state import NOTHING_COMPARED, State, state_of
from privatelink_ingress.fleet.orphans import Found
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload
from privatelink_ingress.problems import Problem, Problems, UsageError
from privatelink_ingress.regions import partition
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.query_logs import REGION as QUERY_LOG_REGION
from privatelink_ingress.stackfiles import exports

Stack = Workload | Edge | Attached


def stacks(root: Path) -> dict[str, Stack]:
    """The stacks of the repository by `<project>/<stack>`.

    Raises:
        UserError: a stack file has a mistake, so that the account of its stack is not known.
    """
    found = repository.read_right(root, known=repository.WHERE)
    return {f"{Path(one.file).parent}/{one.stack}": one for one in (*found.workloads, *found.edges, *found.attached)}


def exported(files: Sequence[Path], all_stacks: Collection[str], wanted: Iterable[str]) -> list[State]:
    """The states in files of `pulumi stack export`.

    Raises:
        UsageError: with every file that is not the whole export of one of the stacks, or is a second one of a stack,
            and with every wanted stack that no file is of.
    """
    problems = Problems()
    found = exports.read_all(files, problems, failed=NOTHING_COMPARED)
    for stack, (file, _) in found.items():
        if stack not in all_stacks:
            remedy = f"The stacks are {', '.join(all_stacks)}. Give the repository of another one with --root."
            problems.append(Problem(str(file), f"is of {stack}, which has no stack file", remedy))
    if missing := [] if problems else [one for one in wanted if one not in found]:
        remedy = "Export it too, or leave the name out."
        problems += [Problem(one, "is named, and no file of --state is of it", remedy) for one in missing]
    if problems:
        raise UsageError(NOTHING_COMPARED, problems)
    return [state_of(export) for _, export in found.values()]


def export(root: Path, labels: Iterable[str]) -> list[State]:
    """The states of these stacks, from `pulumi stack export`. A stack that does not exist yet has an empty one.

    Raises:
        UsageError: with every stack whose state cannot be read. Without it, all that the stack has would be an orphan.
    """
    problems, states = Problems(), []
    for label in labels:
        project, _, stack = label.partition("/")
        command = ["pulumi", "-C", project, "stack", "export", "--stack", stack]
        answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if answer.returncode and "no stack named" in answer.stderr:
            states.append(State(stack=label, known=frozenset()))
        elif answer.returncode:
            said = next((line for line in reversed(answer.stderr.splitlines()) if line.strip()), "pulumi said nothing")
            remedy = "Log in to the backend that has its state, or give exported states with --state."
            problems.append(Problem(label, f"its state cannot be read: {said.strip()}", remedy))
        else:
            document = json.loads(answer.stdout)
            held = document.get("deployment") or {}
            empty = not (held.get("resources") or held.get("pending_operations"))
            states.append(
                State(stack=label, known=frozenset())
                if empty
                else state_of(exports.parse(document, source=label, failed=NOTHING_COMPARED))
            )
    if problems:
        raise UsageError(NOTHING_COMPARED, problems)
    return states


def in_aws(stacks: Iterable[Stack], accounts: Accounts) -> tuple[list[Found], set[tuple[str, str]], list[Problem]]:
    """All resources of ours in the accounts and Regions of the stacks, and what is attached to Auto Scaling groups.

    The third part has what could not be read of Regions where the stack files want nothing any more.

    Raises:
        UsageError: with every account that cannot be read, and what to do about it.
    """
    problems, unread, found, attached = Problems(), list[Problem](), dict[Found, Found](), set[tuple[str, str]]()
    stacks = list(stacks)
    wanted = {place: one.settings.roles for one in stacks for place in _places(one)}
    former = {place: one.settings.roles for one in stacks for place in _former_places(one) if place not in wanted}
    for (account_id, region), roles in (*sorted(wanted.items(), key=_place), *sorted(former.items(), key=_place)):
        try:
            account = accounts.account(account_id, region, roles.network, roles.external_id)
            # A role is found in each Region.
            for one in inventory.resources(account, region):
                found.setdefault(dataclasses.replace(one, region=Arn.parse(one.arn).region), one)
            attached |= inventory.attached(account)
        except (Unseen, inventory.Unreadable, BotoCoreError, ClientError) as error:
            rights = f"Use credentials that allow {', '.join(inventory.ACTIONS)}, as ReadOnlyAccess does (--profile)."
            of, reason = unread if (account_id, region) in former else problems, f"cannot be read: {error}"
            of.append(Problem(f"account {account_id}, {region}", reason, remedy_of(error, rights)))
    if problems:
        raise UsageError(NOTHING_COMPARED, problems)
    return list(found.values()), attached, unread


def _place(item: tuple[tuple[str, str], object]) -> tuple[str, str]:
    return item[0]


def _places(stack: Stack) -> list[tuple[str, str]]:
    """The account and the Regions of a stack's resources."""
    settings = stack.settings
    logs_queries = isinstance(settings, EdgeSettings) and settings.dns.query_logs.enabled
    return [(settings.account_id, region) for region in (stack.region, *([QUERY_LOG_REGION] if logs_queries else []))]


def _former_places(stack: Stack) -> list[tuple[str, str]]:
    """Where a shard may have had query logs, of which a killed run or `retainOnDelete` left something."""
    has_some = isinstance(stack.settings, EdgeSettings) and partition(stack.region) == partition(QUERY_LOG_REGION)
    return [(stack.settings.account_id, QUERY_LOG_REGION)] if has_some else []


def select(all_stacks: dict[str, Stack], wanted: Sequence[str]) -> dict[str, Stack]:
    """The stacks of these labels or names; all of them when none is given.

    Raises:
        UsageError: with each that no stack file is of.
    """
    unknown = [
        Problem(name, "no stack file has this name", f"The stacks are {', '.join(all_stacks)}.")
        for name in wanted
        if not any(name in (label, label.partition("/")[2]) for label in all_stacks)
    ]
    if unknown:
        raise UsageError(NOTHING_COMPARED, unknown)
    chosen = set(wanted)
    return {
        label: stack for label, stack in all_stacks.items() if not chosen or chosen & {label, label.partition("/")[2]}
    }
