"""The Kubernetes API of the emulated clusters: objects checked and kept, nothing run."""

from privatelink_ingress.local.kubernetes.errors import KubernetesError
from privatelink_ingress.local.kubernetes.store import KubernetesStore

__all__ = ["KubernetesError", "KubernetesStore"]
