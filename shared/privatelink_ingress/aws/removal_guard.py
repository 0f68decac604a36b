"""Asks AWS for an endpoint service's connections when the service is about to be removed."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.connection_state import connected
from privatelink_ingress.plan.workload import removal
from privatelink_ingress.plan.workload.removal import RemovalPlan


def refuse_while_connected(plan: RemovalPlan, service_id: str) -> None:
    """Allow the removal of an endpoint service, with the credentials of the stack's network duty.

    Raises:
        UserError: when an endpoint is connected, or AWS cannot be asked.
    """
    try:
        owner = credentials.deploying(plan.account_id, plan.region, plan.role_arn, plan.external_id)
        state = connected(owner, service_id)
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise removal.unseen(plan, service_id, str(error)) from None
    removal.check(plan, state)
