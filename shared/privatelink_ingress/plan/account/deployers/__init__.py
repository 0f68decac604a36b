"""The roles that deploy into one account: one per duty, each with the rights of its duty alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.contracts.service import PROJECT as WORKLOAD_PROJECT
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.account.deployers import attached, boundary, edge, trust, workload
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System, document
from privatelink_ingress.plan.account.deployers.roles import PATH, DeployerRole, PolicyPlan, RoleMaker
from privatelink_ingress.plan.edge.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.bootstrap import AttachedRole, Roles, Trust

DUTY_ROLES = {"network": "network-role", "iam": "iam-access", "ecr": "ecr-access", "eks": "eks-role"}
"""Role name of each duty, as in the article."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployersPlan:
    """All roles and policies of a bootstrap stack."""

    makes_github_provider: bool
    deployer: DeployerRole | None
    """The role of GitHub's workflows: it assumes the other roles and writes the state."""
    roles: tuple[DeployerRole, ...]
    state: PolicyPlan
    """Access to the state and secrets of the account's stacks."""
    boundaries: Mapping[str, PolicyPlan]
    """The permissions boundary of each side's roles."""
    by_side: Mapping[str, Mapping[str, str]]
    """For each side, ARN by duty: `roles` of its stack files."""
    attached: Mapping[str, str]
    """ARN by the name of the attached stack: `roles.network` of its file."""
    parameter_writers: Mapping[str, str]
    """ARN by the writer's name in the settings; the same with `accepters`."""
    accepters: Mapping[str, str]


def plan_deployers(
    roles: Roles,
    *,
    account_id: str,
    region: str,
    bucket: str,
    key_alias: str,
    shards: Mapping[str, ShardContract] | None = None,
) -> DeployersPlan | None:
    """The plan; None when the settings have no roles.

    Args:
        roles: The settings.
        account_id: Account that the roles belong to.
        region: Region that they may work in; IAM and Route 53 have none.
        bucket: The state bucket.
        key_alias: Alias of the key of state and secrets.
        shards: What the `edgeStack` of each attached stack publishes, by the attached stack's name.

    Raises:
        UserError: when a policy is longer than IAM takes, or a shard is in another account or region.
    """
    if roles.trust is None:
        return None
    return _Planner(roles, roles.trust, account_id, region).plan(bucket, key_alias, shards or {})


class _Planner:
    """Builds one plan; holds the names, ARNs and trust that all its roles share."""

    def __init__(self, roles: Roles, trust_plan: Trust, account: str, region: str) -> None:
        self.roles, self.given, self.account, self.region = roles, trust_plan, account, region
        self.partition = regions.partition(region)
        self.make = RoleMaker(system=self.system(), prefix=roles.prefix)

    def system(self, project: str = "", stacks: Iterable[str] = ()) -> System:
        return System(
            partition=self.partition,
            account=self.account,
            region=self.region,
            stacks=tuple(f"{project}/{stack}" for stack in stacks),
        )

    def plan(self, bucket: str, key_alias: str, shards: Mapping[str, ShardContract]) -> DeployersPlan:
        state = self.make.policy(
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
        entries = self.roles.edge.attached if self.roles.edge else {}
        joined = self.attached(entries, shards)
        writers, accepters = self.parameter_writers(), self.accepters()
        github = self.given.github
        return DeployersPlan(
            makes_github_provider=github is not None and github.provider_arn is None,
            deployer=self.deployer((*duties, *(joined[stack] for stack in joined if not entries[stack].principals))),
            roles=(*duties, *joined.values(), *writers.values(), *accepters.values()),
            state=state,
            boundaries=boundaries,
            by_side={
                side: {role.key.removeprefix(f"{side}-"): role.arn for role in roles} for side, roles in sides.items()
            },
            attached={stack: role.arn for stack, role in joined.items()},
            parameter_writers={name: role.arn for name, role in writers.items()},
            accepters={name: role.arn for name, role in accepters.items()},
        )

    def boundary(self, side: str, grants: Iterable[Grant]) -> PolicyPlan:
        return self.make.policy(f"{side}-boundary", document(grants), f"The most that a role of the {side} side can do")

    def side(self, side: str, duties: Mapping[str, Grants]) -> tuple[DeployerRole, ...]:
        return tuple(self.duty(side, duty, grants) for duty, grants in duties.items())

    def duty(self, side: str, duty: str, by_type: Grants) -> DeployerRole:
        grants = [grant for of_type in by_type.values() for grant in of_type]
        if any(action.startswith("iam:Put") for grant in grants for action in grant.actions):
            grants += self.make.protection()
        description = f"Deploys the {duty} duty of the {side} side"
        return self.make.role(f"{side}-{duty}", f"{side}-{DUTY_ROLES[duty]}", grants, self.trust(), description)

    def trust(self) -> list[dict[str, Any]]:
        trusted = self.given
        statements = (
            [trust.principals(trusted.principals, external_id=trusted.external_id)] if trusted.principals else []
        )
        if trusted.github:
            statements.append(trust.principals((self.deployer_arn,)))
        return statements

    @property
    def deployer_arn(self) -> str:
        return self.make.system.iam(f"role{PATH}{self.make.role_name('deployer')}")

    def deployer(self, duties: Iterable[DeployerRole]) -> DeployerRole | None:
        github = self.given.github
        if github is None:
            return None
        provider = github.provider_arn or self.make.system.iam("oidc-provider/token.actions.githubusercontent.com")
        assumed = [role.arn for role in duties]
        if self.roles.workload and self.roles.workload.writer_role_arn:
            assumed.append(self.roles.workload.writer_role_arn)
        if edge_roles := self.roles.edge:
            entries = (edge_roles, *(entry for entry in edge_roles.attached.values() if not entry.principals))
            sources = [entry.contracts for entry in entries]
            assumed += sorted(
                {arn for source in sources for arn in (*source.reader_role_arns, *source.accepter_role_arns)}
            )
        assume = Grant(actions=("sts:AssumeRole",), resources=tuple(assumed))
        trusts = [trust.github(github, provider_arn=provider)]
        description = "Workflows that deploy: assumes each duty's role"
        return self.make.role("deployer", "deployer", [assume], trusts, description)

    def attached(
        self, entries: Mapping[str, AttachedRole], shards: Mapping[str, ShardContract]
    ) -> dict[str, DeployerRole]:
        if problems := [
            problem for stack, entry in entries.items() for problem in self.misplaced(stack, entry, shards[stack])
        ]:
            raise UserError("An attached stack's shard is in another account or Region", problems)
        created: dict[str, DeployerRole] = {}
        for stack, entry in entries.items():
            by_type = attached.grants(shards[stack], stack, entry.contracts, cross_region=entry.cross_region)
            named = [trust.principals(entry.principals, external_id=entry.external_id)] if entry.principals else None
            key, description = f"attached-{stack}", f"Deploys the connections of stack {stack}"
            every = (grant for of_type in by_type.values() for grant in of_type)
            created[stack] = self.make.role(key, key, every, named or self.trust(), description)
        return created

    def misplaced(self, stack: str, entry: AttachedRole, shard: ShardContract) -> Iterator[Problem]:
        """A role of this account can only use a shard that is in it."""
        ours, theirs = (self.account, self.region), (shard.account_id, shard.region)
        if ours != theirs:
            yield Problem(
                f"roles.edge.attached.{stack}.edgeStack",
                f"is {entry.edge_stack}, which is in account {theirs[0]}, {theirs[1]}; these roles are for {ours[0]}, "
                f"{ours[1]}",
                "Write it into the bootstrap stack of that account.",
            )

    def parameter_writers(self) -> dict[str, DeployerRole]:
        system = self.system()
        return {
            name: self.make.role(
                f"parameter-{name}",
                f"parameter-{name}",
                workload.parameter(system, writer.parameter_prefix, writer.connections, overwrite=False),
                [trust.principals(writer.principals, external_id=writer.external_id)],
                "Writes contracts of workload accounts, and overwrites none",
            )
            for name, writer in (self.roles.edge.parameter_writers.items() if self.roles.edge else ())
        }

    def accepters(self) -> dict[str, DeployerRole]:
        side = self.roles.workload
        if side is None:
            return {}
        grants = workload.acceptance(self.system(WORKLOAD_PROJECT, side.stacks or side.connections))
        return {
            name: self.make.role(
                f"accepter-{name}",
                f"accepter-{name}",
                grants,
                [trust.principals(accepter.principals, external_id=accepter.external_id)],
                "Accepts endpoints of an edge, and rejects none",
            )
            for name, accepter in side.accepters.items()
        }


def _state(system: System, bucket: str, key_alias: str) -> list[Grant]:
    """https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3."""
    arn = f"arn:{system.partition}:s3:::{bucket}"
    of_key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias}}
    return [
        system.on_arn(["s3:ListBucket"], arn),
        system.on_arn(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], f"{arn}/*"),
        Grant(
            actions=("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
            resources=(system.arn("kms", "key/*"),),
            condition=of_key,
        ),
    ]
