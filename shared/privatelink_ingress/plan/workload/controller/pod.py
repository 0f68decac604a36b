"""The pod of the NGINX ingress controller: arguments, start, probes, stop and rights of its process."""

from __future__ import annotations

import dataclasses
from typing import Any

from privatelink_ingress.plan.workload.controller import access
from privatelink_ingress.plan.workload.controller.access import WatchScope
from privatelink_ingress.plan.workload.controller.disk import FILES_MIB, PodDisk, pod_disk
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS

READY_PORT = 8081
"""The controller's own `/nginx-ready`: 503 until the first configuration is loaded."""

RELOAD_TIMEOUT_SECONDS = 60
"""The controller's default for `-nginx-reload-timeout`: how long it waits for an nginx that does not start."""

START_SECONDS = 120
"""Budget of the startup probe. With `-enable-config-safety` a start took 8.7 s for 101 Ingresses (0.75 s without), so
this is enough for a thousand. It is above `RELOAD_TIMEOUT_SECONDS` on purpose: a controller whose nginx does not start
then ends by itself and logs why, before the kubelet kills it."""

MEMORY_LIMIT_MIB = 512
"""Of the controller's container. `nginx.memory_mib` tells what a configuration needs of it."""

_PROBE_SECONDS = 2

_USER = 101
"""User `nginx` of the official image."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StopBudget:
    """How a pod stops without losing a request, in seconds.

    From SIGTERM on nginx refuses new connections at once while `/nginx-ready` goes on answering 200: only the sleep
    before it protects clients. Requests in flight then have the drain time.
    """

    sleep: int = 15
    """Until every node's kube-proxy has dropped the pod."""
    drain: int = 30
    """`worker-shutdown-timeout`: longer requests are cut."""
    grace: int = 60
    """`terminationGracePeriodSeconds`: SIGKILL."""

    def __post_init__(self) -> None:
        if self.sleep + self.drain >= self.grace:
            raise ValueError(
                f"sleep {self.sleep} s and drain {self.drain} s use up the grace period of {self.grace} s: raise grace"
            )


STOP = StopBudget()

# Empty directories outlive a restart of the container, and init containers do not run again. What a dead process left
# there must go first: files of conf.d go on serving deleted Ingresses (or keep nginx from starting at all), and
# sockets of a killed nginx fail its next bind: https://github.com/nginx/kubernetes-ingress/issues/6752.
# A writable root file system would cure it as well, but this way the root stays read-only. `exec` keeps the controller
# the process that gets SIGTERM.
_START = 'rm -f /etc/nginx/conf.d/* /var/lib/nginx/*.sock; exec /nginx-ingress "$@"'

_WRITABLE = {"etc": "/etc/nginx", "lib": "/var/lib/nginx", "cache": "/var/cache/nginx"}
"""Configuration, sockets and pid, temporary files: the directories nginx writes to, by volume name."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PodArgs:
    """What a pod depends on."""

    labels: dict[str, str]
    """Of the pods; the spread over zones counts the pods that have them."""
    namespace: str
    """Of the pods, their service account and their configuration."""
    service_account: str
    image: Any
    """As text, or as a value that is known only at deployment."""
    config_map: str
    ingress_class: str
    """Name of the class of the Ingresses that it serves."""
    health_path: str
    """Path on which nginx's default server answers 200."""
    scope: WatchScope
    disk_gib: int
    """What it may keep in temporary files."""

    @property
    def disk(self) -> PodDisk:
        """The disk that it may fill."""
        # The controller writes certificates with their keys below its configuration: as with a volume of a Secret, no
        # key comes on the node's disk.
        return pod_disk(self.disk_gib, in_memory=self.scope.reads_secrets)


def pod_template(args: PodArgs) -> dict[str, Any]:
    """The pod template."""
    return {
        "metadata": {"labels": args.labels},
        "spec": {
            "serviceAccountName": args.service_account,
            "automountServiceAccountToken": True,
            "terminationGracePeriodSeconds": STOP.grace,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": _USER,
                "fsGroup": _USER,
                "seccompProfile": {"type": "RuntimeDefault"},
                # The shell of the start command drops the file capability of the binary; ports 80 and 443 then need
                # this setting, which Kubernetes counts as safe and the restricted standard allows.
                "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
            },
            "topologySpreadConstraints": spread(args.labels),
            "volumes": [{"name": volume, "emptyDir": args.disk.volumes[volume]} for volume in _WRITABLE],
            "initContainers": [_copy_configuration(args.image)],
            "containers": [_controller(args)],
        },
    }


def _arguments(args: PodArgs) -> list[str]:
    """All of them ran with release 5.6, except `-nginx-status`, which is taken from its source."""
    return [
        f"-nginx-configmaps={args.namespace}/{args.config_map}",
        f"-ingress-class={args.ingress_class}",
        "-enable-custom-resources=false",
        # One Ingress that nginx refuses is dropped alone, instead of blocking every later change of all teams and
        # leaving a restarted pod Ready with 404 for every host.
        "-enable-config-safety",
        "-allow-empty-ingress-host",
        "-health-status",
        f"-health-status-uri={args.health_path}",
        *access.arguments(args.scope, namespace=args.namespace),
        # Only status reports and telemetry need a leader; both are off, so no right on leases either.
        "-enable-leader-election=false",
        "-enable-telemetry-reporting=false",
        # Without it nginx listens on 8080 on every address.
        "-nginx-status=false",
        "-log-format=json",
    ]


def _copy_configuration(image: Any) -> dict[str, Any]:
    """Fill the writable `/etc/nginx` with the image's own files."""
    files = {"ephemeral-storage": f"{FILES_MIB}Mi"}
    return {
        "name": "copy-configuration",
        "image": image,
        "command": ["cp", "-dR", "/etc/nginx/.", "/mnt/etc"],
        "volumeMounts": [{"name": "etc", "mountPath": "/mnt/etc"}],
        "securityContext": _rights(),
        "resources": {
            "requests": {"cpu": "10m", "memory": "16Mi", **files},
            "limits": {"memory": "64Mi", **files},
        },
    }


def _controller(args: PodArgs) -> dict[str, Any]:
    ready = {"httpGet": {"path": "/nginx-ready", "port": READY_PORT}}
    return {
        "name": "nginx-ingress",
        "image": args.image,
        "command": ["/bin/sh", "-c", _START, "--"],
        "args": _arguments(args),
        "env": _own_names(),
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in (("http", HTTP.port), ("https", HTTPS.port), ("readiness", READY_PORT))
        ],
        "volumeMounts": [{"name": volume, "mountPath": path} for volume, path in _WRITABLE.items()],
        # Without the capability in the bounding set the binary cannot even be executed: it carries it as a file
        # capability.
        "securityContext": _rights("NET_BIND_SERVICE"),
        "startupProbe": {
            **ready,
            "periodSeconds": _PROBE_SECONDS,
            "failureThreshold": START_SECONDS // _PROBE_SECONDS,
        },
        "readinessProbe": {**ready, "periodSeconds": 5, "failureThreshold": 3},
        # Only whether nginx listens: a probe that needs a free worker would kill pods under load.
        "livenessProbe": {"tcpSocket": {"port": HTTP.port}, "periodSeconds": 10, "failureThreshold": 6},
        "lifecycle": {"preStop": {"sleep": {"seconds": STOP.sleep}}},
        # No CPU limit: throttled proxies time out.
        "resources": {
            "requests": {"cpu": "250m", "memory": "256Mi", **args.disk.resources},
            "limits": {"memory": f"{MEMORY_LIMIT_MIB}Mi", **args.disk.resources},
        },
    }


def _rights(*capabilities: str) -> dict[str, Any]:
    added = {"add": list(capabilities)} if capabilities else {}
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], **added},
    }


def _own_names() -> list[dict[str, Any]]:
    """Environment by which a controller learns its pod and namespace."""
    return [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in (("POD_NAMESPACE", "metadata.namespace"), ("POD_NAME", "metadata.name"))
    ]


def spread(labels: dict[str, str]) -> list[dict[str, Any]]:
    """Over zones strictly, and over nodes if it can be."""
    return [
        _spread("topology.kubernetes.io/zone", "DoNotSchedule", labels),
        _spread("kubernetes.io/hostname", "ScheduleAnyway", labels),
    ]


def _spread(topology_key: str, otherwise: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "maxSkew": 1,
        "topologyKey": topology_key,
        "whenUnsatisfiable": otherwise,
        "labelSelector": {"matchLabels": labels},
        # Count only pods of the same release, or a rolling update ends lopsided.
        "matchLabelKeys": ["pod-template-hash"],
    }
