"""Which stacks of a repository are deployed, in which order, and in which stages a workload is."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard
from privatelink_ingress.fleet import environments
from privatelink_ingress.fleet.onboarding import published_name
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Attached, Edge, Workload
from privatelink_ingress.plan.workload.images import ImageStatus
from privatelink_ingress.problems import Problem, UsageError, UserError, suggest
from privatelink_ingress.settings.bootstrap import PROJECT as BOOTSTRAP
from privatelink_ingress.stack_names import StackName, short

Stage = Literal["infrastructure", "images", "controller", "up"]
"""A step of a workload's deployment. `infrastructure` and `controller` are the same `pulumi up`, before and after the
copy of the images; `up` is the only one where nothing has to be copied."""

Direction = Literal["deploy", "teardown"]


_DECIDING = (
    environments.PLACE,
    "aws:region",
    "accountId",
    "edgeStack",
    "roles",
    "connection",
    "controller",
    "sample",
    "registry",
    "publication",
    "cluster",
)
"""First letters of the keys that a run over several stacks reads itself; the programs read all others."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unit:
    """One stack to deploy or tear down."""

    stack: Workload | Edge | Attached
    needs: tuple[str, ...] = ()
    """Labels of the stacks of this repository whose outputs its program reads."""

    @property
    def project(self) -> str:
        """The Pulumi project, which is also its directory below the repository's top."""
        return service_contract.PROJECT if isinstance(self.stack, Workload) else shard.PROJECT

    @property
    def name(self) -> str:
        """The stack's name without its project."""
        return self.stack.stack

    @property
    def label(self) -> str:
        """`<project>/<stack>`."""
        return f"{self.project}/{self.name}"

    @property
    def account_id(self) -> str:
        """The account that the stack file allows."""
        return self.stack.settings.account_id

    def command(self, verb: str) -> str:
        """A command of Pulumi for this stack, as it is typed at the repository's top."""
        return f"pulumi -C {self.project} {verb} --stack {self.name}"


def units(stacks: Stacks) -> tuple[Unit, ...]:
    """The stacks in the order of deployment: workloads, then edges with a load balancer, then attached ones.

    Raises:
        UserError: when a value that decides account, credentials, order or images is encrypted.
    """
    hidden = [place for place in stacks.report.unproven if place.partition(": ")[2].startswith(_DECIDING)]
    hidden += [f"{file}: file" for file in stacks.left_out]
    if hidden:
        raise UserError("Not every stack file can be read", map(environments.unreadable, hidden))
    workloads = [Unit(stack=workload) for workload in stacks.workloads]
    edges = [Unit(stack=edge, needs=_backends(edge, stacks.workloads)) for edge in stacks.edges]
    attached = [
        Unit(stack=one, needs=(f"{shard.PROJECT}/{one.shard}", *_backends(one, stacks.workloads)))
        for one in stacks.attached
    ]
    return (*workloads, *edges, *attached)


def select(every: Sequence[Unit], names: Sequence[str]) -> tuple[Unit, ...]:
    """The units with these names, in the order of deployment; all of them when no name is given.

    Args:
        every: All units of the repository.
        names: As typed: `shop`, `eks-service/shop` or `<organization>/eks-service/shop`.

    Raises:
        UsageError: with every name that fits no stack, or several.
    """
    problems, chosen = [], set()
    for name in names:
        found = [unit for unit in every if _is_named(unit, name)]
        if len(found) == 1:
            chosen.add(found[0].label)
        elif found:
            labels = " and ".join(unit.label for unit in found)
            problems.append(Problem(name, f"is the name of {labels}", "Write the project as well."))
        elif StackName.parse(name).may_be_of(BOOTSTRAP) and StackName.parse(name).project:
            remedy = f"Run `pulumi up --stack {short(name)}` at the repository's top: docs/bootstrap.md."
            problems.append(Problem(name, "is a stack of bootstrap, which an administrator deploys", remedy))
        else:
            remedy = suggest(name, [unit.label if "/" in name else unit.name for unit in every], none="Write its file.")
            problems.append(Problem(name, "has no stack file", remedy))
    if problems:
        raise UsageError("Not every stack exists", problems)
    return tuple(unit for unit in every if unit.label in chosen) if names else tuple(every)


def prerequisites(chosen: Iterable[Unit], direction: Direction) -> Mapping[str, frozenset[str]]:
    """For each chosen unit, the labels of those chosen ones that must succeed before it starts."""
    chosen = tuple(chosen)
    labels = {unit.label for unit in chosen}
    if direction == "deploy":
        return {unit.label: frozenset(labels.intersection(unit.needs)) for unit in chosen}
    return {unit.label: frozenset(other.label for other in chosen if unit.label in other.needs) for unit in chosen}


def undeployed(chosen: Iterable[Unit], deployed: Collection[str]) -> list[Problem]:
    """Stacks that a chosen one reads, but that are neither chosen nor deployed.

    Args:
        chosen: What is to be deployed.
        deployed: Labels of the stacks that have resources.
    """
    chosen = tuple(chosen)
    known = {unit.label for unit in chosen} | set(deployed)
    return [
        Problem(
            unit.label,
            f"reads the outputs of {', '.join(lacking)}, which has not been deployed",
            f"Run `./run deploy {' '.join([*lacking, unit.label])}`.",
        )
        for unit in chosen
        if (lacking := [label for label in unit.needs if label not in known])
    ]


def still_used(chosen: Iterable[Unit], every: Iterable[Unit], deployed: Collection[str]) -> list[Problem]:
    """Chosen stacks that others, which are not chosen and have resources, still read. Arguments as of `undeployed`."""
    chosen = tuple(chosen)
    labels = {unit.label for unit in chosen}
    others = [unit for unit in every if unit.label not in labels and unit.label in deployed]
    return [
        Problem(
            unit.label,
            f"is still used by {', '.join(users)}",
            f"Run `./run teardown {' '.join([*users, unit.label])}`.",
        )
        for unit in chosen
        if (users := [other.label for other in others if unit.label in other.needs])
    ]


def stages(images: Iterable[ImageStatus]) -> tuple[Stage, ...]:
    """What is left to do for a workload, from the state of the images that its pods run.

    A registry is created by the deployment whose pods pull from it. So without it, a first `up` creates all but the
    pods. Where it exists, the copy comes first: the program refuses a digest that was never copied. What a copy cannot
    correct is left to the program to judge.
    """
    images = tuple(images)
    if any(image.state == "no repository" for image in images):
        return ("infrastructure", "images", "controller")
    return ("images", "controller") if any(image.copy_helps for image in images) else ("up",)


def _is_named(unit: Unit, name: str) -> bool:
    wanted = StackName.parse(name)
    return unit.name == wanted.stack and wanted.may_be_of(unit.project)


def _backends(stack: Edge | Attached, workloads: Sequence[Workload]) -> tuple[str, ...]:
    """The workloads whose contracts its connections read, by their stack or by the parameter that they write."""
    backends = [backend for connection in stack.settings.connections.values() for backend in connection.backends]
    named = {short(backend.stack) for backend in backends if backend.stack is not None}
    parameters = [backend.parameter for backend in backends if backend.parameter is not None]
    return tuple(
        f"{service_contract.PROJECT}/{workload.stack}"
        for workload in workloads
        if workload.stack in named or any(parameter.endswith(_parameter(workload)) for parameter in parameters)
    )


def _parameter(workload: Workload) -> str:
    return f"{workload.settings.publication.parameter.prefix}/{published_name(workload)}"
