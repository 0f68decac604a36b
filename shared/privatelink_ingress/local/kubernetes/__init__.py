"""The Kubernetes API of the emulated clusters: it checks and stores objects, and runs nothing."""

from privatelink_ingress.local.kubernetes.errors import KubernetesError
from privatelink_ingress.local.kubernetes.store import KubernetesStore

__all__ = ["KubernetesError", "KubernetesStore"]
