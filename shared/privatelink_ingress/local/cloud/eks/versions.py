"""EKS's Kubernetes versions with their support dates, and add-on versions. Data only."""

from __future__ import annotations

import dataclasses
import datetime

from privatelink_ingress.settings.workload import versions

DEFAULT_VERSION = "1.36"
"""The default Kubernetes version. AWS changes it; describe-cluster-versions returns the current one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubernetesVersion:
    """One minor version on EKS, as the EKS release calendar lists it (user guide, "kubernetes-versions")."""

    version: str
    release: datetime.date
    standard_until: datetime.date
    extended_until: datetime.date
    patch: str


_RELEASES = {
    "1.33": "2025-05-29",
    "1.34": "2025-10-02",
    "1.35": "2026-01-27",
    "1.36": "2026-06-02",
    "1.37": "2026-10-01",
}

VERSIONS = {
    name: KubernetesVersion(
        version=name,
        release=datetime.date.fromisoformat(_RELEASES[name]),
        standard_until=known.standard_until,
        extended_until=known.extended_until,
        patch=f"{name}.0",
    )
    for name, known in versions.VERSIONS.items()
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class AddonKind:
    """One add-on: its two versions (the emulator's own choice), and where its pods run."""

    version: str
    """EKS's default from `NEWER_FROM` on. It fits the minor version before that too."""
    earlier: str = ""
    """EKS's default before `NEWER_FROM`, which it fits too."""
    namespace: str = "kube-system"
    needs_nodes: bool = False
    """True for a Deployment, which needs a node to become ready; a DaemonSet is ready without nodes."""
    follows_kubernetes: bool = False
    """True when the add-on has the cluster's own minor version (kube-proxy), and no other one fits."""


NEWER_FROM = "1.36"
"""The Kubernetes version whose default add-ons are newer than those of the one before (the emulator's own choice)."""

ADDONS = {
    "vpc-cni": AddonKind(version="v1.21.1-eksbuild.1", earlier="v1.20.4-eksbuild.2"),
    "kube-proxy": AddonKind(version=".0-eksbuild.2", follows_kubernetes=True),
    "coredns": AddonKind(version="v1.13.1-eksbuild.1", earlier="v1.12.4-eksbuild.1", needs_nodes=True),
    "eks-pod-identity-agent": AddonKind(version="v1.3.10-eksbuild.1", earlier="v1.3.9-eksbuild.3"),
    "metrics-server": AddonKind(version="v0.8.1-eksbuild.1", earlier="v0.8.0-eksbuild.4", needs_nodes=True),
    "fluent-bit": AddonKind(version="v4.1.0-eksbuild.1", earlier="v4.0.1-eksbuild.1", namespace="fluent-bit"),
    "amazon-cloudwatch-observability": AddonKind(
        version="v4.7.0-eksbuild.1",
        earlier="v4.6.0-eksbuild.1",
        namespace="amazon-cloudwatch",
        needs_nodes=True,
    ),
}


def addon_version(name: str, kubernetes_version: str) -> str:
    """EKS's default version of add-on `name` for a cluster of `kubernetes_version`."""
    kind = ADDONS[name]
    if kind.follows_kubernetes:
        return f"v{kubernetes_version}{kind.version}"
    return kind.version if _ORDER.index(kubernetes_version) >= _ORDER.index(NEWER_FROM) else kind.earlier


def addon_versions(name: str, kubernetes_version: str) -> tuple[str, ...]:
    """All versions of add-on `name` that fit a cluster of `kubernetes_version`, the newest first."""
    kind, distance = ADDONS[name], _ORDER.index(kubernetes_version) - _ORDER.index(NEWER_FROM)
    if kind.follows_kubernetes:
        return (addon_version(name, kubernetes_version),)
    fitting = {kind.version: distance >= -1, kind.earlier: distance <= 0}
    return tuple(version for version, fits in fitting.items() if fits)


_ORDER = list(VERSIONS)
