"""Looks up the key of the alarms' topic before planning: SNS accepts a topic whose key does not exist.

No notification would then be delivered, and nobody would notice before an alarm fires.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.plan import alarm_keys
from privatelink_ingress.plan.alarm_keys import KeyPolicy
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.alarms import OwnTopic

TITLE = "The key of the alarms' topic cannot be used"


class Ask(Protocol):
    """Asks AWS: `privatelink_ingress.aws.key_policies.find`, in a thread of its own."""

    def __call__(
        self, key_arn: str, *, account_id: str, region: str, role_arn: str | None, external_id: str | None
    ) -> Awaitable[KeyPolicy]:
        """The policy of a key."""


async def require(
    alarms: OwnTopic,
    provider: aws.Provider,
    *,
    account_id: str,
    region: str,
    role_arn: str | None,
    external_id: str | None,
    ask: Ask,
) -> list[Problem]:
    """What is to be told of the key; nothing when there are no alarms, or when another account has the key.

    Args:
        alarms: The stack file's.
        provider: The one that creates the topic.
        account_id: The stack's account: only its keys can be looked up by right.
        region: The stack's.
        role_arn: Of the network duty, if it has a role.
        external_id: What that role asks for.
        ask: Asks AWS for the key's policy.

    Raises:
        UserError: when it cannot be looked up, with AWS's answer, cannot encrypt, or does not admit CloudWatch.
    """
    key = alarms.key
    if not alarms.enabled or key is None or (key.startswith("arn:") and Arn.parse(key).account_id != account_id):
        return []
    remedy = (
        "Create it with the commands of docs/alarms.md. The deploying role needs kms:DescribeKey on it, which "
        "bootstrap gives to its own roles, and the key's policy must let the account's roles use that right."
    )
    look_up = LookUp(provider, "alarms.key", f"is {key}, which", title=TITLE, remedy=remedy)
    found = await look_up.one(t.GET_KEY, aws.kms.GetKeyResult, keyId=key)
    if not found.enabled:
        reason = f"is {key}, whose key {found.arn} is in state {found.key_state}"
        problem = Problem("alarms.key", reason, "Enable the key, or write another one.")
        raise UserError(TITLE, [problem])
    policy = await ask(found.arn, account_id=account_id, region=region, role_arn=role_arn, external_id=external_id)
    if problems := list(alarm_keys.refused(key, found.arn, policy)):
        raise UserError(TITLE, problems)
    return list(alarm_keys.unseen(key, policy))
