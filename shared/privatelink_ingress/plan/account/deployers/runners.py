"""Roles that Pulumi's CLI runs as: the one of those who deploy, and those of workflows that only look."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from privatelink_ingress.plan.account.deployers import previews, trust
from privatelink_ingress.plan.account.deployers.grants import Grant
from privatelink_ingress.plan.account.deployers.packing import POLICIES_OF_A_ROLE
from privatelink_ingress.plan.account.deployers.roles import DEPLOYER, DeployerRole, RoleMaker
from privatelink_ingress.plan.account.deployers.trust_domains import StatePlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.bootstrap import Roles, WorkloadRoles
from privatelink_ingress.settings.trust import GitHub, Trust


def provider_arn(github: GitHub, make: RoleMaker) -> str:
    """The identity provider of the account."""
    return github.provider_arn or make.system.iam("oidc-provider/token.actions.githubusercontent.com")


def trusts(github: GitHub, make: RoleMaker, key: str) -> list[dict[str, Any]]:
    """Who may assume the role `key`: the workflows that deploy, and the role of those that look."""
    statements = [trust.github(trust.subjects(github), provider_arn=provider_arn(github, make))]
    return [*statements, *(previews.trust(make.role_arn(_of_previews(key))) if github.previews else [])]


def previewer(github: GitHub | None, make: RoleMaker, key: str) -> DeployerRole | None:
    """The role of workflows that only look, which assumes the role `key`; None without environments for them."""
    if github is None or not github.previews:
        return None
    name = _of_previews(key)
    assume = Grant(actions=("sts:AssumeRole", "sts:TagSession"), resources=(make.role_arn(key),))
    subjects = trust.subjects_of_environments(github, github.previews)
    trusted = trust.github(subjects, provider_arn=provider_arn(github, make))
    return make.role(name, name, [assume], [trusted], f"Workflows that look: assumes {key}, and changes nothing")


def deployer(
    roles: Roles, given: Trust, duties: Iterable[DeployerRole], state: StatePlan, make: RoleMaker
) -> DeployerRole:
    """The role that assumes each duty's, and has the states of their stacks. All that `given` trusts may assume it.

    Raises:
        UserError: when it deploys more stacks than one role has policies for.
    """
    principals, github = given.principals, given.github
    trusted = [trust.principals(principals, external_id=given.external_id)] if principals else []
    trusted += trusts(github, make, DEPLOYER) if github else []
    assumed = [role.arn for role in duties]
    if roles.workload and roles.workload.writer_role_arn:
        assumed.append(roles.workload.writer_role_arn)
    if edge := roles.edge:
        entries = (edge, *(entry for entry in edge.attached.values() if not entry.has_own_trust))
        sources = [entry.contracts for entry in entries]
        assumed += sorted({arn for source in sources for arn in (*source.reader_role_arns, *source.accepter_role_arns)})
        assumed += sorted({arn for entry in entries for arn in entry.hosted_zone_role_arns})
    # The session's tags go with it to the next role.
    assume = Grant(actions=("sts:AssumeRole", "sts:TagSession"), resources=tuple(assumed))
    description = "Pulumi runs as it: assumes each duty's role, and has the states"
    tunnel = _tunnel(roles.workload, make) if roles.workload and roles.workload.tunnel else ()
    role = make.role(DEPLOYER, DEPLOYER, [assume, *tunnel], trusted, description)
    shared = (*role.shared, *state.policies.get("workload", ()), *state.policies.get("edge", ()))
    if len(shared) + len(role.policies) > POLICIES_OF_A_ROLE:
        problem = Problem(
            "roles",
            f"let {role.name} deploy so many stacks that it needs {len(shared) + len(role.policies)} policies, but "
            f"a role takes {POLICIES_OF_A_ROLE}",
            "Give attached stacks principals or github of their own.",
        )
        raise UserError("The deployer has too many policies", [problem])
    return dataclasses.replace(role, shared=shared)


def _tunnel(side: WorkloadRoles, make: RoleMaker) -> tuple[Grant, ...]:
    """Forward a port through a node of the side's clusters: nodes carry EKS's tag, and no other document is allowed.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html
    """
    system, clusters = make.system, (*side.connections, *side.adopted.clusters)
    document = f"arn:{system.partition}:ssm:{system.region}::document/AWS-StartPortForwardingSessionToRemoteHost"
    return (
        system.in_region("ec2:DescribeInstances"),
        system.on_arn(["eks:DescribeCluster"], *(system.arn("eks", f"cluster/{name}") for name in clusters)),
        system.on_arn(["ssm:StartSession"], document),
        Grant(
            actions=("ssm:StartSession",),
            resources=system.ec2("instance"),
            condition={"StringEquals": {"ssm:resourceTag/eks:cluster-name": clusters}},
        ),
    )


def _of_previews(key: str) -> str:
    return "previewer" if key == DEPLOYER else f"{key}-previewer"
