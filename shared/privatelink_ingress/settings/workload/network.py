"""The private VPC and its endpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from privatelink_ingress.settings.fields import ONCE, Settings, VpcCidr, Zones, matching

EndpointService = Annotated[
    str,
    matching(
        r"[a-z0-9]+([.-][a-z0-9]+)*", "the last part of a service's name, such as sts for com.amazonaws.<region>.sts"
    ),
]


class Network(Zones):
    """The private VPC."""

    cidr: VpcCidr = "10.11.0.0/16"
    """The VPC's IPv4 range. It may equal other workloads' ranges: PrivateLink never routes between them."""
    subnet_prefix: Annotated[int, Field(ge=17, le=28)] = 21
    """Prefix length of each private subnet; pods take their addresses from it."""


class Endpoints(Settings):
    """VPC endpoints beyond the core set."""

    extra: Annotated[tuple[EndpointService, ...], ONCE] = ()
    """More interface endpoints by short service name, such as `sts` or `logs`."""
