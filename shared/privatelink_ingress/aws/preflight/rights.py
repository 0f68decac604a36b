"""Asks IAM's policy simulator whether roles have the rights that a plan takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, each
from privatelink_ingress.trace.preflight.rights import Denied, Question, grouped


class NotSimulated(Exception):
    """The caller's policies cannot be simulated: its text says why."""


def caller(account: Account) -> str:
    """ARN of the role or user behind an account's credentials.

    An assumed role's own ARN lacks the role's path, so IAM is asked for it.

    Raises:
        NotSimulated: for the root user and federated users, who have no policies to simulate.
        ClientError: when IAM may not be asked for the role.
    """
    arn = Arn.parse(account.client("sts").get_caller_identity()["Arn"])
    kind, _, rest = arn.resource.partition("/")
    if kind == "assumed-role":
        return account.client("iam").get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"]
    if kind != "user":
        raise NotSimulated(f"{arn} is neither a role nor a user, so it has no policies to simulate")
    return str(arn)


def denied(account: Account, principal: str, asked: Iterable[Question]) -> list[Denied]:
    """What IAM would deny to a role or user, with all of its policies, its boundary and those of its organization.

    Raises:
        ClientError: when the role does not exist, or the caller may not simulate it.
    """
    iam = account.client("iam")
    calls = list(grouped(asked))
    answers = each(lambda pair: list(_ask(iam, principal, pair[0])), calls)
    return [
        Denied(
            question=question,
            action=result["EvalActionName"],
            resource=result.get("EvalResourceName", "*"),
            decision=result["EvalDecision"],
            by_organization=not result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True),
            by_boundary=not result.get("PermissionsBoundaryDecisionDetail", {}).get(
                "AllowedByPermissionsBoundary", True
            ),
        )
        for (_, several), results in zip(calls, answers, strict=True)
        for result in results
        if result["EvalDecision"] != "allowed"
        for question in several
        if result["EvalActionName"] in question.actions
    ]


def _ask(iam: Any, principal: str, question: Question) -> Iterator[dict[str, Any]]:
    entries = [
        {
            "ContextKeyName": key,
            "ContextKeyValues": list(values),
            "ContextKeyType": "stringList" if key.casefold() in _LISTS else "string",
        }
        for key, values in question.context
    ]
    yield from read(
        iam,
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=principal,
        ActionNames=list(question.actions),
        ResourceArns=list(question.resources),
        ContextEntries=entries,
    )


_LISTS = ("route53:vpcs", "aws:tagkeys")
"""Condition keys with several values, in lower case."""


def does_not_exist(error: ClientError) -> bool:
    """Whether IAM knows no such role or user."""
    return error.response["Error"]["Code"] == "NoSuchEntity"
