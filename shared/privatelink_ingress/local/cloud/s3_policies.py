"""Bucket policies as S3 evaluates them: who may write, and whether they make a bucket public."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.arns import Arn


def statements(policy: str | bytes | None) -> list[dict[str, Any]]:
    """The statements of a policy; empty without a policy.

    Raises:
        ValueError: the policy is not JSON, or not a document with statements.
    """
    if not policy:
        return []
    document = json.loads(policy)
    if not isinstance(document, dict) or not document.get("Statement"):
        raise ValueError("no statement")
    found = listed(document["Statement"])
    if not all(isinstance(statement, dict) for statement in found):
        raise ValueError("a statement is not an object")
    return found


def allows(policy: str | bytes | None, service: str, action: str, resource: str, source_arn: str) -> bool:
    """Whether `policy` lets the service principal `service` do `action` on `resource` for `source_arn`, over TLS.

    It does when one Allow applies and no Deny does. Source: IAM user guide, policy
    evaluation logic.
    """
    source = {
        "aws:sourcearn": source_arn,
        "aws:sourceaccount": Arn.parse(source_arn).account_id,
        "aws:securetransport": "true",
        # The log delivery service gives the bucket's owner full control of each object.
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    applying = [
        statement["Effect"]
        for statement in statements(policy)
        if _principal_matches(statement, service)
        and any(_like(action, pattern) for pattern in listed(statement.get("Action")))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in listed(statement.get("Resource")))
        and _conditions_hold(statement.get("Condition", {}), source)
    ]
    return "Allow" in applying and "Deny" not in applying


def is_public(policy: str | bytes | None) -> bool:
    """Whether a policy grants anything to everyone: Allow, principal `*`, and no condition that narrows the caller.

    Source: S3 user guide, the meaning of "public".
    """
    return any(
        statement.get("Effect") == "Allow" and _everybody(statement.get("Principal")) and not _narrowed(statement)
        for statement in statements(policy)
    )


def listed(value: Any) -> list[Any]:
    """A policy element that may be one value or a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _narrowed(statement: Mapping[str, Any]) -> bool:
    narrowing = ("aws:source", "aws:principal", "aws:user", "s3:dataaccesspoint")
    keys = {key.lower() for block in statement.get("Condition", {}).values() for key in block}
    return any(key.startswith(narrowing) for key in keys)


def _everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, Mapping) and "*" in listed(principal.get("AWS")))


def _principal_matches(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, Mapping) and service in listed(principal.get("Service")))


def _like(value: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(value.lower(), pattern.lower())


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], source: Mapping[str, str]) -> bool:
    return all(
        _holds(
            operator,
            source.get(key.lower()),
            [str(value).lower() if operator == "Bool" else value for value in listed(expected)],
        )
        for operator, block in conditions.items()
        for key, expected in block.items()
    )


def _holds(operator: str, actual: str | None, expected: list[Any]) -> bool:
    """Whether one condition holds; keys and operators without a value for the log delivery service do not."""
    if actual is None:
        return operator.endswith("IfExists")
    negated = re.match(r"(String|Arn)Not", operator) is not None
    if "Like" in operator or operator.startswith("Arn"):
        met = any(fnmatch.fnmatchcase(actual, str(pattern)) for pattern in expected)
    else:
        met = actual in expected
    return met != negated
