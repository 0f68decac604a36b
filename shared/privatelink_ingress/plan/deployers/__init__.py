"""The roles that deploy into one account: one per duty, each with the rights of its duty alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.contract import PROJECT as WORKLOAD_PROJECT
from privatelink_ingress.plan import buckets, names
from privatelink_ingress.plan.deployers import boundary, edge, trust, workload
from privatelink_ingress.plan.deployers.grants import Grant, Grants, System, document, documents
from privatelink_ingress.plan.edge import PROJECT as EDGE_PROJECT
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.bootstrap import Roles, Trust

PATH = "/privatelink-ingress/"
"""Path of all roles and policies of this plan. No role that they make has it, so none of them reaches another."""

POLICY_CHARACTERS = 6144
"""In a customer managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

DUTY_ROLES = {"network": "network-role", "iam": "iam-access", "ecr": "ecr-access", "eks": "eks-role"}
"""Role of each duty, as the article calls it."""

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


@dataclasses.dataclass(frozen=True, kw_only=True)
class PolicyPlan:
    """One policy that stands for itself."""

    key: str
    name: str
    arn: str
    description: str
    document: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployersPlan:
    """Everything that `roles` of a bootstrap stack asks for."""

    makes_github_provider: bool
    deployer: DeployerRole | None
    """The role of GitHub's workflows: it assumes the others and keeps the state."""
    roles: tuple[DeployerRole, ...]
    state: PolicyPlan
    """What a principal needs for state and secrets of the account's stacks."""
    boundaries: Mapping[str, PolicyPlan]
    """The permissions boundary of each side's roles."""
    by_side: Mapping[str, Mapping[str, str]]
    """For each side, ARN by duty: `roles` of its stack files."""
    parameter_writers: Mapping[str, str]
    """ARN by the writer's name in the settings."""


def plan_deployers(roles: Roles, *, account_id: str, region: str, bucket: str, key_alias: str) -> DeployersPlan | None:
    """The plan, or none when the settings ask for no role.

    Args:
        roles: The settings.
        account_id: Account that the roles belong to.
        region: Region that they may work in; IAM and Route 53 have none.
        bucket: The state bucket.
        key_alias: Alias of the key of state and secrets.

    Raises:
        UserError: when a policy is longer than IAM takes.
    """
    if roles.trust is None:
        return None
    return _Planner(roles, roles.trust, account_id, region).plan(bucket, key_alias)


class _Planner:
    """Names, ARNs and trust that all roles of one plan share."""

    def __init__(self, roles: Roles, given: Trust, account: str, region: str) -> None:
        self.roles, self.given, self.account, self.region = roles, given, account, region
        self.partition = buckets.partition(region)
        self.iam = self.system().iam

    def system(self, project: str = "", stacks: Iterable[str] = ()) -> System:
        return System(
            partition=self.partition,
            account=self.account,
            region=self.region,
            stacks=tuple(f"{project}/{stack}" for stack in stacks),
        )

    def plan(self, bucket: str, key_alias: str) -> DeployersPlan:
        state = self.policy(
            "state", document(_state(self.system(), bucket, key_alias)), "Read and write state and secrets"
        )
        sides: dict[str, tuple[DeployerRole, ...]] = {}
        boundaries: dict[str, PolicyPlan] = {}
        if side := self.roles.workload:
            system = self.system(WORKLOAD_PROJECT, side.stacks or side.connections)
            boundaries["workload"] = limit = self.boundary("workload", boundary.workload(system))
            sides["workload"] = self.side("workload", workload.duties(system, side, boundary=limit.arn))
        if side := self.roles.edge:
            system = self.system(EDGE_PROJECT, side.stacks)
            boundaries["edge"] = limit = self.boundary("edge", boundary.edge(system))
            sides["edge"] = self.side("edge", edge.duties(system, side, boundary=limit.arn))
        duties = tuple(role for roles in sides.values() for role in roles)
        writers = self.parameter_writers()
        github = self.given.github
        return DeployersPlan(
            makes_github_provider=github is not None and github.provider_arn is None,
            deployer=self.deployer(duties),
            roles=(*duties, *writers.values()),
            state=state,
            boundaries=boundaries,
            by_side={
                side: {role.key.removeprefix(f"{side}-"): role.arn for role in roles} for side, roles in sides.items()
            },
            parameter_writers={name: role.arn for name, role in writers.items()},
        )

    def role_name(self, suffix: str) -> str:
        return names.fit(f"{self.roles.prefix}-{suffix}", names.ROLE)

    def role(
        self, key: str, suffix: str, grants: Iterable[Grant], trusts: Iterable[dict[str, Any]], description: str
    ) -> DeployerRole:
        name = self.role_name(suffix)
        return DeployerRole(
            key=key,
            name=name,
            arn=self.iam(f"role{PATH}{name}"),
            description=description,
            trust_policy=trust.document(*trusts),
            policies=tuple(
                self.policy(f"{key}-{part}", text, f"{description}: {part}") for part, text in documents(grants).items()
            ),
        )

    def policy(self, key: str, text: str, description: str) -> PolicyPlan:
        if len(text) > POLICY_CHARACTERS:
            problem = Problem(
                "roles",
                f"name so many stacks, connections or zones that policy {key} has {len(text)} characters, "
                f"but IAM takes {POLICY_CHARACTERS}",
                "Split them into systems with a `prefix` of their own, each in a bootstrap stack of its own.",
            )
            raise UserError("The roles do not fit", [problem])
        name = f"{self.roles.prefix}-{key}"
        arn = self.iam(f"policy{PATH}{name}")
        return PolicyPlan(key=key, name=name, arn=arn, description=description, document=text)

    def boundary(self, side: str, grants: Iterable[Grant]) -> PolicyPlan:
        return self.policy(f"{side}-boundary", document(grants), f"The most that a role of the {side} side can do")

    def side(self, side: str, duties: Mapping[str, Grants]) -> tuple[DeployerRole, ...]:
        return tuple(self.duty(side, duty, grants) for duty, grants in duties.items())

    def duty(self, side: str, duty: str, by_type: Grants) -> DeployerRole:
        grants = [grant for of_type in by_type.values() for grant in of_type]
        if any(action.startswith("iam:Put") for grant in grants for action in grant.actions):
            grants += self.protection()
        description = f"Deploys the {duty} duty of the {side} side"
        return self.role(f"{side}-{duty}", f"{side}-{DUTY_ROLES[duty]}", grants, self.trust(), description)

    def trust(self) -> list[dict[str, Any]]:
        given = self.given
        statements = [trust.principals(given.principals, external_id=given.external_id)] if given.principals else []
        if given.github:
            statements.append(trust.principals((self.deployer_arn,)))
        return statements

    @property
    def deployer_arn(self) -> str:
        return self.iam(f"role{PATH}{self.role_name('deployer')}")

    def deployer(self, duties: Iterable[DeployerRole]) -> DeployerRole | None:
        github = self.given.github
        if github is None:
            return None
        provider = github.provider_arn or self.iam("oidc-provider/token.actions.githubusercontent.com")
        assumed = [role.arn for role in duties]
        if self.roles.workload and self.roles.workload.writer_role_arn:
            assumed.append(self.roles.workload.writer_role_arn)
        assume = Grant(actions=("sts:AssumeRole",), resources=tuple(assumed))
        trusts = [trust.github(github, provider_arn=provider)]
        return self.role("deployer", "deployer", [assume], trusts, "Workflows that deploy: assumes each duty's role")

    def parameter_writers(self) -> dict[str, DeployerRole]:
        system = self.system()
        return {
            name: self.role(
                f"parameter-{name}",
                f"parameter-{name}",
                workload.parameter(system, writer.parameter_prefix, writer.connections, overwrite=False),
                [trust.principals(writer.principals, external_id=writer.external_id)],
                "Writes contracts of workload accounts, and overwrites none",
            )
            for name, writer in (self.roles.edge.parameter_writers.items() if self.roles.edge else ())
        }

    def protection(self) -> list[Grant]:
        """Whatever else is attached one day: no deployer frees a role of its boundary, or alters deployers."""

        def deny(actions: Iterable[str], resource: str) -> Grant:
            named = tuple(f"iam:{action}" for action in actions)
            return Grant(effect="Deny", actions=named, resources=(self.iam(resource),))

        return [
            deny(["DeleteRolePermissionsBoundary"], "role/*"),
            deny(_ALTERING_ROLES, f"role{PATH}*"),
            deny(_ALTERING_POLICIES, f"policy{PATH}*"),
        ]


def _state(system: System, bucket: str, key_alias: str) -> list[Grant]:
    """https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3."""
    arn = f"arn:{system.partition}:s3:::{bucket}"
    of_key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias}}
    return [
        system.named(["s3:ListBucket"], arn),
        system.named(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], f"{arn}/*"),
        Grant(
            actions=("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
            resources=(system.arn("kms", "key/*"),),
            condition=of_key,
        ),
    ]
