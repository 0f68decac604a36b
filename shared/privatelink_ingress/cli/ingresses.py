"""`ingress check`: manifests of Ingresses, before they are applied."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli import manifests
from privatelink_ingress.cli.manifests import Manifest
from privatelink_ingress.cli.views import show
from privatelink_ingress.fleet import check as fleet_check
from privatelink_ingress.fleet import hosts, repository
from privatelink_ingress.fleet.stacks import workload_named
from privatelink_ingress.local.kubernetes import KubernetesError, schemas
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.rules import ingress as rules
from privatelink_ingress.rules.ingress import Conventions
from privatelink_ingress.settings.workload.cluster import Cluster

API_VERSION = "networking.k8s.io/v1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """The cluster that the Ingresses are for."""

    stack: str | None = None
    """Its workload stack. Without one, the defaults of a stack file are taken."""
    conventions: Conventions = dataclasses.field(default_factory=Conventions)
    version: str = Cluster().version
    """Of Kubernetes."""
    routed: tuple[str, ...] = ()
    """Hosts that come to it; empty when that is not known."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """One Ingress."""

    file: str
    label: str
    """`<namespace>/<name>`."""
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...]


def target(root: Path, stack: str | None) -> Target:
    """What the stack files of the repository say of a workload's cluster and of the hosts that come to it.

    Raises:
        UserError: when a stack file has a mistake.
        UsageError: when there is no such stack.
    """
    if stack is None:
        return Target()
    stacks = repository.read_right(root)
    settings = workload_named(stack, stacks.workloads).settings
    edges = [edge.settings for edge in (*stacks.edges, *stacks.attached)]
    connections = [one for edge in edges for one in fleet_check.served(edge, stack)]
    return Target(
        stack=stack,
        conventions=Conventions(
            protocol=settings.publication.protocol,
            ingress_tls=settings.controller.ingress_tls,
            namespaces=settings.controller.watch.namespaces,
            health_path=settings.publication.health_path,
        ),
        version=settings.cluster.version,
        routed=hosts.patterns(connections),
    )


def judge(paths: Sequence[str], expected: Target) -> list[Judged]:
    """Every Ingress of the files, alone and against the others.

    Raises:
        UsageError: when a file cannot be read, or none holds an Ingress.
    """
    found = [(file, one) for file, one in manifests.read(paths) if one.get("kind") == "Ingress"]
    if not found:
        reason = f"{'holds' if len(paths) == 1 else 'hold'} no object of kind Ingress"
        remedy = "Name files of YAML or JSON, directories of such files, or - for standard input."
        raise UsageError("There is nothing to check", [Problem(", ".join(paths), reason, remedy)])
    malformed = {place: problem for place, (_, one) in enumerate(found) for problem in _malformed(one, expected)}
    # What is no Ingress to the API server has no fields that could be read.
    sound = [place for place in range(len(found)) if place not in malformed]
    shared: dict[int, list[Problem]] = {}
    for later, earlier, fault in rules.shared_hosts([found[place][1] for place in sound]):
        where = f" ({found[sound[earlier]][0]})"
        shared.setdefault(sound[later], []).append(Problem(fault.field, f"{fault.what}{where}", fault.write))
    return [
        Judged(
            file=file,
            label=rules.label(one) if place in sound else "that is none",
            problems=(*_problems(one, expected), *shared.get(place, ())) if place in sound else (malformed[place],),
            advice=tuple(Problem(*dataclasses.astuple(fault)) for fault in rules.advice(one)) if place in sound else (),
        )
        for place, (file, one) in enumerate(found)
    ]


def print_judged(judged: Sequence[Judged], expected: Target, console: Console) -> None:
    """For people."""
    for one in judged:
        if one.problems:
            show.problems(console, f"{one.file}: Ingress {one.label}", one.problems)
        else:
            console.print(Text(f"{one.file}: Ingress {one.label} is right", style="green"), soft_wrap=True)
        for problem in one.advice:
            console.print(Text(f"  to know: {problem.where} {problem.reason}", style="yellow"), soft_wrap=True)
            console.print(Text(f"    → {problem.remedy}", style="green"), soft_wrap=True)
    if expected.stack is None:
        words = "Checked against the defaults of a workload. With --stack NAME: against its stack file and its hosts."
        console.print(Text(words, style="dim"), soft_wrap=True)


def as_json(judged: Sequence[Judged], expected: Target) -> str:
    """For scripts."""

    def plain(problems: Sequence[Problem]) -> list[dict[str, Any]]:
        return [dataclasses.asdict(problem) for problem in problems]

    ingresses = [
        {"file": one.file, "ingress": one.label, "problems": plain(one.problems), "advice": plain(one.advice)}
        for one in judged
    ]
    return json.dumps({"stack": expected.stack, "ingresses": ingresses}, indent=2)


def _malformed(one: Manifest, expected: Target) -> Iterator[Problem]:
    given = one.get("apiVersion")
    if given != API_VERSION:
        what = f"is {given}" if given else "is missing"
        yield Problem("apiVersion", what, f"Write {API_VERSION}; no other has been served since Kubernetes 1.22.")
        return
    try:
        schemas.check(one, expected.version)
    except KubernetesError as error:
        yield Problem("the manifest", f"is refused by Kubernetes {expected.version}: {error.message}", "Correct it.")


def _problems(one: Manifest, expected: Target) -> Iterator[Problem]:
    for fault in rules.faults(one, expected.conventions):
        yield Problem(fault.field, fault.what, fault.write)
    for field, host in rules.hosts(one):
        if not host.startswith("*."):  # of its names, some may come and others not
            yield from hosts.unrouted(host, expected.routed, where=field)
