"""The controllers that a stack may choose, as the one record in which they differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress.plan.workload.controller import access, legacy, nginx
from privatelink_ingress.plan.workload.controller.access import Reach, Rights
from privatelink_ingress.plan.workload.controller.objects import INGRESS_CLASS
from privatelink_ingress.plan.workload.controller.pod import READY_PORT, STOP, PodArgs, pod_template
from privatelink_ingress.settings.workload.controller import LEGACY

Config = Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flavour:
    """One controller."""

    controller_class: str
    """How its IngressClass names it. It serves no other, and the API server never lets the field change."""
    own_port: int
    """Where it tells whether it is ready."""
    config_map: Callable[[tuple[str, ...], Config], dict[str, str]]
    """Data of its ConfigMap, from the trusted networks and the values of a stack file."""
    keepalive_seconds: Callable[[Config], float]
    """How long it keeps an idle connection, from its ConfigMap."""
    keepalive_key: str | None
    """Where a stack file may say so; None where it may not."""
    rights: Callable[[Reach], Rights]
    pod_template: Callable[[PodArgs], dict[str, Any]]


FLAVOURS: Mapping[str, Flavour] = {
    "nginx-oss": Flavour(
        controller_class="nginx.org/ingress-controller",
        own_port=READY_PORT,
        config_map=lambda trusted, overrides: nginx.config_map(
            trusted_cidrs=trusted, drain_seconds=STOP.drain, overrides=overrides
        ),
        keepalive_seconds=nginx.keepalive_seconds,
        keepalive_key="keepalive-timeout",
        rights=lambda reach: access.rights(reach, ingress_class=INGRESS_CLASS),
        pod_template=pod_template,
    ),
    LEGACY: Flavour(
        controller_class="k8s.io/ingress-nginx",
        own_port=legacy.HEALTH_PORT,
        config_map=lambda trusted, overrides: legacy.config_map(trusted_cidrs=trusted, overrides=overrides),
        keepalive_seconds=lambda _: legacy.KEEPALIVE_SECONDS,
        keepalive_key=None,
        rights=lambda _: legacy.rights(),
        pod_template=legacy.pod_template,
    ),
}
"""By `controller.flavour`."""
