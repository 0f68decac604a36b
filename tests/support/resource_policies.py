"""What the policy of a resource, such as a bucket, allows a principal, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.iam_policies import Policies, Request


class ResourcePolicy:
    """A policy document whose statements name principals."""

    def __init__(self, document: str) -> None:
        self.statements: list[dict[str, Any]] = json.loads(document)["Statement"]

    def allows(self, principal: Mapping[str, str], request: Request) -> bool:
        """Whether a statement about the principal (`{"Service": "…"}`) allows the request, and none denies it."""
        about = [one for one in self.statements if _names(one["Principal"], principal)]
        without = [{key: value for key, value in one.items() if key != "Principal"} for one in about]
        return Policies(json.dumps({"Statement": without})).allow(request)


def _names(wanted: Any, principal: Mapping[str, str]) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html."""
    if wanted == "*":
        return True
    return any(
        one in ("*", value)
        for kind, value in principal.items()
        for one in (wanted.get(kind, []) if isinstance(wanted.get(kind, []), list) else [wanted[kind]])
    )
