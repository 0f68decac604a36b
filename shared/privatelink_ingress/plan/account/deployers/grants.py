"""Grants of a deployer's policy, and the one system that they are limited to."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.plan import tags

Condition = Mapping[str, Mapping[str, str | tuple[str, ...]]]

Grants = Mapping[str, tuple["Grant", ...]]
"""What a duty may do, by the type of resource that it registers for it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grant:
    """One `Allow`, or one `Deny`."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Condition = dataclasses.field(default_factory=dict)
    effect: str = "Allow"
    own: bool = False
    """Whether the condition limits it to what already carries this system's tags."""

    @property
    def service(self) -> str:
        """The service of its actions, such as `ec2`."""
        return self.actions[0].split(":")[0]


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """The stacks of one side in one account and region: the whole reach of its deployers."""

    partition: str
    account: str
    region: str
    stacks: tuple[str, ...]
    """Values of the tag `Stack`: `<project>/<stack>`."""

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def ec2(self, *kinds: str) -> tuple[str, ...]:
        """All resources of EC2 of these kinds."""
        return tuple(self.arn("ec2", f"{kind}/*") for kind in kinds)

    def iam(self, resource: str) -> str:
        """The ARN of a role or policy, which belong to no region."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def _tags(self, key: str) -> Mapping[str, str | tuple[str, ...]]:
        return {f"aws:{key}/ManagedBy": tags.MANAGED_BY, f"aws:{key}/Stack": self.stacks}

    def regional(self, *actions: str) -> Grant:
        """Actions that AWS limits to no resource, look-ups above all: in this region alone."""
        condition: Condition = {"StringEquals": {"aws:RequestedRegion": self.region}}
        return Grant(actions=actions, resources=("*",), condition=condition)

    def named(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions on resources whose ARN says that they are this system's."""
        return Grant(actions=tuple(actions), resources=resources)

    def new(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions that make a resource: with this system's tags."""
        return Grant(actions=tuple(actions), resources=resources, condition={"StringEquals": self._tags("RequestTag")})

    def ours(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions on resources that carry this system's tags."""
        condition: Condition = {"StringEquals": self._tags("ResourceTag")}
        return Grant(actions=tuple(actions), resources=resources, condition=condition, own=True)

    def tagging(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions that give this system's tags to what has no others: a resource of another stack stays that stack's.

        AWS asks for them when a resource is made with tags. At that moment it has none yet.
        """
        condition: Condition = {
            "StringEquals": self._tags("RequestTag"),
            "StringEqualsIfExists": {"aws:ResourceTag/Stack": self.stacks},
        }
        return Grant(actions=tuple(actions), resources=resources, condition=condition)

    def passing(self, roles: Iterable[str], *services: str) -> Grant:
        """Hand roles to these services, and to no other: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html."""
        condition: Condition = {"StringEquals": {"iam:PassedToService": services}}
        return Grant(actions=("iam:PassRole",), resources=tuple(roles), condition=condition)

    def service_linked_role(self, service: str, role: str) -> Grant:
        """Have AWS make a service's own role when the account has none yet.

        An account has one of each, so no stack registers it (D13):
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
        """
        return Grant(
            actions=("iam:CreateServiceLinkedRole",),
            resources=(self.iam(f"role/aws-service-role/{service}/{role}"),),
            condition={"StringEquals": {"iam:AWSServiceName": service}},
        )


def statements(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """Grants as statements of a policy: those of the same actions, then of the same resources, are one.

    Only where all else is equal, so that no action reaches a resource that its own grant did not name. Grants on what
    carries this system's tags are one per service: whatever they reach is this system's own.
    """
    by_actions: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    own: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    conditions: dict[str, Condition] = {}
    for grant in grants:
        condition = json.dumps(grant.condition, sort_keys=True)
        conditions[condition] = grant.condition
        if grant.own:
            actions, resources = own.setdefault((condition, grant.service), (set(), set()))
            actions.update(grant.actions)
            resources.update(grant.resources)
        else:
            key = (grant.effect, condition, tuple(sorted(grant.actions)))
            by_actions.setdefault(key, set()).update(grant.resources)
    by_resources: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    for (effect, condition, named), resources in by_actions.items():
        by_resources.setdefault((effect, condition, tuple(sorted(resources))), set()).update(named)
    for (condition, _), (actions, resources) in own.items():
        by_resources.setdefault(("Allow", condition, tuple(sorted(resources))), set()).update(actions)
    return [
        _statement(effect, sorted(actions), resources, conditions[condition])
        for (effect, condition, resources), actions in sorted(by_resources.items())
    ]


def document(grants: Iterable[Grant]) -> str:
    """A policy as JSON, without blanks."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements(grants)}, separators=(",", ":"))


_PARTS = ("ec2", "elasticloadbalancing", "iam", "logs")
"""Services whose grants have a policy of their own; all others share one, `services`."""


def documents(grants: Iterable[Grant]) -> dict[str, str]:
    """A duty's policies by part, since IAM limits the length of each."""
    parts: dict[str, list[Grant]] = {}
    for grant in grants:
        parts.setdefault(grant.service if grant.service in _PARTS else "services", []).append(grant)
    return {part: document(parts[part]) for part in sorted(parts)}


def _statement(effect: str, actions: list[str], resources: tuple[str, ...], condition: Condition) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect, "Action": actions, "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement
