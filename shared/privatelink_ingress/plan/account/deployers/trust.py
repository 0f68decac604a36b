"""Who may assume a deployer's role."""

from __future__ import annotations

import json
from typing import Any

from privatelink_ingress.settings.trust import GitHub

GITHUB_URL = "https://token.actions.githubusercontent.com"
"""Issuer of the tokens of GitHub Actions: https://docs.github.com/en/actions/reference/security/oidc"""

AUDIENCE = "sts.amazonaws.com"


def principals(arns: tuple[str, ...], *, external_id: str | None = None) -> dict[str, Any]:
    """Trust these roles, users or accounts; with `external_id`, only when they send it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": sorted(arns)}, "Action": "sts:AssumeRole"}
    if external_id is not None:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return statement


def github(settings: GitHub, *, provider_arn: str) -> dict[str, Any]:
    """Trust one repository's workflows on these branches or in these environments, without wildcards."""
    host = GITHUB_URL.removeprefix("https://")
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": AUDIENCE, f"{host}:sub": subjects(settings)}},
    }


def subjects(settings: GitHub) -> list[str]:
    """The `sub` claims of accepted tokens."""
    of_branches = (f"ref:refs/heads/{branch}" for branch in settings.branches)
    of_environments = (f"environment:{environment}" for environment in settings.environments)
    return [f"repo:{settings.repository}:{subject}" for subject in (*of_branches, *of_environments)]


def document(*statements: dict[str, Any]) -> str:
    """A trust policy as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
