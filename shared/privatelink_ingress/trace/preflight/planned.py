"""What a stack's program would register, as `preflight` compares it with the account."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.contracts.shard import PROJECT as EDGE
from privatelink_ingress.plan.edge.query_logs import PROVIDER as QUERY_LOGS
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stack_names import short

_OTHER_REGION = {QUERY_LOGS: "network"}
"""Providers with which a duty reaches another Region of the account, by name."""

StackSettings = WorkloadSettings | EdgeSettings | AttachedSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource that the program registers."""

    type: str
    name: str
    """Logical name."""
    duty: str
    """Name of its provider: `network`, `iam`, `ecr`, `eks`; another name for a provider of another account or
    Region."""
    inputs: Mapping[str, Any]
    """By wire name; a value that a preview does not know is left out at the top level."""
    imported: bool = False
    """Whether the program adopts what an earlier deployment left."""


@dataclasses.dataclass(frozen=True, order=True)
class AssumedRole:
    """One role that a provider of the program assumes."""

    arn: str
    external_id: str | None
    provider: str
    """The provider's name: the duty, or what the role of another account is for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Planned:
    """One stack."""

    label: str
    """`<project>/<stack>`."""
    file: str
    """Path of the stack file, for messages."""
    account_id: str
    region: str
    settings: StackSettings
    tags: Mapping[str, str]
    """Of all its resources."""
    resources: tuple[Resource, ...] = ()
    assumed: tuple[AssumedRole, ...] = ()
    lookups: frozenset[tuple[str, str]] = frozenset()
    """Duty and token of each function that the program calls."""

    @property
    def stack(self) -> str:
        """The stack's name without its project."""
        return self.label.partition("/")[2]

    @property
    def shard(self) -> str:
        """Label of the stack whose VPC and load balancer it uses: its own, unless it is an attached stack."""
        settings = self.settings
        return f"{EDGE}/{short(settings.edge_stack)}" if isinstance(settings, AttachedSettings) else self.label

    @property
    def roles(self) -> Mapping[str, str | None]:
        """ARN of the role of each duty; None with ambient credentials."""
        return self.settings.roles.by_duty

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Its resources of one type, in its own account."""
        return (one for one in self.resources if one.type == type_ and one.duty in self.roles)

    @property
    def types(self) -> frozenset[tuple[str, str]]:
        """Duty and type of every resource, and duty and token of every function."""
        every = {*((one.duty, one.type) for one in self.resources), *self.lookups}
        return frozenset((_OTHER_REGION.get(duty, duty), type_) for duty, type_ in every)
