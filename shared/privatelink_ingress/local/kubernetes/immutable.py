"""Fields that the API server never changes in an existing object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.kubernetes.errors import KubernetesError

FIELDS: Mapping[str, tuple[str, ...]] = {
    "ClusterRoleBinding": ("roleRef",),
    "Deployment": ("spec.selector",),
    "IngressClass": ("spec.controller",),
    "Job": ("spec.selector", "spec.template", "spec.completions"),
    "RoleBinding": ("roleRef",),
    "Secret": ("type",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
}
"""By kind, as dotted paths. Source: the validation of updates in kubernetes/kubernetes, pkg/apis."""


def check(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to change such a field, and the data of an object that is marked immutable.

    Raises:
        KubernetesError: Invalid, with the field.
    """
    kind, name = wanted["kind"], wanted["metadata"]["name"]
    paths = FIELDS.get(kind, ())
    if before.get("immutable"):
        paths = (*paths, "data", "binaryData", "immutable")
    for path in paths:
        if _at(before, path) != _at(wanted, path):
            raise KubernetesError("Invalid", f'{kind} "{name}" is invalid: {path}: field is immutable')


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
