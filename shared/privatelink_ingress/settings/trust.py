"""Who may assume a role: principals of AWS, and workflows of GitHub."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from privatelink_ingress.settings.arns import IAM, ROLE, UNIQUE_ARNS, USER
from privatelink_ingress.settings.fields import UNIQUE, ExternalId, InvalidSetting, Settings, matching


def _trusted(arn: str) -> str:
    if arn == "*" or arn.endswith((":*", "/*")):
        raise InvalidSetting(f"is {arn!r}, which trusts everyone", "Name each role, user or account.")
    if ":assumed-role/" in arn:
        role = arn.split("/")[1]
        raise InvalidSetting(
            f"is {arn!r}, a session: the next session has another name and would not be trusted",
            f"Write the role behind it: arn:aws:iam::<account>:role/<path>/{role}.",
        )
    return arn


TrustedArn = Annotated[
    str,
    AfterValidator(_trusted),
    matching(
        rf"{IAM}(root|{ROLE}|{USER})",
        "the ARN of a role or user, or arn:aws:iam::<account>:root",
    ),
]
"""Who may assume a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""

OidcProviderArn = Annotated[
    str,
    matching(
        rf"{IAM}oidc-provider/token\.actions\.githubusercontent\.com",
        "arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com",
    ),
]

Repository = Annotated[
    str,
    matching(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[\w.-]{1,100}", "<owner>/<repository>, such as example/ingress"),
]

Branch = Annotated[str, matching(r"[\w.][\w./+@-]*", "the name of a branch, without wildcards and without refs/heads/")]

GitHubEnvironment = Annotated[str, matching(r"[\w.-]{1,255}", "the name of an environment, without wildcards")]


class GitHub(Settings):
    """Workflows of one GitHub repository, by OpenID Connect, without stored keys."""

    repository: Repository
    branches: Annotated[tuple[Branch, ...], UNIQUE] = ()
    """Branches whose workflows may deploy."""
    environments: Annotated[tuple[GitHubEnvironment, ...], UNIQUE] = ()
    """Environments whose jobs may deploy."""
    previews: Annotated[tuple[GitHubEnvironment, ...], UNIQUE] = ()
    """Environments whose jobs may only look: for previews and drift of a pull request."""
    provider_arn: OidcProviderArn | None = None
    """GitHub's identity provider in the account, which can have only one; created here when not set."""

    @model_validator(mode="after")
    def _some_of_it(self) -> Self:
        if not self.branches and not self.environments:
            raise InvalidSetting(
                "names neither branches nor environments, so every pull request could deploy",
                "Write branches: [main], or environments: [production].",
            )
        if both := [one for one in self.previews if one in self.environments]:
            raise InvalidSetting(
                f"has {', '.join(both)}, whose jobs may deploy",
                "Write it once: in environments, or in previews, whose jobs may only look.",
                at=("previews",),
            )
        return self


class Trust(Settings):
    """Who may deploy."""

    principals: Annotated[tuple[TrustedArn, ...], UNIQUE_ARNS] = ()
    external_id: ExternalId | None = None
    """The external id that principals must send when they assume a role."""
    github: GitHub | None = None

    @model_validator(mode="after")
    def _trusts_someone(self) -> Self:
        if not self.principals and self.github is None:
            raise InvalidSetting("names no one to trust", "Write principals, github, or both.")
        if self.external_id is not None and not self.principals:
            raise InvalidSetting(
                "has no effect without principals", "Remove it: GitHub does not send one.", at=("externalId",)
            )
        return self
