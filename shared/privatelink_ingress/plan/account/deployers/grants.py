"""Permissions of deployers as grants, the one system that they are limited to, and their policy documents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.plan import tags

Condition = Mapping[str, Mapping[str, str | tuple[str, ...]]]

Grants = Mapping[str, tuple["Grant", ...]]
"""A duty's permissions, by the type of resource that needs them."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grant:
    """One `Allow` or `Deny` statement, before statements are merged."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Condition = dataclasses.field(default_factory=dict)
    effect: str = "Allow"
    own: bool = False
    """Whether the condition limits it to resources that already carry this system's tags."""

    @property
    def service(self) -> str:
        """The service prefix of its actions, such as `ec2`."""
        return self.actions[0].split(":")[0]


@dataclasses.dataclass(frozen=True, kw_only=True)
class System:
    """The stacks of one side in one account and region: all that its deployers may touch."""

    partition: str
    account: str
    region: str
    stacks: tuple[str, ...]
    """Values of the tag `Stack`: `<project>/<stack>`."""

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def ec2(self, *kinds: str) -> tuple[str, ...]:
        """ARN patterns of all EC2 resources of these kinds."""
        return tuple(self.arn("ec2", f"{kind}/*") for kind in kinds)

    def iam(self, resource: str) -> str:
        """The ARN of a role or policy, which belong to no region."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"

    def _tags(self, key: str) -> Mapping[str, str | tuple[str, ...]]:
        return {f"aws:{key}/ManagedBy": tags.MANAGED_BY, f"aws:{key}/Stack": self.stacks}

    def in_region(self, *actions: str) -> Grant:
        """Actions that AWS cannot limit to a resource, mostly look-ups: allowed in this region only."""
        condition: Condition = {"StringEquals": {"aws:RequestedRegion": self.region}}
        return Grant(actions=actions, resources=("*",), condition=condition)

    def on_arn(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions on resources that these ARNs identify as this system's."""
        return Grant(actions=tuple(actions), resources=resources)

    def create_tagged(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions that create a resource, allowed only with this system's tags in the request."""
        return Grant(actions=tuple(actions), resources=resources, condition={"StringEquals": self._tags("RequestTag")})

    def on_own(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions on resources that already carry this system's tags."""
        condition: Condition = {"StringEquals": self._tags("ResourceTag")}
        return Grant(actions=tuple(actions), resources=resources, condition=condition, own=True)

    def tag_on_create(self, actions: Iterable[str], *resources: str) -> Grant:
        """Actions that add this system's tags, except to a resource that another stack has tagged.

        AWS checks them when a resource is created with tags. At that moment the resource has no tags yet.
        """
        condition: Condition = {
            "StringEquals": self._tags("RequestTag"),
            "StringEqualsIfExists": {"aws:ResourceTag/Stack": self.stacks},
        }
        return Grant(actions=tuple(actions), resources=resources, condition=condition)

    def pass_role(self, roles: Iterable[str], *services: str) -> Grant:
        """Pass roles to these services only: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html."""
        condition: Condition = {"StringEquals": {"iam:PassedToService": services}}
        return Grant(actions=("iam:PassRole",), resources=tuple(roles), condition=condition)

    def service_linked_role(self, service: str, role: str) -> Grant:
        """Let AWS create a service-linked role when the account has none yet.

        An account has one for each service, so no stack registers it (D13):
        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
        """
        return Grant(
            actions=("iam:CreateServiceLinkedRole",),
            resources=(self.iam(f"role/aws-service-role/{service}/{role}"),),
            condition={"StringEquals": {"iam:AWSServiceName": service}},
        )


def statements(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """Grants as policy statements, merged because IAM limits the length of a policy.

    Grants with the same actions become one statement, then statements with the same resources do, where effect and
    condition are equal. So no action gets a resource that its own grant did not name:

        ec2:CreateTags on vpc/*
        ec2:CreateTags on subnet/*           →   ec2:CreateTags, ec2:DeleteTags on subnet/*, vpc/*
        ec2:DeleteTags on subnet/*, vpc/*

    `own` grants are the exception: one statement per service holds all their actions and resources, since each of
    those resources carries this system's tags.
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
    """A policy as JSON without whitespace."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements(grants)}, separators=(",", ":"))


_PARTS = ("ec2", "elasticloadbalancing", "iam", "logs")
"""Services with their own policy; all others share one, `services`."""


def documents(grants: Iterable[Grant]) -> dict[str, str]:
    """A duty's policies by part: IAM limits the length of each."""
    parts: dict[str, list[Grant]] = {}
    for grant in grants:
        parts.setdefault(grant.service if grant.service in _PARTS else "services", []).append(grant)
    return {part: document(parts[part]) for part in sorted(parts)}


def _statement(effect: str, actions: list[str], resources: tuple[str, ...], condition: Condition) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect, "Action": actions, "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement
