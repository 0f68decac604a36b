"""The controller's image in the stack's own ECR repository."""

from __future__ import annotations

from typing import Annotated

from privatelink_ingress.settings.fields import Settings, matching

RepositoryName = Annotated[
    str,
    # repositoryName of CreateRepository, ECR API: 2 to 256 characters.
    matching(
        r"(?=.{2,256}\Z)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "2-256 lower-case letters and digits, parted by single . _ - or /",
    ),
]


class Registry(Settings):
    """The ECR repository of the controller's image."""

    repository: RepositoryName | None = None
    """Repository name; `<connection>/nginx-ingress` when not set."""
    create: bool = True
    """False when another stack owns the repository."""
