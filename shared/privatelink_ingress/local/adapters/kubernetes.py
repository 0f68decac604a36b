"""Every Kubernetes object: `kubernetes:<group>/<version>:<Kind>`, one adapter for all."""

from __future__ import annotations

import copy
import functools
import uuid
from typing import Any

from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Created, Kubernetes, Properties
from privatelink_ingress.local.kubernetes import KubernetesError
from privatelink_ingress.local.kubernetes.store import CLUSTER_SCOPED


@functools.cache
def kubernetes_adapter(type_: str) -> Adapter:
    """The adapter of a Kubernetes type, such as `kubernetes:apps/v1:Deployment`.

    Raises:
        AdapterError: for a type that is not one object: a chart, a directory of files, a patch.
    """
    api_version, kind = _group_version_kind(type_)

    def create(target: Any, inputs: Properties) -> Created:
        return _create(target, type_, api_version, kind, inputs)

    def delete(target: Any, id_: str, outputs: Properties) -> None:
        namespace, _, name = id_.rpartition("/")
        try:
            target.store.delete(target.server, api_version, kind, name, namespace)
        except KubernetesError as refusal:
            raise _refused(type_, refusal) from None

    return Adapter(create, delete)


def _group_version_kind(type_: str) -> tuple[str, str]:
    parts = type_.split(":")
    if len(parts) != 3 or "/" not in parts[1] or parts[2].endswith("Patch") or parts[1].startswith(("helm.sh", "yaml")):
        raise AdapterError(f"the local cloud has no adapter for {type_}: it takes single Kubernetes objects only")
    group_version, kind = parts[1], parts[2]
    return group_version.removeprefix("core/"), kind


def replace_object(target: Kubernetes, type_: str, id_: str, inputs: Properties) -> Properties:
    """Update an object: defaults of the API server stay, and changes to immutable fields are refused.

    Raises:
        AdapterError: the API server refuses.
    """
    api_version, kind = _group_version_kind(type_)
    namespace, _, name = id_.rpartition("/")
    obj = _object(target, type_, api_version, kind, inputs)
    obj["metadata"]["name"] = name
    try:
        return target.store.replace(target.server, obj, namespace)
    except KubernetesError as refusal:
        raise _refused(type_, refusal) from None


def read_object(target: Kubernetes, type_: str, id_: str) -> Properties | None:
    """An object's current state; None when it no longer exists."""
    api_version, kind = _group_version_kind(type_)
    namespace, _, name = id_.rpartition("/")
    try:
        return target.store.get(target.server, api_version, kind, name, namespace)
    except KubernetesError as refusal:
        if refusal.reason == "NotFound":
            return None
        raise _refused(type_, refusal) from None


def _create(target: Kubernetes, type_: str, api_version: str, kind: str, inputs: Properties) -> Created:
    obj = _object(target, type_, api_version, kind, inputs)
    # Pulumi's provider derives a name from the resource's; here the suffix makes it unique.
    obj["metadata"].setdefault("name", f"{kind.lower()}-{uuid.uuid4().hex[:8]}")
    try:
        made = target.store.create(target.server, obj)
    except KubernetesError as refusal:
        raise _refused(type_, refusal) from None
    name, namespace = made["metadata"]["name"], made["metadata"].get("namespace", "")
    return Created(f"{namespace}/{name}" if namespace else name, made)


def _object(target: Kubernetes, type_: str, api_version: str, kind: str, inputs: Properties) -> Properties:
    """The object in the inputs, with kind and namespace."""
    obj = copy.deepcopy(inputs)
    for name, wanted in (("apiVersion", api_version), ("kind", kind)):
        if obj.setdefault(name, wanted) != wanted:
            raise AdapterError(f"{type_}: `{name}` is {obj[name]}, but the type is of {wanted}")
    metadata = obj.setdefault("metadata", {})
    if kind not in CLUSTER_SCOPED:
        metadata.setdefault("namespace", target.namespace)
    return _integers(obj)


def _integers(value: Any) -> Any:
    """Numbers reach a provider as floats; the schemas want integers where a number is whole."""
    match value:
        case dict():
            return {key: _integers(item) for key, item in value.items()}
        case list():
            return [_integers(item) for item in value]
        case float() if value.is_integer():
            return int(value)
    return value


def _refused(type_: str, refusal: KubernetesError) -> AdapterError:
    return AdapterError(f"{type_}: {refusal.message}", code=refusal.reason, message=refusal.message)
