"""The Pod Security Standard `restricted`, as the API server's admission applies it to pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.local.kubernetes.errors import KubernetesError

ENFORCE = "pod-security.kubernetes.io/enforce"
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
}


def admit(namespace: Mapping[str, Any], obj: Mapping[str, Any], pod: Mapping[str, Any]) -> None:
    """Refuse an object whose pods break `restricted` where their namespace enforces it.

    A real API server accepts the Deployment with a warning and refuses each of its pods, so nothing ever starts.
    Here the Deployment is refused, since no controller creates pods that would show it.

    Raises:
        KubernetesError: Forbidden, in the API server's words.
    """
    if (namespace["metadata"].get("labels") or {}).get(ENFORCE) != "restricted":
        return
    found = violations(pod)
    if found:
        raise KubernetesError(
            "Forbidden",
            f'pods of {obj["kind"]} "{obj["metadata"]["name"]}" are forbidden: violates PodSecurity '
            f'"restricted:latest": {", ".join(found)}',
        )


def violations(spec: Mapping[str, Any]) -> list[str]:
    """Each way in which a pod spec breaks `restricted`, worded as the API server words it; empty when none.

    Source: kubernetes.io, "Pod Security Standards". SELinux, AppArmor and Windows fields are not checked.
    """
    return [*_pod(spec), *(problem for container in _containers(spec) for problem in _container(spec, container))]


def _containers(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(key) or ()


def _pod(spec: Mapping[str, Any]) -> Iterator[str]:
    context = spec.get("securityContext") or {}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield f"host namespaces ({key}=true)"
    for volume in spec.get("volumes") or ():
        for kind in volume.keys() - VOLUMES - {"name"}:
            yield f'restricted volume types (volume "{volume["name"]}" uses restricted volume type "{kind}")'
    for sysctl in context.get("sysctls") or ():
        if sysctl["name"] not in SYSCTLS:
            yield f"forbidden sysctls ({sysctl['name']})"
    if context.get("runAsUser") == 0:
        yield "runAsUser=0 (pod must not set runAsUser=0)"
    if context.get("runAsNonRoot") is False:
        yield "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"


def _container(spec: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[str]:
    pod, own = spec.get("securityContext") or {}, container.get("securityContext") or {}
    named = f'container "{container["name"]}"'
    if own.get("privileged"):
        yield f"privileged ({named} must not set securityContext.privileged=true)"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"allowPrivilegeEscalation != false ({named} must set securityContext.allowPrivilegeEscalation=false)"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield f'unrestricted capabilities ({named} must set securityContext.capabilities.drop=["ALL"])'
    added = sorted(set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"})
    if added:
        quoted = ", ".join(f'"{capability}"' for capability in added)
        yield f"unrestricted capabilities ({named} must not include {quoted} in securityContext.capabilities.add)"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield f"runAsNonRoot != true (pod or {named} must set securityContext.runAsNonRoot=true)"
    if own.get("runAsUser") == 0:
        yield f"runAsUser=0 ({named} must not set runAsUser=0)"
    profile = (own.get("seccompProfile") or pod.get("seccompProfile") or {}).get("type")
    if profile not in ("RuntimeDefault", "Localhost"):
        wanted = 'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
        yield f"seccompProfile (pod or {named} must set {wanted})"
    if own.get("procMount", "Default") != "Default":
        yield f"procMount ({named} must not set securityContext.procMount)"
    for port in container.get("ports") or ():
        if port.get("hostPort"):
            yield f"hostPort ({named} uses hostPort {port['hostPort']})"
