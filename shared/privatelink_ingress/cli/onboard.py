"""`onboard`: writes a new connection into the stack files, once all of them would be right with it."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import check as fleet_check
from privatelink_ingress.fleet import existing_connection, repository
from privatelink_ingress.fleet import onboarding as joining
from privatelink_ingress.fleet.existing_connection import Holder
from privatelink_ingress.fleet.onboarding import Joining, Wish
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Attached
from privatelink_ingress.problems import Problem, UsageError, UserError
from privatelink_ingress.stackfiles import editor, reader, writer
from privatelink_ingress.stackfiles.writer import Change

CONSUMERS = (f"{service_contract.PROJECT}:publication", "consumers")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command is about to do, or found done."""

    state: Literal["new", "there"]
    name: str
    file: str
    commands: tuple[str, ...]
    """What deploys it, in order, from the repository's top."""
    changes: tuple[Change, ...] = ()
    joining: Joining | None = None
    """None when it is there already."""
    notes: tuple[str, ...] = ()


def prepare(root: Path, wish: Wish, *, edit_workload: bool = False) -> Report:
    """Decide and check everything; nothing is written.

    Raises:
        UserError: with all that is wrong, in the files as they are or as they would be.
    """
    stacks = repository.read_right(root)
    if holders := existing_connection.holders(wish.name, (*stacks.edges, *stacks.attached)):
        return _there(wish, holders, stacks)
    new = joining.decide(wish, stacks.workloads, stacks.edges, stacks.attached)
    change = _entry_change(root, new)
    admission = _admission(root, new)
    # The trial has the workload's side as well: what it lacks is then told once, with the lines to add.
    trial = _check_trial(root, [change, *admission])
    problems = [
        dataclasses.replace(found.problem, where=f"{found.file}: {found.problem.where}") for found in trial.findings
    ]
    if admission and not edit_workload:
        problems.append(_not_admitted(new))
    if problems:
        raise UserError(f"Nothing was written: with {wish.name}, the stack files would not be right", problems)
    return Report(
        state="new",
        name=wish.name,
        file=relative(change.path, root),
        commands=_commands(new, workload_too=bool(admission)),
        changes=(change, *admission),
        joining=new,
        notes=tuple(trial.notes),
    )


def only(stacks: Sequence[str]) -> str:
    """The one stack that was named.

    Raises:
        UsageError: when there are more.
    """
    if len(stacks) > 1:
        reason = f"is given {len(stacks)} times, but a connection begins with one backend"
        remedy = f"Onboard it with {stacks[0]}, then write the second cluster into its backends: two are the most."
        raise UsageError("Nothing was written", [Problem("--stack", reason, remedy)])
    return stacks[0]


def write(report: Report) -> None:
    """Write all files or none.

    Raises:
        StackFileError: when a file cannot be written, or was changed meanwhile.
    """
    writer.apply(report.changes)


def _there(wish: Wish, holders: Sequence[Holder], stacks: Stacks) -> Report:
    holder = holders[0]
    if problems := existing_connection.differences(wish, holder, stacks.workloads):
        raise UserError(f"{wish.name} is there already, but not as you say", problems)
    file = holder.stack.file
    return Report(
        state="there",
        name=wish.name,
        file=file,
        commands=_up(holder.stack.stack, attached=isinstance(holder.stack, Attached)),
    )


def _entry_change(root: Path, new: Joining) -> Change:
    shard_file = root / new.shard.edge.file
    if new.attached_config is None:
        text = writer.read(shard_file)
        after = editor.add_entry(text, (f"{PROJECT}:connections",), new.name, new.entry)
        return Change(path=shard_file, before=text, after=after)
    path = shard_file.with_name(f"Pulumi.{new.stack}.yaml")
    if path.exists():
        problem = Problem(relative(path, root), f"is there, and holds no connection {new.name}", "Rename it first.")
        raise UserError(f"Stack {new.stack} cannot begin", [problem])
    text = "\n".join(editor.lines("config", new.attached_config, indent=0)) + "\n"
    return Change(path=path, before=None, after=text)


def _admission(root: Path, new: Joining) -> list[Change]:
    if new.consumer is None:
        return []
    path = root / new.workload.file
    text = writer.read(path)
    return [Change(path=path, before=text, after=editor.add_item(text, CONSUMERS, new.consumer))]


def _not_admitted(new: Joining) -> Problem:
    lines = editor.lines("consumers", [new.consumer], indent=4)[1:]
    return Problem(
        f"{new.workload.file}: publication.consumers",
        f"do not admit account {new.shard.edge.settings.account_id}, from which {new.shard.edge.stack} connects",
        "\n".join([f"Ask {new.workload.settings.owner} to add this below, or use --edit-workload:", *lines]),
    )


def _check_trial(root: Path, changes: Sequence[Change]) -> repository.Report:
    """`check` over a copy of the stack files with the changes in them."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made)
        for directory in reader.projects(root):
            for file in directory.glob("Pulumi*.yaml"):
                target = copy / file.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        for change in changes:
            (copy / change.path.relative_to(root)).write_bytes((change.after or "").encode())
        return fleet_check.check(copy)


def _commands(new: Joining, *, workload_too: bool) -> tuple[str, ...]:
    first = (f"pulumi -C {service_contract.PROJECT} up --stack {new.workload.stack}",) if workload_too else ()
    return (*first, *_up(new.stack, attached=new.attached_config is not None))


def _up(stack: str, *, attached: bool) -> tuple[str, ...]:
    begin = (f"pulumi -C {PROJECT} stack select --create {stack}",) if attached else ()
    return (*begin, f"pulumi -C {PROJECT} up --stack {stack}")


def relative(path: Path, root: Path) -> str:
    """A path as messages write it."""
    return path.relative_to(root).as_posix()
