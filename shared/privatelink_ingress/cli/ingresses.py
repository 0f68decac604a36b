"""`ingress check`: manifests of Ingresses, before they are applied."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli import invocation, manifests, schema_words
from privatelink_ingress.cli.manifests import Manifest
from privatelink_ingress.cli.views import show
from privatelink_ingress.fleet import check as fleet_check
from privatelink_ingress.fleet import hosts, repository
from privatelink_ingress.fleet.stacks import workload_named
from privatelink_ingress.ingresses import annotation_rules, check, mergeable, objects
from privatelink_ingress.ingresses.model import GRPC, Conventions, annotation_field, annotations_of, label, shown
from privatelink_ingress.ingresses.model import hosts as hosts_of
from privatelink_ingress.local.kubernetes import schemas
from privatelink_ingress.plan.workload.controller.disk import largest_file_mib
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.settings.load_balancer import LoadBalancer
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
    grpc: tuple[str, ...] = ()
    """Those of them to which the edge forwards gRPC."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judged:
    """One Ingress, or a custom resource that the cluster does not know."""

    file: str
    kind: str
    label: str
    """`<namespace>/<name>`."""
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is said of all files together."""

    judged: tuple[Judged, ...]
    notes: tuple[Problem, ...]
    """Of the files themselves."""

    @property
    def right(self) -> bool:
        """Whether the controller would serve every Ingress."""
        return not any(one.problems for one in self.judged)


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
    # Of an attached stack's connections, the load balancer is another stack's: its defaults are taken.
    balancers = [one.settings.load_balancer for one in stacks.edges if list(fleet_check.served(one.settings, stack))]
    return Target(
        stack=stack,
        conventions=Conventions(
            protocol=settings.publication.protocol,
            http2=settings.publication.http2,
            ingress_tls=settings.controller.ingress_tls,
            namespaces=settings.controller.watch.namespaces,
            health_path=settings.publication.health_path,
            redirect_http=bool(balancers) and all(one.redirect_http for one in balancers),
            largest_file_mib=largest_file_mib(settings.controller.disk_gib),
            idle_timeout=min((one.idle_timeout for one in balancers), default=LoadBalancer().idle_timeout),
        ),
        version=settings.cluster.version,
        routed=hosts.patterns(connections),
        grpc=hosts.patterns(connections, grpc=True),
    )


def judge(paths: Sequence[str], expected: Target) -> Judgement:
    """Every Ingress of the files, alone and against the others.

    Raises:
        UsageError: when a file cannot be read, or none holds an Ingress.
    """
    given = manifests.read(paths)
    others = [one for _, one in given.objects]
    found = [(file, one) for file, one in given.objects if one.get("kind") == "Ingress"]
    foreign = [(file, one, tuple(objects.refused(one))) for file, one in given.objects]
    refused = [
        Judged(file=file, kind=str(one["kind"]), label=_label(one), problems=problems)
        for file, one, problems in foreign
        if problems
    ]
    routing = [note for note in map(objects.passed_over, others) if note]
    if not found and not refused:
        reason = f"{'holds' if len(paths) == 1 else 'hold'} no object of kind Ingress"
        remedy = "Name files of YAML or JSON, directories of such files, or - for standard input."
        raise UsageError("There is nothing to check", [Problem(", ".join(paths), reason, remedy), *routing])
    misshapen = [tuple(_misshapen(one, expected)) for _, one in found]
    # An object that the schema refuses has no fields that could be read.
    sound = [index for index, problems in enumerate(misshapen) if not problems]
    clashes, notes = _together([found[index] for index in sound])
    by_index = {sound[index]: problems for index, problems in clashes.items()}
    advised = {sound[index]: problems for index, problems in notes.items()}
    judged = []
    for index, (file, one) in enumerate(found):
        problems, advice = misshapen[index], ()
        if not problems:
            problems = (*_problems(one, expected, others), *by_index.get(index, ()))
            wrong = {problem.where for problem in problems}
            advice = (*check.advice(one, expected.conventions, others), *advised.get(index, ()))
            advice = tuple(problem for problem in advice if problem.where not in wrong)
        judged.append(Judged(file=file, kind="Ingress", label=_label(one), problems=problems, advice=advice))
    return Judgement(judged=(*judged, *refused), notes=(*given.notes, *routing))


def print_judgement(judgement: Judgement, expected: Target, console: Console) -> None:
    """For people."""

    def to_know(problem: Problem) -> None:
        console.print(Text(f"  to know: {problem.where} {problem.reason}", style="yellow"), soft_wrap=True)
        console.print(Text(f"    → {problem.remedy}", style="green"), soft_wrap=True)

    for one in judgement.judged:
        title = f"{one.file}: {one.kind} {one.label}"
        if one.problems:
            show.problems(console, title, one.problems)
        else:
            console.print(Text(f"{title} is right", style="green"), soft_wrap=True)
        for problem in one.advice:
            to_know(problem)
    for note in judgement.notes:
        to_know(note)
    if expected.stack is None:
        words = "Checked against the defaults of a workload. With --stack NAME: against its stack file and its hosts."
        console.print(Text(words, style="dim"), soft_wrap=True)


def as_json(judgement: Judgement, expected: Target) -> str:
    """For scripts."""

    def plain(problems: Sequence[Problem]) -> list[dict[str, Any]]:
        return [dataclasses.asdict(problem) for problem in problems]

    ingresses = [
        {
            "file": one.file,
            "kind": one.kind,
            "ingress": one.label,
            "problems": plain(one.problems),
            "advice": plain(one.advice),
        }
        for one in judgement.judged
    ]
    return json.dumps({"stack": expected.stack, "ingresses": ingresses, "notes": plain(judgement.notes)}, indent=2)


def _label(one: Manifest) -> str:
    try:
        return label(one)
    except (AttributeError, TypeError):  # metadata of a wrong shape
        return "(no name)"


def _misshapen(one: Manifest, expected: Target) -> Iterator[Problem]:
    """What the API server's schema refuses."""
    given = one.get("apiVersion")
    if given != API_VERSION:
        reason = f"is {shown(given)}" if given else "is missing"
        yield Problem("apiVersion", reason, f"Write {API_VERSION}; no other has been served since Kubernetes 1.22.")
        return
    found = [
        problem
        for violation in schemas.violations(one, expected.version)
        for problem in schema_words.problems(violation)
    ]
    yield from found
    given = one.get("metadata")
    if found and isinstance(given, Mapping) and isinstance(given.get("annotations"), Mapping):
        yield from annotation_rules.problems(one)


def _problems(one: Manifest, expected: Target, others: Sequence[Manifest]) -> Iterator[Problem]:
    yield from check.problems(one, expected.conventions, others)
    for field, host in hosts_of(one):
        if not host.startswith("*."):  # of its names, some may come and others not
            yield from hosts.unrouted(host, expected.routed, where=field)
            if expected.routed and expected.conventions.http2 and GRPC in annotations_of(one):
                yield from hosts.without_grpc(host, expected.routed, expected.grpc, where=annotation_field(GRPC))


Problems = dict[int, list[Problem]]


def _together(found: Sequence[tuple[str, Manifest]]) -> tuple[Problems, Problems]:
    """Problems and advice for want of others, or because of them, by index. One object given twice is one."""
    last = {(label(one) if "/" in label(one) else str(index)): index for index, (_, one) in enumerate(found)}
    kept = sorted(last.values())
    given = [found[index][1] for index in kept]
    problems: Problems = {}
    advice: Problems = {}
    for into, clashes in ((problems, mergeable.clashes(given)), (advice, mergeable.childless(given))):
        for clash in clashes:
            problem = clash.problem
            if clash.other is not None:
                problem = dataclasses.replace(problem, reason=f"{problem.reason} ({found[kept[clash.other]][0]})")
            into.setdefault(kept[clash.index], []).append(problem)
    for index, (_, one) in enumerate(found):
        if index not in kept and one != found[last[label(one)]][1]:
            reason = f"is {label(one)}, as in {found[last[label(one)]][0]}: what is applied last replaces the other"
            write = f"Render overlays first: kubectl kustomize … | {invocation.program()} ingress check -."
            advice.setdefault(index, []).append(Problem("metadata.name", reason, write))
    return problems, advice
