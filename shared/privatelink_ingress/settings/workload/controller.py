"""The NGINX ingress controller and its image."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings, matching
from privatelink_ingress.settings.workload.registry import PinnedImage, SourceRepository


class Image(PinnedImage):
    """The controller's image in the stack's own registry."""

    source: SourceRepository = "public.ecr.aws/nginx/nginx-ingress"
    """F5's own repository, which asks for no login."""


NamespaceName = Annotated[
    str,
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
    matching(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "1-63 lower-case letters, digits and hyphens, none at either end"),
]

SecretName = Annotated[
    str,
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
    matching(
        r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*",
        "the name of a Secret, without its namespace: lower-case letters, digits, hyphens and dots",
    ),
]


_MOST_REPLICAS = 2**31 - 1
"""The Kubernetes API has 32 bits for it: HorizontalPodAutoscalerSpec of autoscaling/v2."""


class Watch(Settings):
    """What the controller serves."""

    namespaces: Annotated[tuple[NamespaceName, ...], Field(min_length=1), UNIQUE] | None = None
    """Only these namespaces, which must exist; those of the whole cluster when not set."""


class Controller(Settings):
    """F5's open-source NGINX Ingress Controller."""

    install: bool = True
    """False leaves out everything that needs a connection to the cluster's Kubernetes API."""
    image: Image | None = None
    """Required when `install` is true."""
    config: dict[str, str] = Field(default_factory=dict)
    """Values of the controller's ConfigMap beside those that this system decides, all as text in quotes."""
    watch: Watch = Watch()
    ingress_tls: bool = False
    """True lets an Ingress name a certificate of its own (`spec.tls[].secretName`), for which the controller must read
    all Secrets of the namespaces that it serves."""
    tls_secret: SecretName | None = None
    """Secret of type kubernetes.io/tls in the controller's namespace, whose certificate it shows to the edge. Needed
    for `publication.protocol: https`, and for nothing else."""
    min_replicas: Annotated[int, Field(ge=2)] = 3
    max_replicas: Annotated[int, Field(ge=2, le=_MOST_REPLICAS)] = 10
    disk_gib: Annotated[int, Field(ge=1, le=1024)] = 2
    """Disk of a node that each pod may fill with request bodies and responses in temporary files, in GiB."""

    @model_validator(mode="after")
    def _can_be_installed(self) -> Self:
        if self.install and self.image is None:
            raise InvalidSetting(
                "is missing",
                'Write its digest (image: {digest: "sha256:..."}), or install: false to leave the controller out.',
                at=("image",),
            )
        if self.min_replicas > self.max_replicas:
            reason = f"is {self.min_replicas}, more than maxReplicas ({self.max_replicas})"
            raise InvalidSetting(reason, "Lower it, or raise maxReplicas.", at=("minReplicas",))
        return self
