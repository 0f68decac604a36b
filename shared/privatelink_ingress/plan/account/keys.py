"""Policies of the KMS keys of states and secrets."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem, UserError

USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
"""What Pulumi does with the key of a stack's secrets, and S3 with that of the bucket in the caller's name."""


def policy(account: Arn, *, administrators: Sequence[str], users: Iterable[str]) -> str | None:
    """A key policy as JSON: administrators manage and use the key, users use it, and nobody else does either.

    Both need the right in IAM as well: the principal is the account, and the condition says who of it. Roles that are
    named as principals would have to exist before the key, and would have to be written again once they were created
    again. The root user is an administrator, because a key whose administrators are gone is lost:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html

    Args:
        account: Its root.
        administrators: ARNs of roles and users; without any, the key gets no policy of its own.
        users: ARNs, or patterns of them, of those who may use the key if IAM allows it.
    """
    if not administrators:
        return None
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                _statement("Administrators", account, ["kms:*"], [str(account), *administrators]),
                _statement("Deployers", account, list(USE), sorted(users)),
            ],
        }
    )


def users(principals: Iterable[str], account: Arn) -> tuple[str, ...]:
    """Those of the principals who are of the account, as patterns: the account's root stands for everyone in it."""
    own = (arn for arn in principals if Arn.parse(arn).account_id == account.account_id)
    return tuple(arn.removesuffix("root") + "*" if arn == str(account) else arn for arn in own)


def require_administrator(administrators: Collection[str], caller: str) -> None:
    """Refuse a policy that the caller could not change again, as KMS does.

    Args:
        administrators: As of `policy`.
        caller: ARN of the role or user who deploys; of a role, without its path.

    Raises:
        UserError: when administrators are named, and the caller is none of them.
    """
    deploying = Arn.parse(caller)
    # Names of roles and users are unique in an account, whatever their paths.
    names = {(arn.resource.split("/")[0], arn.name) for arn in map(Arn.parse, administrators)}
    if administrators and (deploying.resource.split("/")[0], deploying.name) not in names:
        problem = Problem(
            "keys.administrators",
            f"lacks {caller}, who deploys this stack and could then neither change the keys nor open its state",
            "Add it, with its path.",
        )
        raise UserError("Nobody could manage the keys", [problem])


def _statement(sid: str, account: Arn, actions: list[str], who: list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": str(account)},
        "Action": actions,
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": who}},
    }
