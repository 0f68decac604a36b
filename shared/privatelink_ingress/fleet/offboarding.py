"""The order in which a connection is removed, and its next step.

Nothing is remembered between the steps: files and AWS show how far it has come, so it can continue from any point.
The order is AWS's: an endpoint service cannot be deleted while connections to it are open
(DeleteVpcEndpointServiceConfigurations, EC2 API), and requests have to end before their path does.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Literal

from privatelink_ingress.plan.workload.removal import WorkloadState
from privatelink_ingress.problems import Problem

GONE = "deleted"
"""State, in lower case, of an endpoint that no longer exists. A rejected one still exists, and is still billed:
https://aws.amazon.com/privatelink/pricing/"""

FORCE = "If that is fine, use --force."

Key = Literal["drain", "deploy drain", "remove", "deploy removal", "reject", "destroy", "keep"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One step. Each can be repeated: the second time, it finds nothing to do."""

    key: Key
    what: str
    by: Literal["offboard", "pulumi"]


STEPS = (
    Step(key="drain", what="write state: maintenance, so that the load balancer answers 503 itself", by="offboard"),
    Step(key="deploy drain", what="deploy the maintenance", by="pulumi"),
    Step(key="remove", what="remove the connection from the stack files", by="offboard"),
    Step(key="deploy removal", what="delete its rules, targets and endpoint", by="pulumi"),
    Step(key="reject", what="reject the remaining connections to the endpoint service", by="offboard"),
    Step(key="destroy", what="delete the workload's stack", by="pulumi"),
)
"""In order. A stack that holds nothing else is destroyed before its file goes, so there step 4 comes before step 3."""

KEEP_WORKLOAD = Step(key="keep", what="keep the workload's stack: it serves other connections", by="offboard")


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeState:
    """A connection's resources in the edge account."""

    forwarding: int = 0
    """Listener rules that send requests to its targets."""
    answering: int = 0
    """Listener rules with an answer of their own, as in maintenance."""
    endpoints: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """State of each endpoint by id."""
    requests: int | None = 0
    """Requests that reached its targets in the requested days; None where that cannot be seen."""
    last_request: datetime.datetime | None = None
    """Start of the last hour with a request."""
    stacks: tuple[str, ...] = ()
    """Stacks that created all this."""

    @property
    def present(self) -> bool:
        """Whether anything is left."""
        return bool(self.forwarding or self.answering or self.open_endpoints)

    @property
    def open_endpoints(self) -> tuple[str, ...]:
        """Endpoints that still exist."""
        return tuple(id_ for id_, state in self.endpoints.items() if state.lower() != GONE)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Observed:
    """All that the next step follows from."""

    name: str
    entry: Literal["active", "maintenance"] | None
    """The connection's state in the files; None when no file has it."""
    sole_connection: bool = False
    """Whether its stack is attached and holds nothing else."""
    edge: EdgeState | None
    """None where AWS could not be read; `edge_unseen` says why. The same with the workload."""
    edge_unseen: str = ""
    edge_remedy: str = ""
    """What makes it readable; empty where a right is missing. The same with the workload."""
    workload: WorkloadState | None
    workload_unseen: str = ""
    workload_remedy: str = ""
    edge_accounts: frozenset[str]
    others: tuple[str, ...] = ()
    """Other connections that the workload's stack serves."""
    days: int = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class NextStep:
    """The step to do next, and what prevents it."""

    step: Step
    refused: tuple[Problem, ...] = ()
    """Empty when it can be done."""
    overridden: tuple[Problem, ...] = ()
    """What prevented it before --force."""


def next_step(observed: Observed, *, force: bool = False) -> NextStep:
    """The step to do next."""
    key, problems = _next(observed)
    step = KEEP_WORKLOAD if key == "keep" else next(step for step in STEPS if step.key == key)
    against = tuple(problems)
    return NextStep(step=step, overridden=against) if force else NextStep(step=step, refused=against)


def merged(states: Iterable[EdgeState]) -> EdgeState:
    """What several edges have of one connection."""
    states = list(states)
    counts = [state.requests for state in states]
    return EdgeState(
        forwarding=sum(state.forwarding for state in states),
        answering=sum(state.answering for state in states),
        endpoints={id_: endpoint for state in states for id_, endpoint in state.endpoints.items()},
        requests=None if None in counts else sum(count for count in counts if count),
        last_request=max((state.last_request for state in states if state.last_request), default=None),
        stacks=tuple(stack for state in states for stack in state.stacks),
    )


def _next(observed: Observed) -> tuple[Key, list[Problem]]:
    if observed.entry is None:
        return _after_removal(observed)
    edge, unseen = observed.edge, _unseen("edge", observed.edge_unseen, observed.edge_remedy)
    if edge is not None and not edge.present:
        return "remove", []  # never deployed, or a stack of its own that is destroyed
    if observed.entry == "active":
        return "drain", [unseen] if edge is None else _traffic(observed, edge)
    if edge is None:
        return "remove", [unseen]
    if edge.forwarding:
        return "deploy drain", []
    return ("deploy removal" if observed.sole_connection else "remove"), []


def _after_removal(observed: Observed) -> tuple[Key, list[Problem]]:
    problems = []
    if observed.edge is None:
        problems.append(_unseen("edge", observed.edge_unseen, observed.edge_remedy))
    elif observed.edge.present:
        return "deploy removal", []
    if observed.others:
        return "keep", problems
    if observed.workload is None:
        return "destroy", [*problems, _unseen("workload", observed.workload_unseen, observed.workload_remedy)]
    foreign = {id_: owner for id_, owner in observed.workload.open.items() if owner not in observed.edge_accounts}
    if foreign:
        listed = ", ".join(f"{id_} of account {owner}" for id_, owner in sorted(foreign.items()))
        reason = f"is connected to {listed}, and no stack file here has that account"
        problems.append(Problem(f"service {observed.workload.service_id}", reason, f"Ask its owner first. {FORCE}"))
    return ("reject" if observed.workload.open else "destroy"), problems


def _traffic(observed: Observed, edge: EdgeState) -> list[Problem]:
    if edge.requests == 0:
        return []
    where = f"connection {observed.name}"
    if edge.requests is None:
        return [Problem(where, f"has traffic that cannot be seen: {observed.edge_unseen}", FORCE)]
    last = f", the last after {edge.last_request:%Y-%m-%d %H:%M} UTC" if edge.last_request else ""
    reason = f"got {edge.requests:,} requests in the last {observed.days} days{last}"
    return [Problem(where, reason, "Move its clients away first; or use --force to answer them with 503 from now on.")]


def _unseen(side: str, why: str, remedy: str) -> Problem:
    reason = f"cannot be read, so its resources are not known: {why}"
    return Problem(f"{side} account", reason, f"{remedy} To continue without it, use --force." if remedy else FORCE)
