"""What must hold across the stack files of a repository: both sides are planned together, before either is deployed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard as shard_contract
from privatelink_ingress.fleet import (
    client_certificates,
    consumers,
    environments,
    firewall_hosts,
    hosts,
    query_logs,
    reach,
    repository,
    shards,
    shared_networks,
)
from privatelink_ingress.fleet.plans import ShardPlans, backends, by_name, plan_of, plan_shard
from privatelink_ingress.fleet.repository import Report, Stacks
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.fleet.stacks import Attached, Edge, Finding, Workload
from privatelink_ingress.plan.edge import network_zones
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.workload import WorkloadPlan
from privatelink_ingress.problems import Problem, UserError, suggest
from privatelink_ingress.settings.edge import Connection, EdgeStack
from privatelink_ingress.stack_names import StackName, short


def check(root: Path) -> Report:
    """Check the repository at `root`.

    Raises:
        UserError: when there is nothing to check.
    """
    report = _check(repository.read(root))
    if report.unproven:
        other = _check(repository.read(root, second=True))
        # What only one stand-in for an encrypted value causes says nothing about the value.
        report.findings = _certain(root, [finding for finding in report.findings if finding in other.findings])
        report.warnings = [warning for warning in report.warnings if warning in other.warnings]
        report.notes = [note for note in report.notes if note in other.notes]
        report.plans = {}
    return report


def require_right(root: Path) -> None:
    """For what takes every stack as its file says, and all together.

    Raises:
        UserError: with every mistake, in one file or between two; or with every value that cannot be read here.
    """
    report = check(root)
    if report.findings:
        problems = [finding.problem.in_file(finding.file) for finding in report.findings]
        raise UserError("Stack files have mistakes", problems)
    if hidden := [place for place in report.unproven if place.startswith(_DEPLOYED)]:
        raise UserError("Not every stack file can be read", map(environments.unreadable, hidden))


_DEPLOYED = (f"{service_contract.PROJECT}/", f"{shard_contract.PROJECT}/")

_MOST_GUESSES = 80
"""A check takes some hundredths of a second."""


def _certain(root: Path, findings: list[Finding]) -> list[Finding]:
    """The findings that stay whichever value of the repository an encrypted place has."""
    for guess in itertools.islice(repository.guesses(root, findings), _MOST_GUESSES):
        if not findings:
            break
        guessed = _check(repository.read(root, guess=guess)).findings
        if not set(guessed) <= set(findings):
            # Of the places without a guess, only one stand-in may cause the rest.
            other = _check(repository.read(root, guess=guess, second=True)).findings
            guessed = [finding for finding in guessed if finding in other]
        # A value that is wrong itself says nothing: what depends on it is not even compared.
        if set(guessed) <= set(findings):
            findings = guessed
    return findings


def _check(stacks: Stacks) -> Report:
    report = stacks.report
    if report.findings:
        report.notes.append("The files are compared with each other once each of them is right.")
    elif stacks.left_out:
        encrypted = ", ".join(file for file in stacks.left_out if file not in stacks.supplied)
        supplied = ", ".join(file for file in stacks.left_out if file in stacks.supplied)
        parts = (("the encrypted values of", encrypted), ("the environment of", supplied))
        takes = " and ".join(f"{what} {files}" for what, files in parts if files)
        report.notes.append(f"The files are not compared with each other: that takes {takes}.")
    else:
        found = compare(stacks)
        sure = set(compare(_without_environments(stacks))) if stacks.supplied else set(found)
        report.findings += (finding for finding in found if finding in sure)
        report.warnings += (environments.unless(finding) for finding in found if finding not in sure)
        report.notes += (note for stack in (*stacks.edges, *stacks.attached) for note in unread(stack))
        report.notes += shards.overlaps(stacks.edges, stacks.attached)
    return report


def _without_environments(stacks: Stacks) -> Stacks:
    """Only the stacks that are as their files say, with a report of their own."""

    def kept(some: list[Any]) -> list[Any]:
        return [stack for stack in some if stack.file not in stacks.supplied]

    return Stacks(
        workloads=kept(stacks.workloads),
        edges=kept(stacks.edges),
        attached=kept(stacks.attached),
        bootstraps=kept(stacks.bootstraps),
    )


def compare(stacks: Stacks) -> list[Finding]:
    """Everything that planning all stacks together finds, sorted by file and key. Plans and warnings: in the report."""
    workloads, findings, report = stacks.workloads, [], stacks.report
    edge_accounts = {stack.settings.account_id for stack in (*stacks.edges, *stacks.attached)}
    plans: dict[str, WorkloadPlan] = {}
    for workload in workloads:
        try:
            plan = plan_of(workload)
        except UserError as error:
            findings += (Finding(workload.file, problem) for problem in error.problems)
        else:
            plans[workload.stack] = plan
            stacks.report.warnings += (Finding(workload.file, warning) for warning in plan.warnings)
    findings += _names_differ(workloads, plans)
    grouped, lost = shards.group(stacks.edges, stacks.attached)
    findings += (
        *lost,
        *shards.target_groups(grouped),
        *shards.names_across(grouped),
        *shards.contract_parameters(grouped),
        *shared_networks.endpoint_subnets(stacks.edges),
        *query_logs.zones(stacks.edges),
    )
    capacities = shards.capacities(grouped)
    users: list[consumers.User] = []
    shard_plans: dict[str, ShardPlans] = {}
    for shard in grouped:
        others = [capacity for capacity in capacities if capacity.name != shard.edge.stack]
        planned = plan_shard(shard, workloads, plans, others)
        shard_plans[shard.edge.stack] = planned
        findings += _check_shard(shard, planned, workloads)
        report.warnings += firewall_hosts.unanswered(shard)
        report.notes += client_certificates.asked(shard)
        users += (consumers.User(stack=stack, subnets=_subnets(shard.edge, planned.edge)) for stack in shard.stacks)
    for workload in workloads:
        using = [user for user in users if workload.stack in map(short, backends(user.stack.settings))]
        findings += (Finding(workload.file, problem) for problem in consumers.admits(workload, using))
        report.warnings += (Finding(workload.file, problem) for problem in consumers.waiting(workload, using))
        if grouped:
            strangers = consumers.strangers(workload, edge_accounts)
            report.warnings += (Finding(workload.file, problem) for problem in strangers)
        serves = [connection for user in using for connection in served(user.stack.settings, workload.stack)]
        findings += (Finding(workload.file, problem) for problem in hosts.of_sample(workload, serves))
    report.warnings += reach.refused(stacks.bootstraps, stacks.edges, stacks.attached)
    report.plans = by_name(plans, shard_plans)
    return sorted(set(findings))


def served(settings: EdgeStack, workload: str) -> Iterator[Connection]:
    """The connections of an edge's stack that a workload's stack serves."""
    for connection in settings.connections.values():
        if any(backend.stack and short(backend.stack) == workload for backend in connection.backends):
            yield connection


def unread(stack: Edge | Attached) -> Iterator[str]:
    """What of a stack file cannot be compared, since only AWS knows it."""
    for name, connection in sorted(stack.settings.connections.items()):
        for index, backend in enumerate(connection.backends):
            if backend.parameter is not None:
                where = f"{stack.file}: connections.{name}.backends[{index}]"
                yield f"{where} is a parameter, so only `pulumi preview` can check what its contract says."


def _check_shard(shard: ShardStacks, planned: ShardPlans, workloads: Sequence[Workload]) -> Iterator[Finding]:
    """Problems of one load balancer's stacks, alone and together."""
    yield from shards.names_and_slots(shard)
    for stack in shard.stacks:
        yield from _backends_exist(stack, workloads)
    yield from planned.findings
    if planned.edge:
        yield from shards.together(shard, planned.edge.site)


def _names_differ(workloads: Iterable[Workload], plans: Mapping[str, WorkloadPlan]) -> Iterable[Finding]:
    holders: dict[str, Workload] = {}
    for workload in workloads:
        if (plan := plans.get(workload.stack)) is None:
            continue
        holder = holders.setdefault(plan.name, workload)
        if holder is not workload:
            reason = f"is {plan.name}, which {holder.file} of {holder.settings.owner} has"
            remedy = "Choose another one: a connection's name is unique for the whole edge."
            yield Finding(workload.file, Problem("connectionName", reason, remedy))


def _backends_exist(edge: Edge | Attached, workloads: Sequence[Workload]) -> Iterable[Finding]:
    known = sorted(workload.stack for workload in workloads)
    for name, connection in edge.settings.connections.items():
        for index, backend in enumerate(connection.backends):
            if backend.stack is None:
                continue
            named = StackName.parse(backend.stack)
            if not named.may_be_of(service_contract.PROJECT) or named.stack not in known:
                where = f"connections.{name}.backends[{index}].stack"
                add = f"Or add {service_contract.PROJECT}/Pulumi.{named.stack}.yaml."
                remedy = f"{suggest(named.stack, known)} {add}".strip()
                yield Finding(edge.file, Problem(where, f"is {backend.stack!r}, which has no stack file", remedy))


def _subnets(edge: Edge, planned: EdgePlan | None) -> frozenset[str] | None:
    # Where a subnet lies follows from its zone, so an edge that leaves its zones to AWS cannot be compared; nor can one
    # in an existing VPC, of which only AWS knows the subnets.
    if planned is None or not network_zones.subnets_known(edge.settings.network):
        return None
    return frozenset(subnet.cidr for subnet in planned.network.public)
