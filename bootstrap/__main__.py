"""Once per account: the state bucket, the key of its secrets, and the roles that deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from privatelink_ingress.components.bootstrap import Bootstrap, BootstrapArgs
from privatelink_ingress.components.deployer_roles import DeployerRoles, DeployerRolesArgs
from privatelink_ingress.contracts.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.lookups import contracts, program, providers
from privatelink_ingress.plan.account.bootstrap import attached_to, plan_bootstrap
from privatelink_ingress.plan.account.deployers import DeployersPlan
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.load import load


async def deploy() -> dict[str, Any]:
    project, stack, region = pulumi.get_project(), pulumi.get_stack(), program.region()
    settings = load(BootstrapSettings, program.project_config(), project=project, stack=stack)
    edges = {name: contracts.full_name(edge, EDGE_PROJECT) for name, edge in attached_to(settings).items()}
    shards = {edge: await contracts.read_shard(edge) for edge in sorted(set(edges.values()))}
    plan = plan_bootstrap(
        settings,
        project=project,
        stack=stack,
        region=region,
        shards={name: shards[edge] for name, edge in edges.items()},
    )
    account = providers.aws_provider("account", region=region, account_id=settings.account_id, tags=plan.tags)
    state = Bootstrap("state", BootstrapArgs(plan=plan), pulumi.ResourceOptions(providers=[account]))
    outputs = {"bucket": state.bucket, "backend_url": state.backend_url, "secrets_provider": state.secrets_provider}
    return outputs | (deployer_roles(plan.deployers, plan.tags, account) if plan.deployers else {})


def deployer_roles(plan: DeployersPlan, tags: Mapping[str, str], account: aws.Provider) -> dict[str, Any]:
    made = DeployerRoles(
        "deployers", DeployerRolesArgs(plan=plan, tags=tags), pulumi.ResourceOptions(providers=[account])
    )
    return {
        "state_policy_arn": made.state_policy_arn,
        "permissions_boundaries": made.boundary_arns,
        "deployer_role": made.arns[plan.deployer.arn] if plan.deployer else None,
        "attached_roles": {stack: {"network": made.arns[arn]} for stack, arn in plan.attached.items()},
        "parameter_writer_roles": {name: made.arns[arn] for name, arn in plan.parameter_writers.items()},
        "accepter_roles": {name: made.arns[arn] for name, arn in plan.accepters.items()},
        **{
            f"{side}_roles": {duty: made.arns[arn] for duty, arn in arns.items()} for side, arns in plan.by_side.items()
        },
    }


program.run(deploy)
