"""Asks AWS which connections have rules on a load balancer."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.tagged import with_tags
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.edge import slots
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.slots import UsedPriority


def used_priorities(plan: EdgeRemovalPlan, listener_arn: str) -> tuple[UsedPriority, ...]:
    """The rules of a listener, without its default rule. `plan` has the credentials.

    Raises:
        UserError: when AWS cannot be asked.
    """
    try:
        owner = credentials.deploying(plan.account_id, plan.region, plan.role_arn, plan.external_id)
        elbv2 = owner.client("elbv2")
        rules = [rule for rule in read(elbv2, "describe_rules", "Rules", ListenerArn=listener_arn) if _numbered(rule)]
        return tuple(
            UsedPriority(
                priority=int(rule["Priority"]),
                stack=found["Stack"] if _managed(found) else "",
                connection=found["Connection"] if _managed(found) else "",
            )
            for rule, found in with_tags(elbv2, rules, "RuleArn")
        )
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise slots.unseen(plan.stack, listener_arn, str(error)) from None


def _numbered(rule: dict[str, str]) -> bool:
    return rule["Priority"] != "default"


def _managed(found: dict[str, str]) -> bool:
    return found.get("ManagedBy") == tags.MANAGED_BY and {"Stack", "Connection"} <= found.keys()
