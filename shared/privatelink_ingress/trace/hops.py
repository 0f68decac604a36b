"""The parts of a trace: hops with evidence, and the state that each hop passes to the next."""

from __future__ import annotations

import dataclasses
from typing import Literal

from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.listeners import Listener, Rule
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.topology import (
    Alias,
    Endpoint,
    EndpointService,
    Interface,
    LoadBalancer,
    Target,
    TargetGroup,
    Topology,
)

RIGHTS = "Give the reader the permissions that `./run doctor --print-policy` prints."

Verdict = Literal["passes", "warns", "answers", "stops", "not seen"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hop:
    """One hop of the path. Its problem has the form of every message: place (its name), reason, remedy."""

    name: str
    verdict: Verdict
    evidence: str
    """The observed facts."""
    reason: str = ""
    """The reason why it stops or warns."""
    remedy: str = ""
    """The remedy: a change or a command."""

    @property
    def problem(self) -> Problem | None:
        """What is wrong at this hop, in the shape of every message; None when nothing is."""
        return Problem(self.name, self.reason, self.remedy) if self.reason or self.remedy else None


class Stopped(Exception):
    """The request goes no further: it is answered with `status`, or lost."""

    def __init__(
        self, name: str, evidence: str, reason: str = "", remedy: str = "", *, status: int | None = None
    ) -> None:
        verdict: Verdict = "answers" if status else "stops"
        self.hop = Hop(name=name, verdict=verdict, evidence=evidence, reason=reason, remedy=remedy)
        self.status = status
        super().__init__(reason)


class Unseen(Stopped):
    """What comes next could not be read, so the request is followed no further: nothing is known against it."""

    def __init__(self, name: str, evidence: str, reason: str, remedy: str = RIGHTS) -> None:
        super().__init__(name, evidence, reason, remedy)
        self.hop = dataclasses.replace(self.hop, verdict="not seen")


@dataclasses.dataclass(kw_only=True)
class Path:
    """The request and what the hops have found so far; each hop relies on the ones before it."""

    request: Request
    topology: Topology
    record: Alias | None = None
    """The alias record that answers in Route 53; None without one."""
    balancer: LoadBalancer = dataclasses.field(init=False)
    listener: Listener = dataclasses.field(init=False)
    rule: Rule = dataclasses.field(init=False)
    target_group: TargetGroup = dataclasses.field(init=False)
    entries: list[tuple[Target, Endpoint, Interface]] = dataclasses.field(default_factory=list)
    service: EndpointService = dataclasses.field(init=False)
    inner: LoadBalancer = dataclasses.field(init=False)
    inner_group: TargetGroup = dataclasses.field(init=False)
