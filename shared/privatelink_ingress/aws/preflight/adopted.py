"""What AWS has of topics and keys that a stack file names."""

from __future__ import annotations

from botocore.exceptions import ClientError

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.trace.preflight.adopted import Topic


def topic(account: Account, arn: str) -> Topic | None:
    """The topic; None when it does not exist."""
    try:
        attributes = account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("NotFound", "NotFoundException"):
            raise
        return None
    return Topic(policy=attributes.get("Policy", ""), key=attributes.get("KmsMasterKeyId") or None)


def key_state(account: Account, arn: str) -> str | None:
    """The state of a key; None when it does not exist."""
    try:
        return account.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return None
