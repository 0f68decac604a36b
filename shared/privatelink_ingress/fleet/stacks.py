"""The stack files of a repository, as the checks over all of them take them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.plan.routing.routes import RoutePlan, plan_all
from privatelink_ingress.problems import Problem, UsageError, suggest
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stack_names import StackName, short


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workload:
    """One `eks-service` stack as its file says it."""

    file: str
    """Path of the stack file, for messages."""
    stack: str
    region: str
    settings: WorkloadSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edge:
    """One `central-ingress` stack with a load balancer, as its file says it."""

    file: str
    stack: str
    region: str
    settings: EdgeSettings
    files: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Contents of the files beside the stack file that the settings name, by their paths."""

    @functools.cached_property
    def routes(self) -> tuple[RoutePlan, ...]:
        """The routes of its connections, derived once."""
        return plan_all(self.settings.connections)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attached:
    """One `central-ingress` stack that adds connections to another, as its file says it."""

    file: str
    stack: str
    region: str
    settings: AttachedSettings

    @functools.cached_property
    def routes(self) -> tuple[RoutePlan, ...]:
        """The routes of its connections, derived once."""
        return plan_all(self.settings.connections)

    @property
    def shard(self) -> str:
        """The stack that it is attached to, without organization and project."""
        return short(self.settings.edge_stack)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """One `bootstrap` stack as its file says it."""

    file: str
    stack: str
    settings: BootstrapSettings


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """A problem and the file to change."""

    file: str
    problem: Problem


def workload_named(name: str, workloads: Sequence[Workload]) -> Workload:
    """The workload stack with a name, given with or without organization and project.

    Raises:
        UsageError: when no stack file that can be read has that name.
    """
    wanted = StackName.parse(name)
    for workload in workloads:
        if workload.stack == wanted.stack and wanted.may_be_of(service_contract.PROJECT):
            return workload
    reason = f"is {name!r}, but no readable stack file of {service_contract.PROJECT} has that name"
    remedy = suggest(wanted.stack, [workload.stack for workload in workloads])
    raise UsageError("The stack does not exist", [Problem("--stack", reason, remedy)])
