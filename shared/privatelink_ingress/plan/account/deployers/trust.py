"""Who may assume a deployer's role."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from privatelink_ingress.settings.trust import GitHub

GITHUB_URL = "https://token.actions.githubusercontent.com"
"""Issuer of the tokens of GitHub Actions: https://docs.github.com/en/actions/reference/security/oidc"""

AUDIENCE = "sts.amazonaws.com"


def principals(arns: tuple[str, ...], *, external_id: str | None = None) -> dict[str, Any]:
    """Trust these roles, users or accounts; with `external_id`, only when they send it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    # The tags of a session that only looks go with it: `previews.py`.
    actions = ["sts:AssumeRole", "sts:TagSession"]
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": sorted(arns)}, "Action": actions}
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return statement


def github(subjects: list[str], *, provider_arn: str) -> dict[str, Any]:
    """Trust one repository's workflows with these `sub` claims, without wildcards."""
    host = GITHUB_URL.removeprefix("https://")
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": AUDIENCE, f"{host}:sub": subjects}},
    }


def subjects(settings: GitHub) -> list[str]:
    """The `sub` claims of workflows that deploy."""
    of_branches = [f"repo:{settings.repository}:ref:refs/heads/{branch}" for branch in settings.branches]
    return of_branches + subjects_of_environments(settings, settings.environments)


def subjects_of_environments(settings: GitHub, environments: Iterable[str]) -> list[str]:
    """The `sub` claims of the repository's jobs in these environments."""
    return [f"repo:{settings.repository}:environment:{environment}" for environment in environments]


def document(*statements: dict[str, Any]) -> str:
    """A trust policy as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
