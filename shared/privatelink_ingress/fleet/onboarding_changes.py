"""What onboarding writes into the stack files, once all of them are right with it."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import (
    check,
    encrypted,
    existing_connection,
    onboarding,
    prices,
    pulumi_commands,
    repository,
)
from privatelink_ingress.fleet.existing_connection import Location
from privatelink_ingress.fleet.onboarding import Onboarding, OnboardRequest, plan_onboarding
from privatelink_ingress.fleet.pulumi_commands import UP, PulumiCommand
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload, workload_named
from privatelink_ingress.plan.capacity.prices import PriceList, shipped
from privatelink_ingress.problems import Problem, UsageError, UserError
from privatelink_ingress.stackfiles import editor, reader, writer
from privatelink_ingress.stackfiles.writer import Change

CONSUMERS = (f"{service_contract.PROJECT}:publication", "consumers")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What the command will do, or finds done."""

    state: Literal["new", "exists", "completed"]
    """completed: the entry exists, and what else belongs to it is written."""
    name: str
    file: str
    commands: tuple[PulumiCommand, ...]
    """What deploys it, in order."""
    changes: tuple[Change, ...] = ()
    onboarding: Onboarding | None = None
    """None when the connection's entry exists already."""
    notes: tuple[str, ...] = ()
    prices: PriceList = dataclasses.field(default_factory=shipped)
    """To say what the connection costs."""


def prepare(root: Path, request: OnboardRequest, *, edit_workload: bool = False) -> Report:
    """Plan and check everything; nothing is written.

    Raises:
        UserError: with all that is wrong, in the files as they are or as they would be.
    """
    stacks = repository.read_right(root)
    if existing := existing_connection.locations(request.name, (*stacks.edges, *stacks.attached)):
        return _existing(root, request, existing[0], stacks, edit_workload=edit_workload)
    new = plan_onboarding(request, stacks.workloads, stacks.edges, stacks.attached)
    change = _entry_change(root, new)
    admission = _admission(root, new.workload, new.consumer)
    if any(encrypted.shows_a_stand_in(one.after or "") for one in (change, *admission)):
        remedy = "Write the entry, or the consumer, by hand: its account and networks are those of that stack."
        problem = Problem(new.shard.edge.file, "accountId is encrypted or a network is, so it cannot be copied", remedy)
        raise UserError("Nothing was written", [problem])
    # The trial includes the workload's side: what that lacks is then reported once, with the lines to add.
    trial = _check_trial(root, [change, *admission], stacks.edges)
    problems = [finding.problem.in_file(finding.file) for finding in trial.findings]
    if admission and not edit_workload:
        problems.append(_not_admitted(new.workload, new.shard.edge, new.consumer))
    if problems:
        raise UserError(f"Nothing was written: with {request.name}, the stack files would have mistakes", problems)
    return Report(
        state="new",
        name=request.name,
        file=change.path.relative_to(root).as_posix(),
        commands=_commands(new, workload_too=bool(admission)),
        changes=(change, *admission),
        onboarding=new,
        notes=(*_why(new), *trial.notes),
        prices=prices.of_repository(root),
    )


def only(stacks: Sequence[str]) -> str:
    """The one stack that was given.

    Raises:
        UsageError: when more were.
    """
    if len(stacks) > 1:
        reason = f"is given {len(stacks)} times, but a connection starts with one backend"
        remedy = f"Onboard it with {stacks[0]}, then add the second cluster to its backends: it may have two."
        raise UsageError("Nothing was written", [Problem("--stack", reason, remedy)])
    return stacks[0]


def _existing(
    root: Path, request: OnboardRequest, location: Location, stacks: Stacks, *, edit_workload: bool
) -> Report:
    if problems := existing_connection.diff(request, location, stacks.workloads):
        raise UserError(f"Connection {request.name} already exists with different settings", problems)
    commands = _up(location.stack.stack, attached=isinstance(location.stack, Attached))
    workload = workload_named(request.stack, stacks.workloads)
    edge = next((edge for edge in stacks.edges if edge.stack == location.shard), None)
    consumer = onboarding.missing_consumer(workload, edge) if edge else None
    if edge is None or consumer is None:
        return Report(state="exists", name=request.name, file=location.stack.file, commands=commands)
    # The entry was written and the workload's side was not: the rest is still to do.
    admission = _admission(root, workload, consumer)
    if not edit_workload:
        title = f"Connection {request.name} is in {location.stack.file}, but its workload does not admit the edge"
        raise UserError(title, [_not_admitted(workload, edge, consumer)])
    return Report(
        state="completed",
        name=request.name,
        file=location.stack.file,
        commands=(pulumi_commands.on_stack(service_contract.PROJECT, UP, workload.stack), *commands),
        changes=tuple(admission),
    )


def _entry_change(root: Path, new: Onboarding) -> Change:
    shard_file = root / new.shard.edge.file
    if new.attached_config is None:
        text = writer.read(shard_file)
        after = editor.add_entry(text, (f"{PROJECT}:connections",), new.name, new.entry)
        return Change(path=shard_file, before=text, after=after)
    path = shard_file.with_name(f"Pulumi.{new.stack}.yaml")
    if path.exists():
        reason = f"already exists, without a connection {new.name}"
        problem = Problem(path.relative_to(root).as_posix(), reason, "Rename it first.")
        raise UserError(f"Stack {new.stack} cannot be created", [problem])
    text = "\n".join(editor.lines("config", new.attached_config, indent=0)) + "\n"
    return Change(path=path, before=None, after=text)


def _admission(root: Path, workload: Workload, consumer: Mapping[str, Any] | None) -> list[Change]:
    if consumer is None:
        return []
    path = root / workload.file
    text = writer.read(path)
    return [Change(path=path, before=text, after=editor.add_item(text, CONSUMERS, consumer))]


def _not_admitted(workload: Workload, edge: Edge, consumer: Mapping[str, Any] | None) -> Problem:
    lines = editor.lines("consumers", [consumer], indent=4)[1:]
    return Problem(
        f"{workload.file}: publication.consumers",
        f"do not include account {edge.settings.account_id}, from which {edge.stack} connects",
        "\n".join([f"Ask {workload.settings.owner} to add these lines below, or use --edit-workload:", *lines]),
    )


def _why(new: Onboarding) -> Iterator[str]:
    """Why the connection goes to its shard, where another one comes first."""
    if new.passed_over:
        yield f"{new.name} goes to shard {new.shard.edge.stack}, since shard {', and '.join(new.passed_over)}."


def _check_trial(root: Path, changes: Sequence[Change], edges: Sequence[Edge]) -> repository.Report:
    """`check` over a copy of the stack files, and of the files that they name, with the changes in them."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for project in reader.projects(root):
            for file in project.glob("Pulumi*.yaml"):
                target = copy / file.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        for edge in edges:
            folder = Path(edge.file).parent
            for named in edge.settings.load_balancer.mutual_tls.files.values():
                (copy / folder / named).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / folder / named, copy / folder / named)
        for change in changes:
            (copy / change.path.relative_to(root)).write_bytes((change.after or "").encode())
        return check.check(copy)


def _commands(new: Onboarding, *, workload_too: bool) -> tuple[PulumiCommand, ...]:
    first = (pulumi_commands.on_stack(service_contract.PROJECT, UP, new.workload.stack),) if workload_too else ()
    return (*first, *_up(new.stack, attached=new.attached_config is not None))


def _up(stack: str, *, attached: bool) -> tuple[PulumiCommand, ...]:
    create = (pulumi_commands.select_or_create(PROJECT, stack),) if attached else ()
    return (*create, pulumi_commands.on_stack(PROJECT, UP, stack))
