"""The roles that deploy, their permissions boundaries, and GitHub's identity provider."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.account.deployers import DeployersPlan
from privatelink_ingress.plan.account.deployers.roles import PATH, DeployerRole, PolicyPlan
from privatelink_ingress.plan.account.deployers.trust import AUDIENCE, GITHUB_URL


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployerRolesArgs:
    """Inputs of `DeployerRoles`."""

    plan: DeployersPlan
    tags: Mapping[str, str]


class DeployerRoles(Component):
    """Roles and policies under one path."""

    state_policy_arns: Mapping[str, list[Output[str]]]
    """By deployer: `workload`, `edge`, or `attached-<stack>`."""
    arns: Mapping[str, Output[str]]
    """The roles' ARNs by their planned ARN: known once a role has its policies."""
    boundary_arns: Mapping[str, Output[str]]
    """By side."""

    def __init__(self, name: str, args: DeployerRolesArgs, opts: ResourceOptions | None = None) -> None:
        """Boundaries and policies come first, then GitHub's identity provider, then the roles that trust it."""
        super().__init__(name, opts)
        self._tags, self._plan = args.tags, args.plan
        plan = args.plan
        self.boundary_arns = {side: self._policy(limit).arn for side, limit in plan.boundaries.items()}
        states = [policy for policies in plan.state.policies.values() for policy in policies]
        self._shared = {policy.key: self._policy(policy) for policy in (plan.read_only, *states)}
        self.state_policy_arns = {
            deployer: [self._shared[policy.key].arn for policy in policies]
            for deployer, policies in plan.state.policies.items()
        }
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
        # IAM refuses a trust policy that names a role before the role exists.
        trusted = [*trusted, *(self._role(previewer, trusted) for previewer in plan.previewers)]
        trusted = [*trusted, self._role(plan.deployer, trusted)]
        for role in plan.roles:
            self._role(role, trusted)
        self.publish()

    def exports(self) -> dict[str, Any]:
        """Outputs of the program. None is secret."""
        plan, arns = self._plan, self.arns
        by_side = {
            f"{side}_roles": {duty: arns[arn] for duty, arn in duties.items()} for side, duties in plan.by_side.items()
        }
        return {
            "state_policy_arns": self.state_policy_arns,
            "permissions_boundaries": self.boundary_arns,
            "deployer_role": arns[plan.deployer.arn],
            "previewer_roles": {role.key: arns[role.arn] for role in plan.previewers},
            "attached_roles": {stack: {"network": arns[arn]} for stack, arn in plan.attached.items()},
            "parameter_writer_roles": {name: arns[arn] for name, arn in plan.parameter_writers.items()},
            "accepter_roles": {name: arns[arn] for name, arn in plan.accepters.items()},
            **by_side,
        }

    def _policy(self, plan: PolicyPlan) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._name}-{plan.key}",
            name=plan.name,
            path=PATH,
            description=plan.description,
            policy=plan.document,
            tags=self.named(plan.key, self._tags),
            # Other words would replace the policy, and AWS keeps one that roles of other stacks carry as a boundary.
            opts=self.child(ignore_changes=["description"]),
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
        attachments += [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{plan.key}-{policy.key}",
                role=role.name,
                policy_arn=self._shared[policy.key].arn,
                opts=self.child(),
            )
            for policy in plan.shared
        ]
        ready = Output.all(role.arn, *(attachment.policy_arn for attachment in attachments))
        self.arns = {**self.arns, plan.arn: ready.apply(lambda known: known[0])}
        return role
