"""Where `trace` and `doctor` read the deployed system: in a kept demo, in exported states, or in AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.topology import live as aws
from privatelink_ingress.cli import running
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.paths import identity, is_directory
from privatelink_ingress.fleet import repository
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.problems import Problem, Problems, UsageError
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.trace.states.load import UNREADABLE, load
from privatelink_ingress.trace.topology import Topology, joined


def chosen(
    demo: Path, *, states: Sequence[Path], live: bool, root: Path, accounts: Accounts
) -> tuple[Topology, list[Problem]]:
    """What the options ask for: AWS, exported states, or the demo that was kept in a directory; and what is unread.

    Raises:
        UserError: two of them were asked for, or the one cannot be read.
    """
    if live and states:
        problem = Problem("--live", "cannot be given with --state", "Leave one of them out.")
        raise UsageError("The system cannot be read", [problem])
    if live:
        return of_aws(root, accounts)
    return (of_states(states) if states else running.topology_of(demo)), []


def of_states(paths: Sequence[Path]) -> Topology:
    """What exported states know, from files and from all `.json` files of directories.

    Raises:
        UsageError: with every file that is not a whole export or is a second one of its stack, and with every
            directory that has none.
    """
    problems, files = Problems(), dict[str, Path]()
    for path in paths:
        within = sorted(path.glob("*.*.json")) if is_directory(path) else [path]
        if not within:
            problems.append(Problem(str(path), "has no exported states", _EXPORTS))
        for file in within:
            files.setdefault(identity(file), file)  # a file may be named beside its directory
    found = exports.read_all(files.values(), problems, failed=UNREADABLE)
    if problems:
        raise UsageError(UNREADABLE, problems)
    return load(export for _, export in found.values())


_EXPORTS = (
    "Write one for each stack: pulumi stack export --stack prod --file DIRECTORY/central-ingress.prod.json. "
    "`./run demo` writes those of its stacks to .demo/."
)


def of_aws(root: Path, accounts: Accounts) -> tuple[Topology, list[Problem]]:
    """What AWS has in the accounts and Regions of all stack files, and the workload accounts that cannot be read.

    Raises:
        UserError: a stack file has a mistake, no stack file has a load balancer, or an edge account cannot be read.
    """
    stacks = repository.read_right(root, known=repository.WHERE)
    if not stacks.edges:
        remedy = "Run this in the repository of your stack files, or name it with --root."
        raise UsageError(_NOTHING, [Problem(str(root), "has no central-ingress stack with a load balancer", remedy)])
    problems, unread = Problems(), list[Problem]()
    edges = _read(stacks.edges, accounts, aws.edge, problems)
    problems.raise_all(_NOTHING)
    others = [one for one in stacks.workloads if (one.settings.account_id, one.region) not in edges]
    return joined([*edges.values(), *_read(others, accounts, aws.workload, unread).values()]), unread


def _read(
    stacks: Iterable[Edge | Workload],
    accounts: Accounts,
    read: Callable[[aws.Account], Topology],
    problems: list[Problem],
) -> dict[tuple[str, str], Topology]:
    """By account and Region. Adds those that cannot be read to `problems`."""
    places = {(one.settings.account_id, one.region): one.settings.roles for one in stacks}
    found = {}
    for (account_id, region), roles in sorted(places.items(), key=lambda place: place[0]):
        try:
            account = accounts.account(account_id, region, roles.network, roles.external_id)
            found[account_id, region] = read(account)
        except (Unseen, BotoCoreError, ClientError) as error:
            problems.append(Problem(f"account {account_id}, {region}", f"cannot be read: {error}", _RIGHTS))
    return found


_NOTHING = "AWS cannot be read"
_RIGHTS = f"Use credentials (--profile) with ReadOnlyAccess, or with these rights: {', '.join(aws.ACTIONS)}."
