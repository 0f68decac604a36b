"""The order in which a connection is taken away, and which of its steps is due.

Nothing is remembered between the steps: files and AWS say how far it has come, so it can go on from any point.
The order is AWS's: an endpoint service cannot be deleted while connections to it are open
(DeleteVpcEndpointServiceConfigurations, EC2 API), and requests have to end before the path of requests does.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Literal

from privatelink_ingress.plan.workload.removal import WorkloadState
from privatelink_ingress.problems import Problem

GONE = "deleted"
"""State, in lower case, of an endpoint that is no more. One that was rejected is still there, and is still billed:
https://aws.amazon.com/privatelink/pricing/"""

FORCE = "If you know that, use --force."

Key = Literal["drain", "deploy drain", "remove", "deploy removal", "reject", "destroy", "keep"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One step. Each can be repeated: done twice, it finds nothing to do."""

    key: Key
    what: str
    by: Literal["offboard", "pulumi"]


STEPS = (
    Step(key="drain", what="write state: maintenance, so that the load balancer answers 503 itself", by="offboard"),
    Step(key="deploy drain", what="deploy the maintenance", by="pulumi"),
    Step(key="remove", what="take the connection out of the stack files", by="offboard"),
    Step(key="deploy removal", what="delete its rules, targets and endpoint", by="pulumi"),
    Step(key="reject", what="reject what is still connected to the endpoint service", by="offboard"),
    Step(key="destroy", what="delete the workload's stack", by="pulumi"),
)
"""In order. A stack that holds nothing else is destroyed before its file goes, so there 4 comes before 3."""

KEEP = Step(key="keep", what="keep the workload's stack: it serves other connections", by="offboard")


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeState:
    """What of a connection is in the edge account."""

    forwarding: int = 0
    """Listener rules that send requests to its targets."""
    answering: int = 0
    """Listener rules with an answer of their own, as in maintenance."""
    endpoints: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """State of each endpoint by id."""
    requests: int | None = 0
    """Requests that reached its targets in the days that were asked for; None where that cannot be seen."""
    last_request: datetime.datetime | None = None
    """Begin of the last hour with a request."""
    stacks: tuple[str, ...] = ()
    """Stacks that made all this."""

    @property
    def present(self) -> bool:
        """Whether anything is left."""
        return bool(self.forwarding or self.answering or self.open_endpoints)

    @property
    def open_endpoints(self) -> tuple[str, ...]:
        """Endpoints that are not gone."""
        return tuple(id_ for id_, state in self.endpoints.items() if state.lower() != GONE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """All that the next step follows from."""

    name: str
    entry: Literal["active", "maintenance"] | None
    """The connection in the files."""
    alone: bool = False
    """Whether its stack is attached and holds nothing else."""
    edge: EdgeState | None
    """None where AWS could not be asked; `edge_unseen` says why. The same with the workload."""
    edge_unseen: str = ""
    workload: WorkloadState | None
    workload_unseen: str = ""
    edge_accounts: frozenset[str]
    others: tuple[str, ...] = ()
    """Other connections that the workload's stack serves."""
    days: int = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class Due:
    """The next step, and what keeps it back."""

    step: Step
    refused: tuple[Problem, ...] = ()
    """Empty when it can be done."""
    overruled: tuple[Problem, ...] = ()
    """What was against it before --force."""


def due(seen: Seen, *, force: bool = False) -> Due:
    """The step to do next."""
    key, problems = _due(seen)
    step = KEEP if key == "keep" else next(step for step in STEPS if step.key == key)
    against = tuple(problems)
    return Due(step=step, overruled=against) if force else Due(step=step, refused=against)


def _due(seen: Seen) -> tuple[Key, list[Problem]]:
    if seen.entry is None:
        return _after_removal(seen)
    edge, unseen = seen.edge, _unseen("edge", seen.edge_unseen)
    if edge is not None and not edge.present:
        return "remove", []  # never deployed, or a stack of its own that is destroyed
    if seen.entry == "active":
        return "drain", [unseen] if edge is None else _traffic(seen, edge)
    if edge is None:
        return "remove", [unseen]
    if edge.forwarding:
        return "deploy drain", []
    return ("deploy removal" if seen.alone else "remove"), []


def _after_removal(seen: Seen) -> tuple[Key, list[Problem]]:
    problems = []
    if seen.edge is None:
        problems.append(_unseen("edge", seen.edge_unseen))
    elif seen.edge.present:
        return "deploy removal", []
    if seen.others:
        return "keep", problems
    if seen.workload is None:
        return "destroy", [*problems, _unseen("workload", seen.workload_unseen)]
    strangers = {id_: owner for id_, owner in seen.workload.open.items() if owner not in seen.edge_accounts}
    if strangers:
        listed = ", ".join(f"{id_} of account {owner}" for id_, owner in sorted(strangers.items()))
        reason = f"is connected to {listed}, which no stack file here knows"
        problems.append(Problem(f"service {seen.workload.service_id}", reason, f"Ask its owner first. {FORCE}"))
    return ("reject" if seen.workload.open else "destroy"), problems


def _traffic(seen: Seen, edge: EdgeState) -> list[Problem]:
    if edge.requests == 0:
        return []
    where = f"connection {seen.name}"
    if edge.requests is None:
        return [Problem(where, f"has traffic that cannot be seen: {seen.edge_unseen}", FORCE)]
    last = f", the last after {edge.last_request:%Y-%m-%d %H:%M} UTC" if edge.last_request else ""
    reason = f"got {edge.requests:,} requests in the last {seen.days} days{last}"
    return [Problem(where, reason, "Move its clients away first; or use --force to answer them with 503 from now on.")]


def _unseen(side: str, why: str) -> Problem:
    return Problem(f"{side} account", f"cannot be seen, so neither can what is there: {why}", FORCE)
