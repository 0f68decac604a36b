"""Asks KMS for the policy of a key. No function of the AWS provider has it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.plan.alarm_keys import KeyPolicy


def find(key_arn: str, *, account_id: str, region: str, role_arn: str | None, external_id: str | None) -> KeyPolicy:
    """The policy of a key, with the credentials of the stack's network duty; or why it cannot be read."""
    try:
        kms = credentials.deploying(account_id, region, role_arn, external_id).client("kms")
        return KeyPolicy(text=kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        return KeyPolicy(unread=str(error))
