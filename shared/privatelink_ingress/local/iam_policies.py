"""What identity policies of IAM allow: Allow and Deny, wildcards, and the condition operators in use.

It follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html for one role
without session policies. It does not prove that AWS decides alike.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Request:
    """One action on one resource. AWS checks an action on several resources once for each of them."""

    action: str
    resource: str = "*"
    context: Mapping[str, str | list[str]] = dataclasses.field(default_factory=dict)


class Policies:
    """The documents of one role."""

    def __init__(self, *documents: str) -> None:
        self.documents = documents
        self.statements: list[dict[str, Any]] = [
            statement for document in documents for statement in json.loads(document)["Statement"]
        ]
        self._by_action: dict[str, list[dict[str, Any]]] = {}

    def allow(self, request: Request) -> bool:
        """Whether one statement allows the request and none denies it."""
        return self.decide(request) == "allowed"

    def decide(self, request: Request) -> str:
        """`allowed`, `explicitDeny`, or `implicitDeny` without a statement about the request."""
        effects = {statement["Effect"] for statement in self._about(request.action) if _applies(statement, request)}
        return "explicitDeny" if "Deny" in effects else "allowed" if effects else "implicitDeny"

    def _about(self, action: str) -> list[dict[str, Any]]:
        if action not in self._by_action:
            self._by_action[action] = [statement for statement in self.statements if _about(statement, action)]
        return self._by_action[action]

    def refused(self, requests: Iterable[Request]) -> list[Request]:
        """Those of the requests that are not allowed."""
        return [request for request in requests if not self.allow(request)]

    def allowed(self, requests: Iterable[Request]) -> list[Request]:
        """Those of the requests that are allowed."""
        return [request for request in requests if self.allow(request)]


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether a statement about the request's action applies to its resource and context."""
    unknown = set(statement) - {"Effect", "Action", "NotAction", "Resource", "Condition", "Sid"}
    assert not unknown, f"{unknown} is not evaluated"
    return any(_like(pattern, request.resource) for pattern in _list(statement["Resource"])) and all(
        _holds(operator, wanted, _value(request.context, key))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _about(statement: Mapping[str, Any], action: str) -> bool:
    named = _list(statement["NotAction"] if "NotAction" in statement else statement["Action"])
    found = any(_like(pattern, action, ignore_case=True) for pattern in named)
    return found != ("NotAction" in statement)


def _holds(operator: str, wanted: Any, given: str | list[str] | None) -> bool:
    quantifier, _, operator = operator.rpartition(":")
    if operator == "Null":
        return (given is None) == (wanted == "true")
    if given is None:
        return operator.endswith("IfExists") or quantifier == "ForAllValues"
    compare = {
        "StringEquals": str.__eq__,
        "StringLike": _likes,
        "ArnLike": _likes,
        "ArnEquals": _likes,
        "Bool": str.__eq__,
    }[operator.removesuffix("IfExists")]
    assert quantifier or isinstance(given, str), f"{operator} takes one value"
    held = (any(compare(value, pattern) for pattern in _list(wanted)) for value in _list(given))
    return all(held) if quantifier == "ForAllValues" else any(held)


def _likes(value: str, pattern: str) -> bool:
    return _like(pattern, value)


def _like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    return _expression(pattern, ignore_case).fullmatch(value) is not None


@functools.cache
def _expression(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.compile(expression, re.IGNORECASE if ignore_case else 0)


def _value(context: Mapping[str, str | list[str]], key: str) -> str | list[str] | None:
    """Keys of a context are compared without regard to case."""
    return {name.lower(): value for name, value in context.items()}.get(key.lower())


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
