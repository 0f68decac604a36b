"""The roles that deploy into one account: one per duty, each with the rights of its duty alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.contracts.service import PROJECT as WORKLOAD_PROJECT
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.account.deployers import attached, boundary, edge, runners, trust, workload
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System, document
from privatelink_ingress.plan.account.deployers.roles import DEPLOYER, DeployerRole, PolicyPlan, RoleMaker
from privatelink_ingress.plan.account.deployers.state import StateBackend
from privatelink_ingress.plan.account.deployers.trust_domains import StatePlan, plan_state
from privatelink_ingress.plan.edge.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.attached_roles import AttachedRole
from privatelink_ingress.settings.bootstrap import Roles
from privatelink_ingress.settings.trust import Trust

DUTY_ROLES = {"network": "network-role", "iam": "iam-access", "ecr": "ecr-access", "eks": "eks-role"}
"""Role name of each duty, as in the article."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeployersPlan:
    """All roles and policies of a bootstrap stack."""

    makes_github_provider: bool
    deployer: DeployerRole
    """The role that Pulumi runs as: it assumes the other roles and writes the states of their stacks."""
    previewers: tuple[DeployerRole, ...]
    """Roles of workflows that only look: `deployer`, and roles of attached stacks, trust them."""
    roles: tuple[DeployerRole, ...]
    read_only: PolicyPlan
    """The policy of every role, for sessions that only look."""
    state: StatePlan
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
    backend: StateBackend,
    shards: Mapping[str, ShardContract] | None = None,
) -> DeployersPlan | None:
    """The plan; None when the settings have no roles.

    Args:
        roles: The settings.
        account_id: Account that the roles belong to.
        region: Region that they may work in; IAM and Route 53 have none.
        backend: Where the stacks' states are.
        shards: What the `edgeStack` of each attached stack publishes, by the attached stack's name.

    Raises:
        UserError: when a policy is longer than IAM takes, or a shard is in another account or region.
    """
    if roles.trust is None:
        return None
    return _Planner(roles, roles.trust, account_id, region).plan(backend, shards or {})


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

    def plan(self, backend: StateBackend, shards: Mapping[str, ShardContract]) -> DeployersPlan:
        state = plan_state(self.roles, self.make, backend)
        sides: dict[str, tuple[DeployerRole, ...]] = {}
        boundaries: dict[str, PolicyPlan] = {}
        if side := self.roles.workload:
            system = self.system(WORKLOAD_PROJECT, side.stacks or side.connections)
            boundaries["workload"] = limit = self.boundary("workload", boundary.workload(system, side))
            sides["workload"] = self.side("workload", workload.duties(system, side, boundary=limit.arn))
        if side := self.roles.edge:
            system = self.system(EDGE_PROJECT, side.stacks)
            boundaries["edge"] = limit = self.boundary("edge", boundary.edge(system))
            sides["edge"] = self.side("edge", edge.duties(system, side, boundary=limit.arn))
        duties = tuple(role for roles in sides.values() for role in roles)
        entries = self.roles.edge.attached if self.roles.edge else {}
        joined = self.attached(entries, shards, state)
        shared = (joined[stack] for stack in joined if not entries[stack].has_own_trust)
        writers, accepters = self.parameter_writers(), self.accepters()
        trusted = [self.given.github, *(entry.github for entry in entries.values())]
        return DeployersPlan(
            makes_github_provider=any(github and github.provider_arn is None for github in trusted),
            deployer=runners.deployer(self.roles, self.given, (*duties, *shared), state, self.make),
            previewers=self.previewers(entries),
            roles=(*duties, *joined.values(), *writers.values(), *accepters.values()),
            read_only=self.make.read_only,
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
        return [*statements, trust.principals((self.make.role_arn(DEPLOYER),))]

    def attached(
        self, entries: Mapping[str, AttachedRole], shards: Mapping[str, ShardContract], state: StatePlan
    ) -> dict[str, DeployerRole]:
        if problems := [
            problem for stack, entry in entries.items() for problem in self.misplaced(stack, entry, shards[stack])
        ]:
            raise UserError("An attached stack's shard is in another account or Region", problems)
        created: dict[str, DeployerRole] = {}
        for stack, entry in entries.items():
            by_type = attached.grants(
                shards[stack],
                stack,
                entry.endpoint_services,
                entry.contracts,
                edge_parameter=entry.edge_parameter,
                cross_region=entry.cross_region,
                user_pools=entry.user_pools,
                existing_certificates=entry.existing_certificates,
            )
            own = [trust.principals(entry.principals, external_id=entry.external_id)] if entry.principals else []
            key, description = f"attached-{stack}", f"Deploys the connections of stack {stack}"
            own += runners.trusts(entry.github, self.make, key) if entry.github else []
            every = [grant for of_type in by_type.values() for grant in of_type]
            # Pulumi runs as this role, which then asks other accounts for contracts and acceptance itself.
            others = (
                *entry.contracts.reader_role_arns,
                *entry.contracts.accepter_role_arns,
                *entry.hosted_zone_role_arns,
            )
            every += [Grant(actions=("sts:AssumeRole", "sts:TagSession"), resources=others)] if own and others else []
            role = self.make.role(key, key, every, own or self.trust(), description)
            created[stack] = dataclasses.replace(role, shared=(*role.shared, *state.policies.get(key, ())))
        return created

    def previewers(self, entries: Mapping[str, AttachedRole]) -> tuple[DeployerRole, ...]:
        looking = {DEPLOYER: self.given.github} | {
            f"attached-{stack}": entry.github for stack, entry in entries.items()
        }
        found = (runners.previewer(github, self.make, key) for key, github in looking.items())
        return tuple(role for role in found if role is not None)

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
