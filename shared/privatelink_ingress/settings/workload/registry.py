"""The stack's own ECR repositories, and the images that they hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from privatelink_ingress.settings.fields import UNIQUE, Digest, InvalidSetting, Settings, matching

RepositoryName = Annotated[
    str,
    # repositoryName of CreateRepository, ECR API: 2 to 256 characters.
    matching(
        r"(?=.{2,256}\Z)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "2-256 lower-case letters and digits, parted by single . _ - or /",
    ),
]

SourceRepository = Annotated[
    str,
    # A registry's host is told from a path by its dot or port: https://distribution.github.io/distribution/spec/api/
    matching(
        r"[a-z0-9-]+((\.[a-z0-9-]+)+(:\d+)?|:\d+)(/[a-z0-9]+([._-]+[a-z0-9]+)*)+",
        "a repository with its registry, without tag and digest, such as public.ecr.aws/nginx/nginx-ingress",
    ),
]

ImageTag = Annotated[
    str,
    matching(
        r"(?!latest\Z)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}",
        "1-128 letters, digits and . _ - such as 5.6.3, but not latest: a tag of the registry never moves",
    ),
]

Platform = Literal["linux/amd64", "linux/arm64"]

CONTROLLER, SAMPLE = "controller", "sample"
"""Names of the images that have a part of the stack file of their own."""


def _not_taken(name: str) -> str:
    if name in (CONTROLLER, SAMPLE):
        raise InvalidSetting(
            f"is {name!r}, which is the name of {name}.image", "Write it there, or choose another name."
        )
    return name


ImageName = Annotated[
    str,
    matching(r"[a-z](?:-?[a-z0-9]){0,29}", "1-30 lower-case letters, digits and single hyphens, a letter first"),
    AfterValidator(_not_taken),
]


class PinnedImage(Settings):
    """An image in the stack's own registry."""

    digest: Digest
    """Digest of the image index that was copied into the registry; a digest never moves, a tag may."""
    source: SourceRepository
    """Where `images copy` takes it from."""
    tag: ImageTag | None = None
    """What the copy is tagged with, such as its version. One made from the digest when not set: the registry refuses
    to move a tag, and lets images without one expire."""
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1), UNIQUE] = ("linux/amd64", "linux/arm64")
    """What the index must hold; the nodes' own is among them."""


class NamedImage(PinnedImage):
    """An image that is not the controller's, in a repository of its own."""

    repository: RepositoryName | None = None
    """Its ECR repository; `<connection>/<name of the image>` when not set."""


class Registry(Settings):
    """The ECR repositories of the stack: one for each image."""

    repository: RepositoryName | None = None
    """Repository of the controller's image; `<connection>/nginx-ingress` when not set."""
    create: bool = True
    """False when another stack owns the repositories."""
    images: Annotated[dict[ImageName, NamedImage], Field(default_factory=dict)]
    """More images by name, for the applications of the cluster, which can pull from nowhere else."""
