"""The plan of a cluster's NGINX ingress controller, and the order in which its objects are created."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.plan.workload.controller import access, network, nginx, objects
from privatelink_ingress.plan.workload.controller.access import WatchScope
from privatelink_ingress.plan.workload.controller.objects import KubernetesObject
from privatelink_ingress.plan.workload.controller.pod import READY_PORT, STOP, PodArgs, pod_template
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, Protocol
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload.controller import Controller


@dataclasses.dataclass(frozen=True, kw_only=True)
class ControllerPlan:
    """The controller of one cluster."""

    digest: str
    """Digest of the image, `sha256:…`: a tag may move, a digest never does."""
    protocol: Protocol
    """Protocol of the requests that the load balancer sends."""
    scope: WatchScope
    config: Mapping[str, str]
    """Data of the ConfigMap."""
    trusted_cidrs: tuple[str, ...]
    """Networks that may connect, and whose `X-Forwarded-For` is trusted."""
    api_cidrs: tuple[str, ...]
    """Addresses of the Kubernetes API inside the cluster."""
    health_path: str
    min_replicas: int
    max_replicas: int
    disk_gib: int
    """What a pod may keep in temporary files."""
    namespace: str = objects.NAMESPACE

    @property
    def node_port(self) -> int:
        """Port of every node that the network load balancer sends requests to."""
        return self.protocol.node_port

    @property
    def keepalive_seconds(self) -> float:
        """Seconds that it keeps an idle connection open."""
        return nginx.seconds(self.config, "keepalive-timeout")

    @property
    def read_timeout_seconds(self) -> float:
        """Seconds that it waits for the next part of an application's answer, unless an Ingress says otherwise."""
        return nginx.seconds(self.config, "proxy-read-timeout")

    @property
    def config_hash(self) -> str:
        """Ten characters that change with the configuration.

        It is part of the ConfigMap's name. Under a fixed name a change deletes first, and without its ConfigMap a
        running controller falls back to its defaults in silence: no redirect, every client under the balancer's
        address. Under a new name the pods roll over, and stop at the first one that is not ready.

        It is part of the resource's key too: an old ConfigMap is then an ordinary deletion at the end of a run that
        succeeded. As a replacement it would be deleted at the start of the run after a failed one, while pods still
        follow it.
        """
        return hashlib.sha256(json.dumps(dict(self.config), sort_keys=True).encode()).hexdigest()[:10]

    @property
    def config_name(self) -> str:
        """Name of the ConfigMap."""
        return f"nginx-config-{self.config_hash}"

    def stages(self, image: Any) -> tuple[tuple[KubernetesObject, ...], ...]:
        """All objects in order of creation: each stage needs only the stages before it.

        Args:
            image: `<repository URL>@<digest>`, as text or as a value that is known only at deployment.
        """
        template = pod_template(
            PodArgs(
                labels=objects.SELECTOR,
                namespace=self.namespace,
                service_account=objects.SERVICE_ACCOUNT,
                image=image,
                config_map=self.config_name,
                ingress_class=objects.INGRESS_CLASS,
                health_path=self.health_path,
                scope=self.scope,
                disk_gib=self.disk_gib,
            )
        )
        return (
            (objects.namespace(),),
            (
                objects.service_account(),
                *objects.rights(access.rights(self.scope, ingress_class=objects.INGRESS_CLASS)),
                objects.config_map(f"config-{self.config_hash}", self.config_name, self.config),
                objects.ingress_class(),
                objects.network_policy(
                    ingress=network.ingress(self.trusted_cidrs, (*self.protocol.pod_ports, READY_PORT)),
                    egress=network.egress(self.api_cidrs, self.scope.namespaces),
                ),
            ),
            # Not before the policy that allows what running pods need; the new pods are under that one already.
            (objects.default_deny(), objects.deployment(template)),
            (
                objects.service(),
                objects.disruption_budget(),
                objects.autoscaler(min_replicas=self.min_replicas, max_replicas=self.max_replicas),
            ),
        )


def plan_controller(
    *,
    settings: Controller,
    trusted_cidrs: tuple[str, ...],
    api_cidrs: tuple[str, ...],
    health_path: str,
    protocol: Protocol = HTTP,
    http2: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> ControllerPlan:
    """Plan the controller.

    Args:
        settings: Settings of a stack that installs the controller.
        trusted_cidrs: The private subnets: the only senders, whose X-Forwarded-For is trusted.
        api_cidrs: Addresses of the Kubernetes API inside the cluster.
        health_path: The contract's path on which the controller itself answers 200.
        protocol: Protocol of the published service.
        http2: Whether it also speaks HTTP/2 and gRPC there.
        overrides: ConfigMap values of the stack file.

    Raises:
        UserError: when settings contradict each other, or nginx would refuse the configuration, or the controller
            would drop a part of it.
        ValueError: for a stack without the controller: only such a stack may lack an image.
    """
    if settings.image is None:
        raise ValueError("the controller is planned only for a stack that installs it")
    if problems := list(_misfits(settings, protocol)):
        raise UserError("The controller cannot be planned", problems)
    return ControllerPlan(
        digest=settings.image.digest,
        protocol=protocol,
        scope=WatchScope(
            namespaces=tuple(sorted(settings.watch.namespaces or ())),
            ingress_tls=settings.ingress_tls,
            tls_secret=settings.tls_secret,
        ),
        config=nginx.config_map(
            trusted_cidrs=trusted_cidrs,
            drain_seconds=STOP.drain,
            disk_gib=settings.disk_gib,
            http2_health_path=health_path if http2 else None,
            overrides=overrides,
        ),
        trusted_cidrs=trusted_cidrs,
        api_cidrs=api_cidrs,
        health_path=health_path,
        min_replicas=settings.min_replicas,
        max_replicas=settings.max_replicas,
        disk_gib=settings.disk_gib,
    )


def _misfits(settings: Controller, protocol: Protocol) -> Iterator[Problem]:
    if protocol == HTTPS and settings.tls_secret is None:
        yield Problem(
            "controller.tlsSecret",
            "is missing, and publication.protocol is https: the controller refuses TLS without a certificate",
            f"Write the name of a Secret of type kubernetes.io/tls in namespace {objects.NAMESPACE}.",
        )
    if protocol == HTTP and settings.tls_secret is not None:
        yield Problem(
            "controller.tlsSecret",
            "is set, but publication.protocol is http, so nothing sends TLS to the controller",
            "Set publication.protocol to https, or remove the key.",
        )
    if objects.NAMESPACE in (settings.watch.namespaces or ()):
        reason = f"has {objects.NAMESPACE}, the controller's own namespace"
        yield Problem("controller.watch.namespaces", reason, "Remove it: it holds nothing to serve.")
