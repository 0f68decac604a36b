"""Where `trace` and `doctor` read the deployed system: in a kept demo, in exported states, or in AWS."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from privatelink_ingress import stack_names
from privatelink_ingress import tokens as t
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.aws.topology import live as aws
from privatelink_ingress.cli import foreign_zones, public_dns, running
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.paths import identity, is_directory
from privatelink_ingress.cli.reading import FAILED, Reading
from privatelink_ingress.contracts.service import PROJECT as WORKLOAD
from privatelink_ingress.contracts.shard import PROJECT as EDGE
from privatelink_ingress.fleet import repository
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.problems import Problem, Problems, UsageError
from privatelink_ingress.public_dns.resolver import Resolver
from privatelink_ingress.settings.assumed_roles import AssumedRoles
from privatelink_ingress.settings.bootstrap import PROJECT as BOOTSTRAP
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.expected import Place
from privatelink_ingress.trace.hops import Path as Way
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.states.load import load
from privatelink_ingress.trace.states.resources import UNREADABLE
from privatelink_ingress.trace.topology import OF_WORKLOAD, Topology
from privatelink_ingress.trace.trace import follow

TOKEN = "privatelink-ingress:index:"
"""How the types of this program's components begin."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """The deployed system as it was read, and where more of it can be read."""

    topology: Topology
    unread: tuple[Problem, ...] = ()
    """Accounts, and parts of accounts, that could not be read."""
    accounts: Mapping[Place, Account] = dataclasses.field(default_factory=dict)
    """Those that were read; none for states."""
    exports: tuple[Export, ...] = ()


def chosen(
    demo: Path,
    *,
    states: Sequence[Path],
    live: bool,
    root: Path,
    accounts: Accounts,
    request: Request | None = None,
    resolver: Resolver | None = None,
) -> System:
    """What the options ask for: AWS, exported states, or the demo that was kept in a directory.

    Of AWS, what is on the way of `request`, with what `resolver` answers for its host; all without one.

    Raises:
        UserError: two of them were asked for, or the one cannot be read.
    """
    if live and states:
        problem = Problem("--live", "cannot be given with --state", "Leave one of them out.")
        raise UsageError("The system cannot be read", [problem])
    if live:
        return of_request(root, accounts, request, resolver) if request else of_aws(root, accounts)
    if states:
        return of_states(states)
    return System(topology=running.topology_of(demo), accounts=running.accounts_of(demo))


def of_states(paths: Sequence[Path]) -> System:
    """What exported states know, from files and from all `.json` files of directories.

    Raises:
        UsageError: with every file that is not a whole export or is a second one of its stack, and with every
            directory that has none, and with every file of a stack that no request passes.
    """
    problems, files = Problems(), dict[str, Path]()
    for path in paths:
        within = sorted(path.glob("*.*.json")) if is_directory(path) else [path]
        if not within:
            problems.append(Problem(str(path), "has no exported states", _EXPORTS))
        for file in within:
            files.setdefault(identity(file), file)  # a file may be named beside its directory
    found = exports.read_all(files.values(), problems, failed=UNREADABLE)
    problems += (problem for file, export in found.values() if (problem := _foreign(file, export)))
    if problems:
        raise UsageError(UNREADABLE, problems)
    given = tuple(export for _, export in found.values())
    return System(topology=load(given), exports=given)


_EXPORTS = (
    "Write one for each stack: pulumi stack export --stack prod --file DIRECTORY/central-ingress.prod.json. "
    "`./run demo` writes those of its stacks to .demo/."
)


def _foreign(file: Path, export: Export) -> Problem | None:
    """An export of another project, or of another program under the name of one of ours."""
    project = export.stack.partition("/")[0]
    give = f"Leave it out, and give exports of {EDGE} and {WORKLOAD} stacks."
    if project == BOOTSTRAP:
        reason = f"is an export of {export.stack}, which has roles and the state's bucket: no request passes them"
        return Problem(str(file), reason, give)
    if project not in (EDGE, WORKLOAD):
        return Problem(str(file), f"is an export of {export.stack}, a stack of another project", give)
    types = {resource["type"] for resource in export.resources} - {t.STACK}
    if types and not any(type_.startswith(TOKEN) for type_ in types):
        reason = f"is an export of {export.stack}, but of another program: it has no component {TOKEN}…"
        return Problem(str(file), reason, give)
    return None


def of_aws(root: Path, accounts: Accounts) -> System:
    """What AWS has in the accounts and Regions of all stack files, and what of it cannot be read.

    Raises:
        UserError: a stack file has a mistake, no stack file has a load balancer, or an edge account cannot be read.
    """
    stacks, reading = _stacks(root), Reading(accounts)
    edges = _places(stacks.edges)
    reading.require(edges, aws.edge)
    reading.read(
        {place: roles for place, roles in _places(stacks.workloads).items() if place not in edges}, aws.workload
    )
    foreign_zones.read((*stacks.edges, *stacks.attached), accounts, reading)
    return _system(reading)


def asked(system: System, requests: Iterable[Request], resolver: Resolver | None) -> System:
    """The system, with what a resolver answers for the hosts of requests; as it is without a resolver."""
    names, silent = public_dns.answers(system.topology, requests, resolver)
    topology = dataclasses.replace(system.topology, public_names=names)
    return dataclasses.replace(system, topology=topology, unread=(*system.unread, *silent))


def of_request(root: Path, accounts: Accounts, request: Request, resolver: Resolver | None = None) -> System:
    """What AWS has on the way of one request: no more of `of_aws` than it takes to follow it.

    Of target groups, those of its listener rule. Of workload accounts, those whose stacks serve its host by the stack
    files; the others only while an endpoint service on its way is in none of them. Of public DNS, what `resolver`
    answers for its host; nothing without one.

    Raises:
        UserError: as `of_aws`.
    """
    stacks, reading = _stacks(root), Reading(accounts)
    edges, workloads, serving = map(_places, (stacks.edges, stacks.workloads, _serving(stacks, request.host)))
    reading.require(edges, aws.front)
    foreign_zones.read((*stacks.edges, *stacks.attached), accounts, reading)
    reading.names, silent = public_dns.answers(reading.topology, [request], resolver)
    rule = _followed(request, reading.topology).get("rule")
    if groups := {arn for arn, _ in rule.action.target_groups} if rule else set():
        reading.require(edges, lambda reads: aws.targets(reads, groups))
    entries = _followed(request, reading.topology)["entries"]
    services = {endpoint.service_name for _, endpoint, _ in entries}
    for places in (edges, serving, {one: workloads[one] for one in workloads.keys() - serving.keys()}):
        if missing := services - reading.topology.services.keys():
            reading.read(places, lambda reads, names=missing: aws.behind(reads, names))
    return _system(reading, silent)


def _followed(request: Request, topology: Topology) -> Mapping[str, Any]:
    """What the hops of the request find."""
    way = Way(request=request, topology=topology)
    follow("", way)
    return vars(way)


def _stacks(root: Path) -> Stacks:
    stacks = repository.read_right(root, known=repository.WHERE)
    if not stacks.edges:
        remedy = "Run this in the repository of your stack files, or name it with --root."
        raise UsageError(FAILED, [Problem(str(root), "has no central-ingress stack with a load balancer", remedy)])
    return stacks


def _places(stacks: Iterable[Edge | Workload]) -> dict[Place, AssumedRoles]:
    """The roles of the stacks' accounts and Regions, in order."""
    ordered = sorted(stacks, key=lambda one: (one.settings.account_id, one.region))
    return {(one.settings.account_id, one.region): one.settings.roles for one in ordered}


def _serving(stacks: Stacks, host: str) -> Iterator[Workload]:
    """The workload stacks of connections that name a host."""
    by_name = {one.stack: one for one in stacks.workloads}
    for routes in (routes for stack in (*stacks.edges, *stacks.attached) for routes in stack.routes):
        if any(fnmatch.fnmatchcase(host, pattern) for pattern in routes.hosts):
            names = (stack_names.short(one.stack) for one in routes.connection.backends if one.stack)
            yield from (by_name[name] for name in names if name in by_name)


def _system(reading: Reading, silent: Sequence[Problem] = ()) -> System:
    """What was read, and what could not be."""
    topology, lost = reading.topology, [*reading.lost]
    if lost:
        topology = dataclasses.replace(topology, unread=topology.unread | OF_WORKLOAD)
    return System(topology=topology, unread=(*lost, *reading.unread, *silent), accounts=reading.read_accounts)
