"""Asks AWS what uses a `central-ingress` stack when it is about to be removed."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.aws.request_counts import request_counts
from privatelink_ingress.aws.tagged import with_tags
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.edge import removal
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan, InUse

_MINUTE = 60


def refuse_while_in_use(plan: EdgeRemovalPlan, listener_arn: str) -> None:
    """Allow the removal of a stack, with the credentials of its network duty.

    Args:
        plan: The stack's.
        listener_arn: The HTTPS listener that the stack has, or is attached to.

    Raises:
        UserError: when the stack is in use, or AWS cannot be asked.
    """
    try:
        owner = credentials.deploying(plan.account_id, plan.region, plan.role_arn, plan.external_id)
        state = in_use(owner, plan, listener_arn)
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise removal.unseen(plan, str(error)) from None
    removal.check(plan, state)


def in_use(owner: Account, plan: EdgeRemovalPlan, listener_arn: str) -> InUse:
    """What uses a stack. A listener or load balancer that does not exist is used by nothing.

    Raises:
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    elbv2 = owner.client("elbv2")
    balancer = listener_arn.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
    requests = _requests(owner, plan, balancer)
    if not plan.shard:
        return InUse(requests=requests)
    return InUse(
        requests=requests,
        others=_others(elbv2, plan, listener_arn),
        protected=_protected(elbv2, balancer),
    )


def _requests(owner: Account, plan: EdgeRemovalPlan, balancer: str) -> Counter[str]:
    elbv2 = owner.client("elbv2")
    described = read(elbv2, "describe_target_groups", "TargetGroups")
    names = {
        group["TargetGroupArn"]: found["Connection"]
        for group, found in with_tags(elbv2, described, "TargetGroupArn")
        if found.get("ManagedBy") == tags.MANAGED_BY and found.get("Stack") == plan.stack
    }
    end = datetime.datetime.now(datetime.UTC)
    start = end - datetime.timedelta(minutes=removal.QUIET_MINUTES)
    pairs = [(group, balancer) for group in names]
    counted = request_counts(owner.client("cloudwatch"), pairs, start=start, end=end, period=_MINUTE)
    requests = Counter[str]()
    for group, points in counted.items():
        requests[names[group]] += int(sum(count for _, count in points))
    return requests


def _others(elbv2: Any, plan: EdgeRemovalPlan, listener_arn: str) -> Counter[str]:
    try:
        rules = read(elbv2, "describe_rules", "Rules", ListenerArn=listener_arn)
    except elbv2.exceptions.ListenerNotFoundException:
        return Counter()
    own = [rule for rule in rules if not rule["IsDefault"]]
    owners = (
        found.get("Stack", removal.UNMANAGED) if found.get("ManagedBy") == tags.MANAGED_BY else removal.UNMANAGED
        for _, found in with_tags(elbv2, own, "RuleArn")
    )
    return Counter(owner for owner in owners if owner != plan.stack)


def _protected(elbv2: Any, balancer: str) -> bool:
    try:
        attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
    except elbv2.exceptions.LoadBalancerNotFoundException:
        return False
    return any(one["Key"] == "deletion_protection.enabled" and one["Value"] == "true" for one in attributes)
