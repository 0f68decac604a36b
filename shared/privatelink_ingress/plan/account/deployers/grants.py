"""Permissions of deployers as grants, the one system that they are limited to, and their policy documents."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.plan import tags

Condition = Mapping[str, Mapping[str, str | tuple[str, ...]]]

OWNER_TAGS = ("ManagedBy", "Name", "Stack")
"""Tags of which every resource of this system has at least two: a resource without any of them has no known owner."""

Grants = Mapping[str, tuple["Grant", ...]]
"""A duty's permissions, by the type of resource that needs them."""

Statement = dict[str, Any]
"""One statement of a policy, as IAM writes it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grant:
    """One `Allow` or `Deny` statement, before statements are merged."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Condition = dataclasses.field(default_factory=dict)
    effect: str = "Allow"
    own: bool = False
    """Whether the condition limits it to resources that already carry this system's tags."""

    def only_if(self, key: str, wanted: str | tuple[str, ...], *, by: str = "StringEquals") -> Grant:
        """The same grant with one condition more: `key` must be (one of) `wanted`, compared by the operator `by`."""
        condition = {**self.condition, by: {**self.condition.get(by, {}), key: wanted}}
        # Not merged with the others on own resources: their actions do not have this key.
        return dataclasses.replace(self, condition=condition, own=False)

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

    def named_role(self, name: str) -> str:
        """ARN pattern of roles that Pulumi names after resource `name`: with a hyphen and seven signs at the end.

        https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
        """
        return self.iam(f"role/{name}-{'?' * 7}")

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

    def tag_on_create(self, action: str, *resources: str) -> Grant:
        """Add this system's tags while a resource is created, and to nothing that exists.

        EC2 and Elastic Load Balancing ask for `action` when a resource is created with tags, and name the creating
        call under the key `CreateAction`, which a call of the tagging action itself does not have:
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
        """
        service = action.split(":")[0]
        condition: Condition = {
            "StringEquals": self._tags("RequestTag"),
            "Null": {f"{service}:CreateAction": "false"},
        }
        return Grant(actions=(action,), resources=resources, condition=condition)

    def tag_untagged(self, action: str, *resources: str) -> Grant:
        """Add this system's tags to a resource without an owner: one with no tag `Name`, `ManagedBy` or `Stack`.

        For services that cannot tell a creation from a later call, and for what AWS creates without tags. So it can
        also take over an existing resource that has none of the three: docs/bootstrap.md, Limits.
        """
        condition: Condition = {
            "StringEquals": self._tags("RequestTag"),
            "Null": {f"aws:ResourceTag/{key}": "true" for key in OWNER_TAGS},
        }
        return Grant(actions=(action,), resources=resources, condition=condition)

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


def statements(grants: Iterable[Grant]) -> list[Statement]:
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
    """All grants as one policy."""
    return as_json(statements(grants))


def as_json(parts: list[Statement]) -> str:
    """A policy as JSON without whitespace."""
    return json.dumps({"Version": "2012-10-17", "Statement": parts}, separators=(",", ":"))


def _statement(effect: str, actions: list[str], resources: tuple[str, ...], condition: Condition) -> Statement:
    statement: Statement = {"Effect": effect, "Action": actions, "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement
