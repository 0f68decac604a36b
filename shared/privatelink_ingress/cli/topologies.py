"""Where `trace` and `doctor` read the deployed system: in a kept demo, in exported states, or in AWS."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress import tokens as t
from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.aws.topology import live as aws
from privatelink_ingress.cli import running
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.paths import identity, is_directory
from privatelink_ingress.contracts.service import PROJECT as WORKLOAD
from privatelink_ingress.contracts.shard import PROJECT as EDGE
from privatelink_ingress.fleet import repository
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.problems import Problem, Problems, UsageError
from privatelink_ingress.settings.bootstrap import PROJECT as BOOTSTRAP
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.states.load import load
from privatelink_ingress.trace.states.resources import UNREADABLE
from privatelink_ingress.trace.topology import OF_WORKLOAD, Topology, joined

TOKEN = "privatelink-ingress:index:"
"""How the types of this program's components begin."""

Place = tuple[str, str]
"""Account and Region."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """The deployed system as it was read, and where more of it can be read."""

    topology: Topology
    unread: tuple[Problem, ...] = ()
    """Accounts, and parts of accounts, that could not be read."""
    accounts: Mapping[Place, Account] = dataclasses.field(default_factory=dict)
    """Those that were read; none for states."""
    exports: tuple[Export, ...] = ()


def chosen(demo: Path, *, states: Sequence[Path], live: bool, root: Path, accounts: Accounts) -> System:
    """What the options ask for: AWS, exported states, or the demo that was kept in a directory.

    Raises:
        UserError: two of them were asked for, or the one cannot be read.
    """
    if live and states:
        problem = Problem("--live", "cannot be given with --state", "Leave one of them out.")
        raise UsageError("The system cannot be read", [problem])
    if live:
        return of_aws(root, accounts)
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
    stacks = repository.read_right(root, known=repository.WHERE)
    if not stacks.edges:
        remedy = "Run this in the repository of your stack files, or name it with --root."
        raise UsageError(_NOTHING, [Problem(str(root), "has no central-ingress stack with a load balancer", remedy)])
    problems = Problems()
    edges, more = _read(stacks.edges, accounts, aws.edge, problems)
    problems.raise_all(_NOTHING)
    others = [one for one in stacks.workloads if (one.settings.account_id, one.region) not in edges]
    lost = list[Problem]()
    workloads, yet_more = _read(others, accounts, aws.workload, lost)
    parts = [topology for _, topology in (*edges.values(), *workloads.values())]
    topology = joined(parts)
    if lost:
        topology = dataclasses.replace(topology, unread=topology.unread | OF_WORKLOAD)
    elsewhere = sorted({zone for one in stacks.edges for zone in one.settings.hosted_zone_roles})
    if elsewhere:
        reason = "is in another account, whose records are not read: no name is missed"
        lost += (Problem(f"hosted zone {zone}", reason, "Ask DNS: dig +short A <host>.") for zone in elsewhere)
        topology = dataclasses.replace(topology, cnames=None, unread=topology.unread | {"records"})
    held = {place: account for place, (account, _) in (*edges.items(), *workloads.items())}
    return System(topology=topology, unread=(*lost, *more, *yet_more), accounts=held)


def _read(
    stacks: Iterable[Edge | Workload],
    accounts: Accounts,
    read: Callable[[Reads], Topology],
    problems: list[Problem],
) -> tuple[dict[Place, tuple[Account, Topology]], list[Problem]]:
    """By account and Region, and the parts that could not be read. Adds accounts that cannot be read to `problems`."""
    places = {(one.settings.account_id, one.region): one.settings.roles for one in stacks}
    found, unread = {}, list[Problem]()
    for (account_id, region), roles in sorted(places.items(), key=lambda place: place[0]):
        try:
            reads = Reads(accounts.account(account_id, region, roles.network, roles.external_id))
            found[account_id, region] = reads.account, read(reads)
            unread += reads.unread.values()
        except (Unseen, BotoCoreError, ClientError) as error:
            problems.append(Problem(f"account {account_id}, {region}", f"cannot be read: {error}", _RIGHTS))
    return found, unread


_NOTHING = "AWS cannot be read"
_RIGHTS = (
    "Use credentials (--profile) with ReadOnlyAccess, or with the policy that `./run doctor --print-policy` prints."
)
