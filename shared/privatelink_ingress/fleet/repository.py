"""The stack files of a repository: read, and checked alone and against each other, without AWS and without Pulumi."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet import assumed_zones, encrypted, environments
from privatelink_ingress.fleet.plans import StackPlan
from privatelink_ingress.fleet.stacks import Attached, Bootstrap, Edge, Finding, Workload
from privatelink_ingress.plan.edge import shard as edge_plan
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.plan.workload import versions
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings import secrets
from privatelink_ingress.settings.attached import AttachedSettings, load_edge
from privatelink_ingress.settings.bootstrap import PROJECT as BOOTSTRAP
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stackfiles import beside, reader, unread
from privatelink_ingress.stackfiles.reader import StackFile


@dataclasses.dataclass(kw_only=True)
class Report:
    """What a check saw."""

    checked: list[str] = dataclasses.field(default_factory=list)
    """Paths of the stack files, relative to the repository."""
    notes: list[str] = dataclasses.field(default_factory=list)
    """What could not be checked, and why; and what is right, but worth to know."""
    warnings: list[Finding] = dataclasses.field(default_factory=list)
    """What is allowed, and yet should be known before it is deployed."""
    findings: list[Finding] = dataclasses.field(default_factory=list)
    unproven: list[str] = dataclasses.field(default_factory=list)
    """File and key path of every encrypted value, and of every environment: what depends on one is not checked."""
    plans: Mapping[str, StackPlan] = dataclasses.field(default_factory=dict)
    """By `<project>/<stack>`. Empty until the files are compared, which takes all of them, and where a value is
    encrypted."""


@dataclasses.dataclass(kw_only=True)
class Stacks:
    """Every stack of a repository whose file is right."""

    report: Report = dataclasses.field(default_factory=Report)
    workloads: list[Workload] = dataclasses.field(default_factory=list)
    edges: list[Edge] = dataclasses.field(default_factory=list)
    attached: list[Attached] = dataclasses.field(default_factory=list)
    bootstraps: list[Bootstrap] = dataclasses.field(default_factory=list)
    left_out: list[str] = dataclasses.field(default_factory=list)
    """Files of which too much is encrypted, or in an environment, to compare them with the others."""
    supplied: set[str] = dataclasses.field(default_factory=set)
    """Files with an environment, whose stacks are taken as their files write them."""


Guess = Mapping[str, Mapping[str, str]]
"""Values for encrypted places, by file and place."""


def read(root: Path, *, second: bool = False, guess: Guess | None = None) -> Stacks:
    """Read each stack file of the repository at `root`, not yet compared with each other.

    Args:
        root: Top directory of the repository.
        second: Use the second stand-in for each encrypted value (`fleet/encrypted.py`).
        guess: Use these values instead of stand-ins.

    Raises:
        UserError: when there is nothing to read.
    """
    stacks = Stacks()
    for file in _files(root, stacks.report):
        name = _relative(file.path, root)
        loader = _LOADERS.get(file.project)
        if loader is None:
            stacks.report.notes.append(f"{name}: project {file.project} is not part of this system: not checked.")
        else:
            _read(stacks, name, file, loader, second=second, known=(guess or {}).get(name))
    return stacks


def guesses(root: Path, findings: Iterable[Finding]) -> Iterator[Guess]:
    """Values that encrypted places may have: one for all that accept it, one for each, and two for each two of them."""
    files = [(file, loader) for file in _files(root, Report()) if (loader := _LOADERS.get(file.project))]
    words = encrypted.guesses([file for file, _ in files], [finding.problem.remedy for finding in findings])
    takers = {
        word: [
            (_relative(file.path, root), place)
            for file, loader in files
            for place in encrypted.leaves(file)
            if encrypted.takes(file, functools.partial(loader, file), place, word)
        ]
        for word in words
    }
    single = [((place, word),) for word, accept in takers.items() for place in accept]
    together = [tuple((place, word) for place in accept) for word, accept in takers.items() if len(accept) > 1]
    pairs = ((one[0], other[0]) for one, other in itertools.combinations(single, 2) if one[0][0] != other[0][0])
    for chosen in itertools.chain(together, single, pairs):
        guess: dict[str, dict[str, str]] = {}
        for (name, place), word in chosen:
            guess.setdefault(name, {})[place] = word
        yield guess


def _read(
    stacks: Stacks,
    name: str,
    file: StackFile,
    loader: _Loader,
    *,
    second: bool,
    known: Mapping[str, str] | None,
) -> None:
    report, values = stacks.report, file.settings
    report.findings += (Finding(name, problem) for problem in (*_foreign_keys(file), *secrets.plain_in(file)))
    hidden = ("aws:region",) if "aws:region" in file.secure else ()
    if encrypted.leaves(file):
        found = encrypted.stand_ins(file, functools.partial(loader, file), second=second, known=known)
        hidden, values = (*hidden, *found.leaves), found.values
    report.unproven += (f"{name}: {place}" for place in hidden)
    if file.environment:
        stacks.supplied.add(name)
        report.unproven.append(f"{name}: {environments.PLACE}")
        report.notes.append(f"{name}: {environments.NOTE}")
    if hidden:
        listed = ", ".join(hidden)
        report.notes.append(f"{name}: {listed} is encrypted: only `pulumi preview` can check what depends on it.")
    try:
        _sort(stacks, name, file, loader(file, values))
    except UserError as error:
        problems = error.problems
        if file.environment:
            problems = tuple(environments.certain(file, functools.partial(loader, file), values))
        shown = [problem for problem in problems if not encrypted.hides(hidden, problem)]
        report.findings += (Finding(name, problem) for problem in shown)
        if not shown:
            stacks.left_out.append(name)


def _foreign_keys(file: StackFile) -> Iterator[Problem]:
    for key in sorted((*file.config, *file.secure)):
        namespace = key.partition(":")[0]
        if namespace in _LOADERS and namespace != file.project:
            reason = f"is a key of project {namespace}, and this stack is one of {file.project}"
            yield Problem(key, reason, f"Move it to a stack file of {namespace}, or remove it.")


def _sort(stacks: Stacks, name: str, file: StackFile, settings: Any) -> None:
    report = stacks.report
    if isinstance(settings, WorkloadSettings):
        stacks.workloads.append(Workload(file=name, stack=file.stack, region=file.region, settings=settings))
        today = datetime.datetime.now(datetime.UTC).date()
        versions.require_supported(settings, today=today)
        report.warnings += (Finding(name, problem) for problem in warnings(settings, today=today))
        report.notes += assumed_zones.notes(name, file.region, settings)
    elif isinstance(settings, AttachedSettings):
        stacks.attached.append(Attached(file=name, stack=file.stack, region=file.region, settings=settings))
        report.notes += assumed_zones.notes(name, file.region, settings)
    elif isinstance(settings, EdgeSettings):
        files = beside.read(file.path.parent, settings.load_balancer.mutual_tls.files.values())
        stacks.edges.append(Edge(file=name, stack=file.stack, region=file.region, settings=settings, files=files))
        report.notes += assumed_zones.notes(name, file.region, settings)
    elif isinstance(settings, BootstrapSettings):
        stacks.bootstraps.append(Bootstrap(file=name, stack=file.stack, settings=settings))


def _workload(file: StackFile, values: Mapping[str, str]) -> WorkloadSettings:
    return load(WorkloadSettings, values, project=file.project, stack=file.stack, region=file.region_text)


def _edge(file: StackFile, values: Mapping[str, str]) -> EdgeSettings | AttachedSettings:
    return load_edge(values, project=file.project, stack=file.stack, region=file.region_text)


def _bootstrap(file: StackFile, values: Mapping[str, str]) -> BootstrapSettings:
    return load(BootstrapSettings, values, project=file.project, stack=file.stack, region=file.region_text)


_Loader = Callable[[StackFile, Mapping[str, str]], Any]
_LOADERS: Mapping[str, _Loader] = {
    service_contract.PROJECT: _workload,
    edge_plan.PROJECT: _edge,
    BOOTSTRAP: _bootstrap,
}


def read_right(root: Path, *, known: tuple[str, ...] = ()) -> Stacks:
    """As `read`, for commands that count what the stack files say: that takes files without mistakes.

    Args:
        root: Top directory of the repository.
        known: First letters of the keys that the command itself acts on, so that no stand-in will do for them.

    Raises:
        UserError: with the mistakes, each with its file; or with what cannot be read here.
    """
    stacks = read(root)
    findings = [*stacks.report.findings]
    for stack in (*stacks.edges, *stacks.attached):
        findings += (Finding(stack.file, problem) for problem in routes.check(stack.routes))
    if findings:
        problems = [
            dataclasses.replace(finding.problem, where=f"{finding.file}: {finding.problem.where}")
            for finding in findings
        ]
        raise UserError("Stack files have mistakes", problems)
    hidden = [place for place in stacks.report.unproven if known and place.partition(": ")[2].startswith(known)]
    if hidden or stacks.left_out:
        places = [*hidden, *(f"{file}: file" for file in stacks.left_out)]
        raise UserError("Not every stack file can be read", map(environments.unreadable, places))
    return stacks


WHERE = ("aws:region", "accountId")
"""Keys by which a command finds a stack in AWS."""


def _files(root: Path, report: Report) -> Iterator[StackFile]:
    """All stack files that can be read; the others become findings."""
    report.findings += (Finding(_relative(file, root), problem) for file, problem in unread.names(root))
    for directory in reader.projects(root):
        try:
            reader.require_project(directory)
        except UserError as error:
            name = _relative(directory / reader.PROJECT_FILE, root)
            report.checked.append(name)
            report.findings += (Finding(name, problem) for problem in error.problems)
            continue
        for stack in reader.stacks(directory):
            name = _relative(directory / f"Pulumi.{stack}.yaml", root)
            report.checked.append(name)
            try:
                yield reader.read(directory, stack)
            except UserError as error:
                report.findings += (Finding(name, problem) for problem in error.problems)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
