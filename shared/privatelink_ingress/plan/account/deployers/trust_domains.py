"""Trust domains: the deployers that the same principals act as, with their state policies and their secrets key.

A StackReference needs the right to decrypt with the key of the stack that it names, even when that stack exports no
secret. So stacks refer to each other within a domain, and read contracts from Parameter Store across its border.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts.service import PROJECT as WORKLOAD_PROJECT
from privatelink_ingress.plan.account import keys
from privatelink_ingress.plan.account.deployers import state
from privatelink_ingress.plan.account.deployers.grants import document
from privatelink_ingress.plan.account.deployers.roles import DEPLOYER, PolicyPlan, RoleMaker
from privatelink_ingress.plan.account.deployers.state import StateAccess, StateBackend
from privatelink_ingress.plan.edge.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.settings.bootstrap import Roles

_ATTACHED = "attached-"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SecretsKey:
    """The KMS key that encrypts the secrets of one domain's stacks."""

    key: str
    """Unique in the plan: the logical name of its resources ends with it."""
    alias: str
    description: str
    users: tuple[str, ...]
    """ARNs, or patterns of them, of the principals who deploy the domain's stacks."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StatePlan:
    """All state policies and secrets keys. A deployer is `workload`, `edge`, or `attached-<stack>`."""

    policies: Mapping[str, tuple[PolicyPlan, ...]]
    """By deployer."""
    keys: tuple[SecretsKey, ...]
    """One for each domain."""
    aliases: Mapping[str, str]
    """The alias of its domain's key, by deployer."""


def plan_state(roles: Roles, make: RoleMaker, backend: StateBackend) -> StatePlan:
    """The plan.

    Raises:
        UserError: when a policy is longer than IAM takes.
    """
    accesses = dict(_accesses(roles))
    policies: dict[str, tuple[PolicyPlan, ...]] = {}
    for deployer, access in accesses.items():
        described = f"State of {_what(deployer)}"
        policies[deployer] = tuple(
            make.policy(f"state-{deployer}" + (f"-{number}" if number > 1 else ""), document(grants), described)
            for number, grants in enumerate(state.grants(make.system, backend, access), 1)
        )
    # Several deployers share the first domain's key.
    by_alias = {
        access.key_alias: SecretsKey(
            key=f"secrets-{deployer}" if deployer.startswith(_ATTACHED) else "secrets",
            alias=access.key_alias,
            description=f"Pulumi secrets of {_what(deployer) if deployer.startswith(_ATTACHED) else 'the deployers'}",
            users=_users(roles, deployer, make),
        )
        for deployer, access in accesses.items()
    }
    aliases = {deployer: access.key_alias for deployer, access in accesses.items()}
    return StatePlan(policies=policies, keys=tuple(by_alias.values()), aliases=aliases)


def _accesses(roles: Roles) -> Iterator[tuple[str, StateAccess]]:
    """What each deployer may do, by deployer."""
    shared = f"alias/{roles.prefix}-secrets"
    workloads: tuple[str, ...] = ()
    if side := roles.workload:
        workloads = tuple(f"{WORKLOAD_PROJECT}/{stack}" for stack in side.stacks or side.connections)
        yield "workload", StateAccess(writes=workloads, key_alias=shared)
    if side := roles.edge:
        joined = [stack for stack, entry in side.attached.items() if not entry.has_own_trust]
        writes = tuple(f"{EDGE_PROJECT}/{stack}" for stack in (*side.stacks, *joined))
        yield "edge", StateAccess(writes=writes, reads=workloads, key_alias=shared)
        for stack, entry in side.attached.items():
            if entry.has_own_trust:
                yield _ATTACHED + stack, StateAccess(writes=(f"{EDGE_PROJECT}/{stack}",), key_alias=f"{shared}-{stack}")


def _users(roles: Roles, deployer: str, make: RoleMaker) -> tuple[str, ...]:
    """The role of a domain, and the principals who assume it: those of this account may run Pulumi as themselves."""
    stack = deployer.removeprefix(_ATTACHED)
    if roles.edge and stack != deployer:
        key, principals = deployer, roles.edge.attached[stack].principals
    else:
        key, principals = DEPLOYER, roles.trust.principals if roles.trust else ()
    return (make.role_arn(key), *keys.users(principals, Arn.parse(make.system.iam("root"))))


def _what(deployer: str) -> str:
    stack = deployer.removeprefix(_ATTACHED)
    return f"stack {stack}" if stack != deployer else f"the {deployer} side"
