"""`doctor`: follows a request for each route and host of the stack files, and judges what it passes and relies on."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import reader_policy
from privatelink_ingress.aws.reads import ACCOUNTS_AT_ONCE, each
from privatelink_ingress.aws.surroundings import edge, workload
from privatelink_ingress.cli import foreign_zones, planned
from privatelink_ingress.cli.reading import RIGHTS
from privatelink_ingress.cli.topologies import System
from privatelink_ingress.fleet import examples, repository, shards
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.problems import Problem, UsageError, suggest
from privatelink_ingress.regions import partition
from privatelink_ingress.trace.diagnosis import Diagnosis, Followed, diagnose
from privatelink_ingress.trace.expected import Expected, Place, Workload
from privatelink_ingress.trace.hops import Path as Way
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.states import surroundings as of_states
from privatelink_ingress.trace.surroundings import Surroundings, joined
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import follow


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope:
    """What is to be looked at."""

    requests: tuple[examples.Example, ...]
    """To follow."""
    expected: Expected
    wanted: tuple[str, ...] = ()
    """Connections; all when empty."""
    zone_roles: tuple[str, ...] = ()
    """ARNs of the roles that write records in hosted zones of other accounts."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What was looked at, and what is wrong."""

    connections: tuple[str, ...]
    followed: tuple[Followed, ...]
    """A request for each route and host."""
    found: tuple[Diagnosis, ...]
    unread: tuple[Problem, ...] = ()
    """What could not be read."""

    @property
    def healthy(self) -> bool:
        """Whether there is no error and no warning."""
        return all(one.severity == "not seen" for one in self.found)


def published(root: Path, wanted: Sequence[str]) -> Scope:
    """The requests to follow, and what the stack files say.

    Raises:
        UserError: a stack file has a mistake.
        UsageError: with each wanted connection that no stack file has.
    """
    return scope_of(repository.read_right(root), wanted)


def scope_of(stacks: Stacks, wanted: Sequence[str]) -> Scope:
    """As `published`, of stacks that are read already; plans them.

    Raises:
        UsageError: with each wanted connection that no stack file has.
    """
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    names = sorted({routes.name for group in grouped for routes in group.routes})
    if unknown := [
        Problem(name, "no stack file has a connection of this name", suggest(name, names))
        for name in wanted
        if name not in names
    ]:
        raise UsageError("The connection does not exist", unknown)
    every = (one for group in grouped for one in examples.of_shard(group.routes))
    return Scope(
        requests=tuple(one for one in every if not wanted or one.connection in wanted),
        expected=planned.of(stacks),
        wanted=tuple(wanted),
        zone_roles=tuple(
            sorted({one.role_arn for one in foreign_zones.roles((*stacks.edges, *stacks.attached)).values()})
        ),
    )


def report(scope: Scope, system: System) -> Report:
    """Follow the requests, and read and judge what stands beside them."""
    around, followed = surroundings(scope, system), follow_all(scope, system.topology)
    found = diagnose(
        followed,
        system.topology,
        scope.expected,
        around,
        wanted=scope.wanted,
        now=datetime.datetime.now(datetime.UTC),
    )
    names = tuple(dict.fromkeys(one.connection for one in scope.requests))
    unread = (*system.unread, *around.unread, *_uncompared(scope.expected))
    return Report(connections=names, followed=tuple(followed), found=tuple(found), unread=unread)


def follow_all(scope: Scope, topology: Topology) -> list[Followed]:
    """Where each request of the scope goes."""
    followed = []
    for one, request in zip(scope.requests, requests(scope), strict=True):
        way = Way(request=request, topology=topology)
        followed.append(Followed(connection=one.connection, active=one.active, trace=follow(one.url, way), path=way))
    return followed


def requests(scope: Scope) -> list[Request]:
    """The requests of the scope, as of clients that have signed in where the load balancer asks for it."""
    parsed = (
        Request.parse(one.url, method=one.method, headers=one.headers, source=one.source, speaks=one.speaks)
        for one in scope.requests
    )
    return [dataclasses.replace(one, signed_in=True) for one in parsed]


def surroundings(scope: Scope, system: System) -> Surroundings:
    """What stands beside the requests, as far as it can be read."""
    if system.exports:
        return of_states.load(system.exports, scope.expected)
    expected, workloads = scope.expected, list(_judged(scope))

    def beside(place: Place) -> Surroundings:
        account, parts = system.accounts[place], list[Surroundings]()
        try:
            if own := [one for one in expected.shards if (one.account_id, one.region) == place]:
                parts.append(edge.load(account, own, system.topology))
            if held := [one for one in workloads if (one.account_id, one.region) == place]:
                parts.append(workload.load(account, held, system.topology))
            if written := [one for one in workloads if one.parameter_place == place]:
                parts.append(workload.contracts(account, written))
        except (BotoCoreError, ClientError) as error:
            lost = Problem("account {}, {}".format(*place), f"cannot be read further: {error}", RIGHTS)
            parts.append(Surroundings(unread=(lost,)))
        return joined(parts)

    return joined(each(beside, system.accounts, at_once=ACCOUNTS_AT_ONCE))


def policy(scope: Scope) -> str:
    """The least rights of a reader of these stacks, as a policy document."""
    expected = scope.expected
    regions = [*(one.region for one in expected.shards), *(one.region for one in expected.workloads)]
    return reader_policy.document(
        buckets=[one.plan.logs.bucket for one in expected.shards],
        parameters=[one.plan.publication.parameter for one in expected.workloads],
        roles=scope.zone_roles,
        partition=partition(regions[0]) if regions else "aws",
    )


def _judged(scope: Scope) -> Iterable[Workload]:
    return (one for one in scope.expected.workloads if not scope.wanted or one.connection in scope.wanted)


def _uncompared(expected: Expected) -> Iterator[Problem]:
    for file in expected.unplanned:
        reason = "is not compared with AWS: values are encrypted, or do not fit the other files"
        yield Problem(file, reason, "Run `./run check`, which tells them.")
