"""Policy documents within IAM's limits: as few as possible, and each short enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privatelink_ingress.plan.account.deployers.grants import Grant, Statement, as_json, statements

POLICY_CHARACTERS = 6144
"""Limit of a customer managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

POLICIES_OF_A_ROLE = 10
"""Managed policies that a role can have, which AWS raises on request (L-0DA4ABF3); source as above."""

TRUST_POLICY_CHARACTERS = 2048
"""Limit of a role's trust policy, which AWS raises on request (L-C07B4B0D); source as above."""

_PARTS = ("ec2", "elasticloadbalancing", "iam", "logs")
"""Services with their own policy; all others share one, `services`."""


def documents(grants: Iterable[Grant]) -> dict[str, str]:
    """A duty's policies by part; a part that is too long for one continues in `<part>-2`, `<part>-3`."""
    parts: dict[str, list[Grant]] = {}
    for grant in grants:
        parts.setdefault(grant.service if grant.service in _PARTS else "services", []).append(grant)
    return {
        part if number == 1 else f"{part}-{number}": text
        for part in sorted(parts)
        for number, text in enumerate(_packed(statements(parts[part])), start=1)
    }


def _packed(whole: Iterable[Statement]) -> Iterator[str]:
    """The statements in their order, in documents that are filled one after the other."""
    page: list[Statement] = []
    for statement in (piece for one in whole for piece in _pieces(one)):
        if page and len(as_json([*page, statement])) > POLICY_CHARACTERS:
            yield as_json(page)
            page = []
        page.append(statement)
    yield as_json(page)


def _pieces(statement: Statement) -> Iterator[Statement]:
    """The statement, or several that say the same of fewer resources each, where one would be too long."""
    resources = statement["Resource"]
    if len(as_json([statement])) <= POLICY_CHARACTERS or len(resources) == 1:
        yield statement
        return
    middle = len(resources) // 2
    for half in (resources[:middle], resources[middle:]):
        yield from _pieces({**statement, "Resource": half})
