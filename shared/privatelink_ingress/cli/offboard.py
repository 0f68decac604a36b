"""`offboard`: reads files and AWS, and does the next step of removing a connection."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import connection_state as live
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen, remedy_of
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet import offboarding, offboarding_changes, repository
from privatelink_ingress.fleet.offboarding import EdgeState, NextStep, Observed
from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.plan.workload.removal import WorkloadState
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.stackfiles import writer
from privatelink_ingress.stackfiles.writer import Change

Outcome = Literal["done", "dry run", "waits", "refused", "over"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """The next step, with all that it takes to do it."""

    name: str
    observed: Observed
    next: NextStep
    changes: tuple[Change, ...]
    owner: Account | None
    """The workload account's clients."""
    commands: tuple[PulumiCommand, ...]
    """What the step waits for, or what follows it."""
    edits: tuple[str, ...] = ()
    """What to write by hand before the commands."""
    file: str = ""
    """The file that the step changes."""

    @property
    def waits(self) -> bool:
        """Whether the step is a deployment that this command leaves to people."""
        return self.next.step.key in ("deploy drain", "deploy removal")

    @property
    def deployments(self) -> tuple[PulumiCommand, ...]:
        """The commands that lead to the next step. What deletes the workload is for its owner to run."""
        return tuple(command for command in self.commands if command.project == PROJECT)


def prepare(root: Path, name: str, accounts: Accounts, *, days: int, force: bool = False) -> Plan:
    """Read files and AWS, and decide. Changes nothing.

    Raises:
        UsageError: when the connection does not exist.
        UserError: when a stack file has a mistake.
    """
    stacks = repository.read_right(root, known=repository.WHERE)
    location = offboarding_changes.locate(name, stacks)
    workload = offboarding_changes.workload_of(name, location, stacks)
    edges = [edge for edge in stacks.edges if location is None or edge.stack == location.shard]
    edge, edge_unseen, edge_remedy = _edge(name, edges, accounts, days)
    if location is None and workload is None and not (edge and edge.present):
        raise offboarding_changes.unknown(name, stacks)
    owner, service, workload_unseen, workload_remedy = _service(workload, accounts)
    observed = Observed(
        name=name,
        entry=location.connection.state if location else None,
        sole_connection=bool(location and location.sole_connection),
        edge=edge,
        edge_unseen=edge_unseen,
        edge_remedy=edge_remedy,
        workload=service,
        workload_unseen=workload_unseen,
        workload_remedy=workload_remedy,
        edge_accounts=frozenset(edge.settings.account_id for edge in stacks.edges),
        others=offboarding_changes.other_connections(name, workload, stacks),
        days=days,
    )
    due = offboarding.next_step(observed, force=force)
    return Plan(
        name=name,
        observed=observed,
        next=due,
        changes=(
            *offboarding_changes.changes(root, name, location, due, observed),
            *offboarding_changes.released(root, name, stacks, observed),
        ),
        owner=owner,
        commands=offboarding_changes.commands(location, workload, observed, due, stacks),
        edits=offboarding_changes.edits(workload, due),
        file=location.stack.file if location else "",
    )


def do(plan: Plan, *, dry_run: bool) -> Outcome:
    """Do the step, unless something prevents it.

    Raises:
        UserError: when a file cannot be written, or AWS refuses; the next run repeats the step.
    """
    if plan.next.refused:
        return "refused"
    if plan.waits:
        return "waits"
    if dry_run:
        return "dry run"
    writer.apply(plan.changes)
    if plan.next.step.key == "reject" and plan.owner and plan.observed.workload:
        try:
            live.reject(plan.owner, plan.observed.workload)
        except (BotoCoreError, ClientError) as error:
            use = "Run the same offboard again with credentials that may call ec2:RejectVpcEndpointConnections."
            where, reason = f"service {plan.observed.workload.service_id}", f"cannot be reached: {error}"
            problem = Problem(where, reason, remedy_of(error, use))
            raise UserError("Nothing was rejected", [problem]) from None
    return "done" if plan.next.step.key in ("drain", "remove", "reject") else "over"


def _edge(name: str, edges: Sequence[Edge], accounts: Accounts, days: int) -> tuple[EdgeState | None, str, str]:
    """What all edges together have of the connection; None with reason and remedy when one of them cannot be read."""
    roles_by_account = {(edge.settings.account_id, edge.region): edge.settings.roles for edge in edges}
    states, unseen = [], ""
    for (account_id, region), roles in roles_by_account.items():
        try:
            state, why = live.edge_state(
                accounts.account(account_id, region, roles.network, roles.external_id), name, days=days
            )
        except (Unseen, BotoCoreError, ClientError) as error:
            return None, str(error), remedy_of(error, "")
        states.append(state)
        unseen = unseen or why
    return offboarding.merged(states), unseen, ""


def _service(workload: Workload | None, accounts: Accounts) -> tuple[Account | None, WorkloadState | None, str, str]:
    if workload is None:
        return None, None, "no stack file here names its account", ""
    try:
        settings, roles = workload.settings, workload.settings.roles
        owner = accounts.account(settings.account_id, workload.region, roles.network, roles.external_id)
        return owner, live.workload_state(owner, workload.stack), "", ""
    except (Unseen, BotoCoreError, ClientError) as error:
        return None, None, str(error), remedy_of(error, "")
