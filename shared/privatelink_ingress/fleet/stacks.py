"""The stack files of a repository, as the checks over all of them take them."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings


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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attached:
    """One `central-ingress` stack that adds connections to another, as its file says it."""

    file: str
    stack: str
    region: str
    settings: AttachedSettings

    @property
    def shard(self) -> str:
        """The stack that it is attached to, without organization and project."""
        return self.settings.edge_stack.rpartition("/")[2]


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """A problem and the file to change."""

    file: str
    problem: Problem
