"""Deployers' roles and policies: names, ARNs and documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from privatelink_ingress.plan import names
from privatelink_ingress.plan.account.deployers import previews, trust
from privatelink_ingress.plan.account.deployers.grants import Grant, System
from privatelink_ingress.plan.account.deployers.packing import (
    POLICIES_OF_A_ROLE,
    POLICY_CHARACTERS,
    TRUST_POLICY_CHARACTERS,
    documents,
)
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.assumed_roles import DEPLOYER_PATH

PATH = DEPLOYER_PATH
"""Path of all deployer roles and policies. Deployers create no roles under it, so none can change another."""

DEPLOYER = "deployer"
"""Key of the role that assumes every duty's role."""

_SPLIT = "Split them into systems with a `prefix` of their own, each in a bootstrap stack of its own."

_ALTERING_ROLES = (
    "AttachRolePolicy",
    "DeleteRole",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
    "UpdateAssumeRolePolicy",
)
_ALTERING_POLICIES = ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployerRole:
    """One role and its policies."""

    key: str
    """Unique in the plan: the logical name of its resources ends with it."""
    name: str
    arn: str
    description: str
    trust_policy: str
    policies: tuple[PolicyPlan, ...]
    shared: tuple[PolicyPlan, ...]
    """Policies that others have as well: the one of sessions that only look, and those of states."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PolicyPlan:
    """One customer managed policy."""

    key: str
    name: str
    arn: str
    description: str
    document: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoleMaker:
    """Builds the roles and policies of one account's deployers."""

    system: System
    """The account."""
    prefix: str
    """First part of all names."""

    def role_name(self, suffix: str) -> str:
        """Name of a role, within IAM's limit."""
        return names.fit(f"{self.prefix}-{suffix}", names.ROLE)

    def role_arn(self, suffix: str) -> str:
        """ARN of a role."""
        return self.system.iam(f"role{PATH}{self.role_name(suffix)}")

    @property
    def read_only(self) -> PolicyPlan:
        """The policy of every role, for sessions that only look."""
        return self.policy("read-only", previews.read_only(), "Sessions with the tag Access=read change nothing")

    def role(
        self, key: str, suffix: str, grants: Iterable[Grant], trusts: Iterable[dict[str, Any]], description: str
    ) -> DeployerRole:
        """A role with the trust statements `trusts`, and a policy for each part of its grants.

        Raises:
            UserError: when it needs more policies than IAM attaches to a role, or its trust policy is too long.
        """
        name, texts = self.role_name(suffix), documents(grants)
        if len(texts) + 1 > POLICIES_OF_A_ROLE:
            problem = Problem(
                "roles",
                f"name so many stacks, connections, zones or endpoint services that role {name} needs {len(texts) + 1} "
                f"policies, but IAM attaches {POLICIES_OF_A_ROLE}",
                _SPLIT,
            )
            raise UserError("The roles need too many policies", [problem])
        trusted = trust.document(*trusts)
        if len(trusted) > TRUST_POLICY_CHARACTERS:
            problem = Problem(
                "roles",
                f"let so many principals, branches and environments assume {name} that its trust policy has "
                f"{len(trusted)} characters, but IAM takes {TRUST_POLICY_CHARACTERS}",
                "Trust one role that all of them may assume, or environments instead of branches.",
            )
            raise UserError("The roles' trust policies are too long", [problem])
        return DeployerRole(
            key=key,
            name=name,
            arn=self.role_arn(suffix),
            description=description,
            trust_policy=trusted,
            policies=tuple(
                self.policy(f"{key}-{part}", text, f"{description}: {part}") for part, text in texts.items()
            ),
            shared=(self.read_only,),
        )

    def policy(self, key: str, text: str, description: str) -> PolicyPlan:
        """A policy with the document `text`.

        Raises:
            UserError: when it is longer than IAM takes.
        """
        if len(text) > POLICY_CHARACTERS:
            problem = Problem(
                "roles",
                f"name so many stacks, connections or zones that policy {key} has {len(text)} characters, "
                f"but IAM takes {POLICY_CHARACTERS}",
                _SPLIT,
            )
            raise UserError("The roles' policies are too long", [problem])
        name = f"{self.prefix}-{key}"
        arn = self.system.iam(f"policy{PATH}{name}")
        return PolicyPlan(key=key, name=name, arn=arn, description=description, document=text)

    def protection(self) -> list[Grant]:
        """Whatever policies are attached later, no deployer removes a permissions boundary or changes deployers."""

        def deny(actions: Iterable[str], resource: str) -> Grant:
            named = tuple(f"iam:{action}" for action in actions)
            return Grant(effect="Deny", actions=named, resources=(self.system.iam(resource),))

        return [
            deny(["DeleteRolePermissionsBoundary"], "role/*"),
            deny(_ALTERING_ROLES, f"role{PATH}*"),
            deny(_ALTERING_POLICIES, f"policy{PATH}*"),
        ]
