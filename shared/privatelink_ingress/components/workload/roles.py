"""A role that an AWS service assumes, with AWS managed policies and an inline policy."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.workload.roles import RolePlan, managed_policy_arn


class ServiceRole:
    """One role and its policies, as children of the component that needs it."""

    def __init__(
        self, name: str, plan: RolePlan, *, parent: Component, iam: aws.Provider, tags: Mapping[str, str]
    ) -> None:
        """Register `<name>-<plan.key>` through the provider of the IAM duty."""
        self.role = aws.iam.Role(
            f"{name}-{plan.key}",
            assume_role_policy=plan.trust_policy,
            permissions_boundary=plan.permissions_boundary,
            tags=dict(tags),
            opts=parent.child(provider=iam),
        )
        self._attachments = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{plan.key}-{policy}",
                role=self.role.name,
                policy_arn=managed_policy_arn(policy),
                opts=parent.child(provider=iam),
            )
            for policy in plan.managed_policies
        ]
        self._inline = (
            [
                aws.iam.RolePolicy(
                    f"{name}-{plan.key}",
                    role=self.role.name,
                    policy=plan.policy,
                    opts=parent.child(provider=iam),
                )
            ]
            if plan.policy
            else []
        )

    @property
    def arn(self) -> Output[str]:
        """The role's ARN once its policies are attached: consumers are created after them and deleted before."""
        return pulumi.Output.all(self.role.arn, *self._attached).apply(lambda values: values[0])

    @property
    def ready(self) -> Output[aws.iam.Role]:
        """The role once its policies are attached, for components that take the resource."""
        role = self.role
        return pulumi.Output.all(*self._attached).apply(lambda _: role)

    @property
    def _attached(self) -> list[Output[str]]:
        """Outputs that are known once all policies are attached."""
        return [*(each.policy_arn for each in self._attachments), *(each.id for each in self._inline)]
