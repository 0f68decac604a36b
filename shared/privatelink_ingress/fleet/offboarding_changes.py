"""What each step of offboarding changes in the stack files, and the commands around it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from privatelink_ingress import stack_names
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import onboarding, pulumi_commands
from privatelink_ingress.fleet.existing_connection import Location, locations
from privatelink_ingress.fleet.offboarding import NextStep, Observed
from privatelink_ingress.fleet.pulumi_commands import DESTROY, UP, PulumiCommand
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.stackfiles import editor, writer
from privatelink_ingress.stackfiles.writer import Change

CONNECTIONS = f"{PROJECT}:connections"
RETIRED = f"{PROJECT}:retiredSlots"


def locate(name: str, stacks: Stacks) -> Location | None:
    """Where the connection is defined; None when no file has it.

    Raises:
        UserError: when more than one file has it.
    """
    matches = locations(name, (*stacks.edges, *stacks.attached))
    if len(matches) > 1:
        reason = f"is in {' and '.join(location.stack.file for location in matches)}"
        title = f"Connection {name} is defined in more than one file"
        raise UserError(title, [Problem(name, reason, "Keep it in one file.")])
    return matches[0] if matches else None


def workload_of(name: str, location: Location | None, stacks: Stacks) -> Workload | None:
    """The stack that publishes the connection; without one of that name, the one that serves its entry."""
    candidates = [workload for workload in stacks.workloads if onboarding.published_name(workload) == name]
    serving = location.connection.backends[0].stack if location else None
    if serving:
        candidates += [workload for workload in stacks.workloads if workload.stack == stack_names.short(serving)]
    return candidates[0] if candidates else None


def unknown(name: str, stacks: Stacks) -> UsageError:
    """The error for a name that no file knows."""
    known = {name for stack in (*stacks.edges, *stacks.attached) for name in stack.settings.connections}
    known |= {onboarding.published_name(workload) for workload in stacks.workloads}
    reason = "is not in any stack file, and no workload stack publishes it"
    return UsageError("The connection does not exist", [Problem(name, reason, suggest(name, sorted(known)))])


def other_connections(name: str, workload: Workload | None, stacks: Stacks) -> tuple[str, ...]:
    """Connections beside `name` that the workload's stack serves."""
    if workload is None:
        return ()
    return tuple(
        other
        for stack in (*stacks.edges, *stacks.attached)
        for other, connection in stack.settings.connections.items()
        if other != name
        and workload.stack in [stack_names.short(backend.stack) for backend in connection.backends if backend.stack]
    )


def changes(root: Path, name: str, location: Location | None, due: NextStep, observed: Observed) -> tuple[Change, ...]:
    """What the step writes."""
    if location is None or due.step.key not in ("drain", "remove"):
        return ()
    path = root / location.stack.file
    text, at = writer.read(path), (CONNECTIONS, name)
    if due.step.key == "drain":
        after = editor.set_value(text, (*at, "state"), "maintenance", after="owner")
    else:
        after = None if location.sole_connection else editor.remove_entry(text, at)
        if after is not None and (observed.edge is None or observed.edge.present):
            after = _retired(after, name, location)
    return (Change(path=path, before=text, after=after),)


def _retired(text: str, name: str, location: Location) -> str:
    """With the slot kept from others: until the removal is deployed, AWS refuses its priorities and addresses."""
    slots = location.stack.settings.retired_slots
    if name in slots:
        text = editor.remove_entry(text, (RETIRED, name))
    return editor.add_entry(text, (RETIRED,), name, location.connection.slot)


def released(root: Path, name: str, stacks: Stacks, observed: Observed) -> tuple[Change, ...]:
    """What gives the slot of a removed connection free, once AWS shows that its resources are gone."""
    if observed.entry is not None or observed.edge is None or observed.edge.present:
        return ()
    files = [stack.file for stack in (*stacks.edges, *stacks.attached) if name in stack.settings.retired_slots]
    texts = {root / file: writer.read(root / file) for file in files}
    return tuple(
        Change(path=path, before=text, after=editor.remove_entry(text, (RETIRED, name))) for path, text in texts.items()
    )


def commands(
    location: Location | None, workload: Workload | None, observed: Observed, due: NextStep, stacks: Stacks
) -> tuple[PulumiCommand, ...]:
    """The deployments that the step waits for, or that follow it."""
    key = due.step.key
    if location and key == "remove" and observed.sole_connection:
        return (pulumi_commands.remove(PROJECT, location.stack.stack),)
    if location and key in ("drain", "deploy drain", "remove"):
        return (pulumi_commands.on_stack(PROJECT, UP, location.stack.stack),)
    if key == "deploy removal":
        return tuple(_removals(location, observed, stacks))
    if workload and key in ("reject", "destroy"):
        return tuple(_destruction(workload))
    return ()


def edits(workload: Workload | None, due: NextStep) -> tuple[str, ...]:
    """What to write by hand before the commands."""
    if workload and due.step.key in ("reject", "destroy") and workload.settings.cluster.deletion_protection:
        # Cluster and load balancer refuse to be deleted until a deployment has removed their protection.
        return (f"Write cluster.deletionProtection: false in {workload.file}.",)
    return ()


def _removals(location: Location | None, observed: Observed, stacks: Stacks) -> Iterable[PulumiCommand]:
    files = {stack.stack for stack in (*stacks.edges, *stacks.attached)}
    emptied = {location.stack.stack} if location and observed.sole_connection else set()
    for name in observed.edge.stacks if observed.edge else ():
        stack = stack_names.short(name)
        verb = DESTROY if stack in emptied or stack not in files else UP
        yield pulumi_commands.on_stack(PROJECT, verb, stack)


def _destruction(workload: Workload) -> Iterable[PulumiCommand]:
    # Without the program, the engine refuses to destroy what the guard protects: it cannot ask who is connected.
    flags = ("--run-program",) if workload.settings.publication.removal == "guarded" else ()
    if workload.settings.cluster.deletion_protection:
        yield pulumi_commands.on_stack(service_contract.PROJECT, UP, workload.stack)
    yield pulumi_commands.on_stack(service_contract.PROJECT, DESTROY, workload.stack, *flags)
