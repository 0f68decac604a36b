"""The roles that deploy, their permissions boundaries, and GitHub's identity provider."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.account.deployers import DeployersPlan
from privatelink_ingress.plan.account.deployers.roles import PATH, DeployerRole, PolicyPlan
from privatelink_ingress.plan.account.deployers.trust import AUDIENCE, GITHUB_URL


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployerRolesArgs:
    """What to build."""

    plan: DeployersPlan
    tags: Mapping[str, str]


class DeployerRoles(Component):
    """Roles and policies under one path."""

    state_policy_arn: Output[str]
    arns: Mapping[str, Output[str]]
    """Of the roles, by their planned ARN: known once a role has its policies."""
    boundary_arns: Mapping[str, Output[str]]
    """By side."""

    def __init__(self, name: str, args: DeployerRolesArgs, opts: ResourceOptions | None = None) -> None:
        """Boundaries and policies first, then GitHub's way in, then the roles that trust it."""
        super().__init__(name, opts)
        self._tags = args.tags
        plan = args.plan
        self.boundary_arns = {side: self._policy(limit).arn for side, limit in plan.boundaries.items()}
        state = self._policy(plan.state)
        self.state_policy_arn = state.arn
        trusted: list[Resource] = []
        if plan.makes_github_provider:
            trusted.append(
                aws.iam.OpenIdConnectProvider(
                    f"{name}-github",
                    url=GITHUB_URL,
                    client_id_lists=[AUDIENCE],
                    tags=self.named("github", args.tags),
                    opts=self.child(),
                )
            )
        self.arns = {}
        if plan.deployer:
            entry = self._role(plan.deployer, trusted)
            aws.iam.RolePolicyAttachment(
                f"{name}-deployer-state", role=entry.name, policy_arn=state.arn, opts=self.child()
            )
            # IAM refuses a trust policy that names a role which is not there yet.
            trusted = [entry]
        for role in plan.roles:
            self._role(role, trusted)
        self.publish()

    def _policy(self, plan: PolicyPlan) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._name}-{plan.key}",
            name=plan.name,
            path=PATH,
            description=plan.description,
            policy=plan.document,
            tags=self.named(plan.key, self._tags),
            opts=self.child(),
        )

    def _role(self, plan: DeployerRole, after: list[Resource]) -> aws.iam.Role:
        role = aws.iam.Role(
            f"{self._name}-{plan.key}",
            name=plan.name,
            path=PATH,
            description=plan.description,
            assume_role_policy=plan.trust_policy,
            tags=self.named(plan.key, self._tags),
            opts=self.child(depends_on=after),
        )
        attachments = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{policy.key}", role=role.name, policy_arn=self._policy(policy).arn, opts=self.child()
            )
            for policy in plan.policies
        ]
        ready = Output.all(role.arn, *(each.policy_arn for each in attachments))
        self.arns = {**self.arns, plan.arn: ready.apply(lambda known: known[0])}
        return role
