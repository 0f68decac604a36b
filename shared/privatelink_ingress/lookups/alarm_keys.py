"""Looks up the key of the alarms' topic before planning: SNS accepts a topic whose key does not exist.

No notification would then be delivered, and nobody would notice before an alarm fires.
"""

from __future__ import annotations

import pulumi_aws as aws

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.lookups.look_up import LookUp
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.alarms import OwnTopic

TITLE = "The key of the alarms' topic cannot be used"


async def require(alarms: OwnTopic, provider: aws.Provider, *, account_id: str) -> None:
    """Do nothing when the key can encrypt, when there are no alarms, or when another account has the key.

    Args:
        alarms: The stack file's.
        provider: The one that creates the topic.
        account_id: The stack's account: only its keys can be looked up by right.

    Raises:
        UserError: when it cannot be looked up, with AWS's answer, or cannot encrypt.
    """
    key = alarms.key
    if not alarms.enabled or key is None or (key.startswith("arn:") and Arn.parse(key).account_id != account_id):
        return
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
