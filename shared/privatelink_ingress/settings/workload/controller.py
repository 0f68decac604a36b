"""The NGINX ingress controller and its image."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import ONCE, Digest, Misfit, Settings, matching

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


class Image(Settings):
    """The controller's image in the stack's own registry."""

    digest: Digest
    """Digest of the image index that was copied into the registry; a digest never moves, a tag may."""
    source: SourceRepository = "public.ecr.aws/nginx/nginx-ingress"
    """Where `images copy` takes it from: F5's own repository, which asks for no login."""
    tag: ImageTag | None = None
    """What the copy is tagged with, such as its version. One made from the digest when not set: the registry refuses
    to move a tag, and lets images without one expire."""
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1), ONCE] = ("linux/amd64", "linux/arm64")
    """What the index must hold; the nodes' own is among them."""


class Controller(Settings):
    """The NGINX ingress controller."""

    install: bool = True
    """False leaves out everything that needs a connection to the cluster's Kubernetes API."""
    image: Image | None = None
    """Required when `install` is true."""
    config: dict[str, str] = Field(default_factory=dict)
    """Values of the controller's ConfigMap beside those that this system decides, all as text in quotes."""
    min_replicas: Annotated[int, Field(ge=2)] = 3
    max_replicas: Annotated[int, Field(ge=2)] = 10

    @model_validator(mode="after")
    def _can_be_installed(self) -> Self:
        if self.install and self.image is None:
            raise Misfit(
                "is missing",
                'Write its digest (image: {digest: "sha256:..."}), or install: false to leave the controller out.',
                at=("image",),
            )
        if self.min_replicas > self.max_replicas:
            reason = f"is {self.min_replicas}, more than maxReplicas ({self.max_replicas})"
            raise Misfit(reason, "Lower it, or raise maxReplicas.", at=("minReplicas",))
        return self
