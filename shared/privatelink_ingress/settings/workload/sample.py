"""A small application that shows the whole path working before a team deploys its own."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings, matching
from privatelink_ingress.settings.workload.registry import NamedImage, SourceRepository

IngressHost = Annotated[
    str,
    # A DNS subdomain in lower case: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
    matching(
        r"(?=.{3,128}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+",
        "a host name in lower case and without wildcards, such as shop.example.com",
    ),
]


class SampleImage(NamedImage):
    """The sample application's image in the stack's own registry."""

    source: SourceRepository = "public.ecr.aws/nginx/nginx-unprivileged"
    """NGINX's own repository, which asks for no login. An image from elsewhere must answer `GET /` on port 8080 with
    200, as a user that is not root, and write to nothing but /tmp."""


class Sample(Settings):
    """The sample application."""

    install: bool = False
    """True deploys it, together with the controller: `controller.install: false` leaves it out too."""
    hosts: Annotated[tuple[IngressHost, ...], UNIQUE] = ()
    """What its Ingress answers to: hosts that the edge routes to this connection. At least one to install it."""
    image: SampleImage | None = None
    """Required when `install` is true."""

    @model_validator(mode="after")
    def _can_be_installed(self) -> Self:
        if self.install and not self.hosts:
            raise InvalidSetting(
                "is empty", "Write the hosts that the edge routes to this connection, or install: false.", at=("hosts",)
            )
        if self.install and self.image is None:
            raise InvalidSetting(
                "is missing", 'Write its digest (image: {digest: "sha256:..."}), or install: false.', at=("image",)
            )
        return self
