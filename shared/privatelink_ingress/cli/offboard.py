"""`offboard`: does the next step of taking a connection away, and says what follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress import stack_names
from privatelink_ingress.aws import connection_state as live
from privatelink_ingress.aws.topology.live import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import existing_connection, offboarding, onboarding, repository
from privatelink_ingress.fleet.existing_connection import Holder
from privatelink_ingress.fleet.offboarding import Due, EdgeState, Seen
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.plan.workload.removal import WorkloadState
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.stackfiles import editor, writer
from privatelink_ingress.stackfiles.writer import Change

CONNECTIONS = f"{PROJECT}:connections"

Outcome = Literal["done", "dry run", "waits", "refused", "over"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """The step that is due, with all that it takes to do it."""

    name: str
    seen: Seen
    due: Due
    changes: tuple[Change, ...]
    owner: Account | None
    """The workload account's clients."""
    commands: tuple[str, ...]
    """What to run next, from the repository's top: what the step waits for, or what follows it."""
    label: str = ""
    """The stack or file that the step is about."""

    @property
    def waits(self) -> bool:
        """Whether the step is a deployment that this command leaves to people."""
        return self.due.step.key in ("deploy drain", "deploy removal")


def prepare(root: Path, name: str, accounts: Accounts, *, days: int, force: bool = False) -> Plan:
    """Look at files and AWS, and decide. Changes nothing.

    Raises:
        UsageError: when there is no such connection.
        UserError: when a stack file has a mistake.
    """
    stacks = repository.read_right(root)
    found = existing_connection.holders(name, (*stacks.edges, *stacks.attached))
    if len(found) > 1:
        reason = f"is in {' and '.join(holder.stack.file for holder in found)}"
        raise UserError("It is not clear what to take away", [Problem(name, reason, "Keep it in one file.")])
    holder = found[0] if found else None
    workload = _workload(name, holder, stacks)
    edges = [edge for edge in stacks.edges if holder is None or edge.stack == holder.shard]
    edge, edge_unseen = _edge(name, edges, accounts, days)
    if holder is None and workload is None and not (edge and edge.present):
        raise _unknown(name, stacks)
    owner, service, workload_unseen = _service(workload, accounts)
    seen = Seen(
        name=name,
        entry=holder.connection.state if holder else None,
        alone=bool(holder and holder.alone),
        edge=edge,
        edge_unseen=edge_unseen,
        workload=service,
        workload_unseen=workload_unseen,
        edge_accounts=frozenset(edge.settings.account_id for edge in stacks.edges),
        others=_others(name, workload, stacks),
        days=days,
    )
    due = offboarding.due(seen, force=force)
    return Plan(
        name=name,
        seen=seen,
        due=due,
        changes=_changes(root, name, holder, due),
        owner=owner,
        commands=_commands(holder, workload, seen, due, stacks),
        label=holder.stack.file if holder else "",
    )


def do(plan: Plan, *, dry_run: bool) -> Outcome:
    """Do the step, unless something is against it.

    Raises:
        UserError: when a file cannot be written, or AWS does not do what it is asked; then the step is due again.
    """
    if plan.due.refused:
        return "refused"
    if plan.waits:
        return "waits"
    if dry_run:
        return "dry run"
    writer.apply(plan.changes)
    if plan.due.step.key == "reject" and plan.owner and plan.seen.workload:
        try:
            live.reject(plan.owner, plan.seen.workload)
        except (BotoCoreError, ClientError) as error:
            remedy = "Run the same offboard again with credentials that may call ec2:RejectVpcEndpointConnections."
            problem = Problem(f"service {plan.seen.workload.service_id}", f"cannot be reached: {error}", remedy)
            raise UserError("Nothing was rejected", [problem]) from None
    return "done" if plan.due.step.key in ("drain", "remove", "reject") else "over"


def deployments(plan: Plan) -> tuple[str, ...]:
    """The commands that lead to the next step. What deletes the workload is for its owner to run."""
    return tuple(command for command in plan.commands if command.startswith(f"pulumi -C {PROJECT} "))


def _workload(name: str, holder: Holder | None, stacks: Stacks) -> Workload | None:
    """The stack that publishes `name`; without one of that name, the one that serves the entry."""
    named = [workload for workload in stacks.workloads if onboarding.published_name(workload) == name]
    serving = holder.connection.backends[0].stack if holder else None
    named += [one for one in stacks.workloads if serving and one.stack == stack_names.short(serving)]
    return named[0] if named else None


def _unknown(name: str, stacks: Stacks) -> UsageError:
    known = {name for stack in (*stacks.edges, *stacks.attached) for name in stack.settings.connections}
    known |= {onboarding.published_name(workload) for workload in stacks.workloads}
    reason = "is not in any stack file, and no workload stack publishes it"
    return UsageError("The connection does not exist", [Problem(name, reason, suggest(name, sorted(known)))])


def _others(name: str, workload: Workload | None, stacks: Stacks) -> tuple[str, ...]:
    if workload is None:
        return ()
    return tuple(
        other
        for stack in (*stacks.edges, *stacks.attached)
        for other, connection in stack.settings.connections.items()
        if other != name
        and workload.stack in [stack_names.short(one.stack) for one in connection.backends if one.stack is not None]
    )


def _edge(name: str, edges: Sequence[Edge], accounts: Accounts, days: int) -> tuple[EdgeState | None, str]:
    """What all edges together have of the connection; None with the reason when one of them cannot be asked."""
    places = {(edge.settings.account_id, edge.region): edge.settings.roles for edge in edges}
    states, unseen = [], ""
    for (account_id, region), roles in places.items():
        try:
            state, why = live.edge_state(
                accounts.account(account_id, region, roles.network, roles.external_id), name, days=days
            )
        except (Unseen, BotoCoreError, ClientError) as error:
            return None, str(error)
        states.append(state)
        unseen = unseen or why
    return _merged(states), unseen


def _merged(states: Sequence[EdgeState]) -> EdgeState:
    counts = [state.requests for state in states]
    return EdgeState(
        forwarding=sum(state.forwarding for state in states),
        answering=sum(state.answering for state in states),
        endpoints={id_: found for state in states for id_, found in state.endpoints.items()},
        requests=None if None in counts else sum(count for count in counts if count),
        last_request=max((state.last_request for state in states if state.last_request), default=None),
        stacks=tuple(stack for state in states for stack in state.stacks),
    )


def _service(workload: Workload | None, accounts: Accounts) -> tuple[Account | None, WorkloadState | None, str]:
    if workload is None:
        return None, None, "no stack file here says which account it is"
    try:
        settings, roles = workload.settings, workload.settings.roles
        owner = accounts.account(settings.account_id, workload.region, roles.network, roles.external_id)
        return owner, live.workload_state(owner, workload.stack), ""
    except (Unseen, BotoCoreError, ClientError) as error:
        return None, None, str(error)


def _changes(root: Path, name: str, holder: Holder | None, due: Due) -> tuple[Change, ...]:
    if holder is None or due.step.key not in ("drain", "remove"):
        return ()
    path = root / holder.stack.file
    text, at = writer.read(path), (CONNECTIONS, name)
    if due.step.key == "drain":
        after = editor.set_value(text, (*at, "state"), "maintenance", after="owner")
    else:
        after = None if holder.alone else editor.remove_entry(text, at)
    return (Change(path=path, before=text, after=after),)


def _commands(
    holder: Holder | None, workload: Workload | None, seen: Seen, due: Due, stacks: Stacks
) -> tuple[str, ...]:
    key = due.step.key
    if key in ("drain", "deploy drain") and holder:
        return (_pulumi(PROJECT, "up", holder.stack.stack), _again(seen))
    if key == "remove" and holder:
        if seen.alone:
            return (f"pulumi -C {PROJECT} stack rm {holder.stack.stack}", _again(seen))
        return (_pulumi(PROJECT, "up", holder.stack.stack), _again(seen))
    if key == "deploy removal":
        files = {stack.stack for stack in (*stacks.edges, *stacks.attached)}
        made = [stack_names.short(stack) for stack in (seen.edge.stacks if seen.edge else ())]
        alone = {holder.stack.stack} if holder and seen.alone else set()
        verbs = {stack: "destroy" if stack in alone or stack not in files else "up" for stack in made}
        return (*(_pulumi(PROJECT, verb, stack) for stack, verb in verbs.items()), _again(seen))
    if key in ("reject", "destroy") and workload:
        destroy = _pulumi(service_contract.PROJECT, "destroy", workload.stack)
        if workload.settings.publication.removal == "guarded":
            destroy += " --run-program"  # without the program, the engine refuses: it cannot ask who is connected
        if not workload.settings.cluster.deletion_protection:
            return (destroy,)
        # Cluster and load balancer refuse to be deleted until a deployment has taken their protection away.
        unprotect = f"write cluster.deletionProtection: false in {workload.file}"
        return (unprotect, _pulumi(service_contract.PROJECT, "up", workload.stack), destroy)
    return ()


def _pulumi(directory: str, verb: str, stack: str) -> str:
    return f"pulumi -C {directory} {verb} --stack {stack}"


def _again(seen: Seen) -> str:
    return f"privatelink-ingress offboard {seen.name}"
