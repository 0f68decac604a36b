"""Once per account: the state bucket, the key that encrypts its secrets, and the roles that deploy."""

from __future__ import annotations

from typing import Any

import pulumi

from privatelink_ingress.components.bootstrap import Bootstrap, BootstrapArgs
from privatelink_ingress.components.deployer_roles import DeployerRoles, DeployerRolesArgs
from privatelink_ingress.contracts.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.lookups import contracts, program, providers
from privatelink_ingress.plan.account.bootstrap import attached_to, plan_bootstrap
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.load import load


async def deploy() -> dict[str, Any]:
    project, stack, region = pulumi.get_project(), pulumi.get_stack(), program.region()
    settings = load(BootstrapSettings, program.project_config(), project=project, stack=stack, region=region)
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
    options = pulumi.ResourceOptions(providers=[account])
    outputs = Bootstrap("state", BootstrapArgs(plan=plan), options).exports()
    if plan.deployers:
        args = DeployerRolesArgs(plan=plan.deployers, tags=plan.tags)
        outputs |= DeployerRoles("deployers", args, options).exports()
    return outputs


program.run(deploy)
