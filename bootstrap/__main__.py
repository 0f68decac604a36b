"""Once per account: the state bucket and the key of its secrets."""

from __future__ import annotations

from typing import Any

import pulumi

from privatelink_ingress.components import providers
from privatelink_ingress.components.bootstrap import Bootstrap, BootstrapArgs
from privatelink_ingress.plan.bootstrap import plan_bootstrap
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.load import load


def deploy() -> dict[str, Any]:
    project, stack, region = pulumi.get_project(), pulumi.get_stack(), providers.region()
    settings = load(BootstrapSettings, providers.project_config(), project=project, stack=stack)
    plan = plan_bootstrap(settings, project=project, stack=stack, region=region)
    account = providers.aws_provider("account", region=region, account_id=settings.account_id, tags=plan.tags)
    state = Bootstrap("state", BootstrapArgs(plan=plan), pulumi.ResourceOptions(providers=[account]))
    return {"bucket": state.bucket, "backend_url": state.backend_url, "secrets_provider": state.secrets_provider}


async def main() -> dict[str, Any]:
    try:
        return deploy()
    except UserError as error:
        raise pulumi.RunError(str(error)) from None


pulumi.run(main)
