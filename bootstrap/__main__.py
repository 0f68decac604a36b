"""Once per account: the state bucket, the key that encrypts its secrets, and the roles that deploy."""

from __future__ import annotations

from typing import Any

import pulumi

from privatelink_ingress.components.bootstrap import Bootstrap, BootstrapArgs
from privatelink_ingress.components.deployer_roles import DeployerRoles, DeployerRolesArgs
from privatelink_ingress.lookups import callers, contracts, program, providers
from privatelink_ingress.plan.account.bootstrap import attached_to, bootstrap_tags, plan_bootstrap
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.load import load


async def deploy() -> dict[str, Any]:
    project, stack, region = pulumi.get_project(), pulumi.get_stack(), program.region()
    settings = load(BootstrapSettings, program.project_config(), project=project, stack=stack, region=region)
    tags = bootstrap_tags(settings, project=project, stack=stack)
    account = providers.aws_provider("account", region=region, account_id=settings.account_id, tags=tags)
    readers = contracts.Readers(edge=account, by_role={}, account_id=settings.account_id, region=region)
    sources = attached_to(settings)
    read = {source: await contracts.read_shard(*source, readers) for source in sorted(set(sources.values()), key=str)}
    plan = plan_bootstrap(
        settings,
        region=region,
        tags=tags,
        caller=await callers.principal_of(account),
        shards={name: read[source] for name, source in sources.items()},
    )
    options = pulumi.ResourceOptions(providers=[account])
    outputs = Bootstrap("state", BootstrapArgs(plan=plan), options).exports()
    if plan.deployers:
        args = DeployerRolesArgs(plan=plan.deployers, tags=plan.tags)
        outputs |= DeployerRoles("deployers", args, options).exports()
    return outputs


program.run(deploy)
