"""The retired kubernetes/ingress-nginx controller, for clusters whose Ingresses are written for it.

Taken from the source and the manifests of its last release, v1.15.1 (https://github.com/kubernetes/ingress-nginx); it
was not run here. Without its admission webhook: that takes a second image, two Jobs, and opens what CVE-2025-1974 used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.plan.workload.controller import nginx
from privatelink_ingress.plan.workload.controller.access import Rights
from privatelink_ingress.plan.workload.controller.pod import STOP, PodArgs, own_names, spread
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS
from privatelink_ingress.problems import Problem, UserError

HEALTH_PORT = 10254
"""Where the controller itself answers, on the health path: whether nginx runs, and is not being stopped."""

PATHS = ("/", "/nginx_status", "/configuration", "/is-dynamic-lb-initialized")
"""Locations that its default server and its internal one have already (rootfs/etc/nginx/template/nginx.tmpl of the
release): nginx takes none twice."""

KEEPALIVE_SECONDS = 75
"""Above the load balancer's idle timeout, as in the other flavour."""

DRAIN_SECONDS = 240
GRACE_SECONDS = 300
"""The release's own: nginx drains, and the controller ends ten seconds after it."""

_USER, _GROUP = 101, 82
_MEMORY = {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}


def config_map(*, trusted_cidrs: Sequence[str], overrides: Mapping[str, str]) -> dict[str, str]:
    """The data of its ConfigMap, whose keys are others than those of the F5 controller.

    Args:
        trusted_cidrs: Networks whose `X-Forwarded-For` is believed.
        overrides: Values of a stack file: none, since nothing here checks them.

    Raises:
        UserError: with every value of the stack file.
    """
    if overrides:
        reason = "is for flavour nginx-oss: values of the retired controller are not checked here, so none is passed on"
        problems = [Problem(f"{nginx.SETTING}.{key}", reason, "Remove the key.") for key in sorted(overrides)]
        raise UserError("The controller's configuration has mistakes", problems)
    return {
        "allow-snippet-annotations": "false",
        "enable-real-ip": "true",
        "keep-alive": str(KEEPALIVE_SECONDS),
        "log-format-escape-json": "true",
        "log-format-upstream": nginx.LOG_FORMAT,
        "proxy-body-size": "8m",
        "proxy-real-ip-cidr": ",".join(trusted_cidrs),
        "server-tokens": "false",
        # Believes the edge's X-Forwarded-Proto, so that nothing is sent to HTTPS that came by it.
        "use-forwarded-headers": "true",
        "worker-processes": "4",
        "worker-shutdown-timeout": f"{DRAIN_SECONDS}s",
    }


def rights() -> Rights:
    """Those of the release's manifests, without what only a leader or the webhook needs.

    It lists all Secrets of the cluster: it is not ready before it has.
    """
    read = ["get", "list", "watch"]
    core, networking = [""], ["networking.k8s.io"]
    watched = ["configmaps", "endpoints", "nodes", "pods", "secrets", "namespaces"]
    return Rights(
        cluster=(
            {"apiGroups": core, "resources": watched, "verbs": ["list", "watch"]},
            {"apiGroups": core, "resources": ["services"], "verbs": read},
            {"apiGroups": core, "resources": ["events"], "verbs": ["create", "patch"]},
            {"apiGroups": networking, "resources": ["ingresses", "ingressclasses"], "verbs": read},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
        ),
        own=(
            {"apiGroups": core, "resources": ["namespaces"], "verbs": ["get"]},
            {"apiGroups": core, "resources": ["configmaps", "pods", "secrets", "endpoints"], "verbs": read},
        ),
    )


def pod_template(args: PodArgs) -> dict[str, Any]:
    """The pod template. Its root file system is written to, which the restricted standard allows."""
    return {
        "metadata": {"labels": args.labels},
        "spec": {
            "serviceAccountName": args.service_account,
            "automountServiceAccountToken": True,
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": _USER,
                "runAsGroup": _GROUP,
                "seccompProfile": {"type": "RuntimeDefault"},
                "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
            },
            "topologySpreadConstraints": spread(args.labels),
            "containers": [_controller(args)],
        },
    }


def _controller(args: PodArgs) -> dict[str, Any]:
    health = {"httpGet": {"path": args.health_path, "port": HEALTH_PORT}}
    return {
        "name": "nginx-ingress",
        "image": args.image,
        "args": _arguments(args),
        "env": own_names(),
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in (("http", HTTP.port), ("https", HTTPS.port), ("health", HEALTH_PORT))
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": False,
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
        },
        "startupProbe": {**health, "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**health, "periodSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {"tcpSocket": {"port": HTTP.port}, "periodSeconds": 10, "failureThreshold": 6},
        "lifecycle": {"preStop": {"exec": {"command": ["/wait-shutdown"]}}},
        "resources": _MEMORY,
    }


def _arguments(args: PodArgs) -> list[str]:
    return [
        "/nginx-ingress-controller",
        "--controller-class=k8s.io/ingress-nginx",
        f"--ingress-class={args.ingress_class}",
        f"--configmap={args.namespace}/{args.config_map}",
        # Of its default server on port 80, which the load balancer asks, and of its own health port.
        f"--health-check-path={args.health_path}",
        # Not ready, but still serving, until every node's kube-proxy has dropped the pod.
        f"--shutdown-grace-period={STOP.sleep}",
        # Nobody reads the status; without it, no leader is needed, and no right on leases.
        "--update-status=false",
        "--disable-leader-election=true",
    ]
