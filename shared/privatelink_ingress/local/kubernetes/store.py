"""The objects of every emulated cluster, in the process that runs the local cloud."""

from __future__ import annotations

import base64
import copy
import datetime
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from privatelink_ingress.local.kubernetes import immutable, node_ports, pod_security, schemas, validation
from privatelink_ingress.local.kubernetes.errors import KubernetesError

Object = dict[str, Any]
Key = tuple[str, str, str, str]

CLUSTER_SCOPED = {
    "APIService",
    "CSIDriver",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
}
OWN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Namespaces that every cluster has from its creation."""
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""RFC 1123 subdomain, which the API server requires of most names."""
LOOSE_NAMES = {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}
"""Kinds whose names may hold colons and capitals: `system:node`."""


def version_at(server: str) -> str | None:
    """The Kubernetes version of the emulated EKS cluster whose endpoint is `server`, or None without such a cluster."""
    from moto.eks.models import eks_backends

    for regions in list(eks_backends.values()):
        for backend in list(regions.values()):
            for cluster in list(backend.clusters.values()):
                if cluster.endpoint == server:
                    return cluster.version
    return None


class KubernetesStore:
    """Objects by cluster. A cluster's key is its API server's URL, as in a kubeconfig.

    Nothing runs: no pod is scheduled, no controller acts, no status is invented.
    """

    def __init__(self, version_of: Callable[[str], str | None] = version_at) -> None:
        """`version_of` returns a cluster's minor version, or None when the cluster does not exist."""
        self._version_of = version_of
        self._lock = threading.RLock()
        self._objects: dict[str, dict[Key, Object]] = {}

    def create(self, server: str, obj: Mapping[str, Any]) -> Object:
        """Check and store an object; returns it with the API server's defaults.

        Raises:
            KubernetesError: AlreadyExists; NotFound for the namespace or the kind; Invalid for a field; Forbidden by
                Pod Security; ServiceUnavailable when the cluster does not exist.
        """
        with self._lock:
            objects, version = self._cluster(server)
            made: Object = copy.deepcopy(dict(obj))
            schemas.check(made, version)
            kind, metadata = made["kind"], made.setdefault("metadata", {})
            _check_name(kind, metadata)
            validation.check(made)
            if kind not in CLUSTER_SCOPED:
                metadata.setdefault("namespace", "default")
                if ("", "Namespace", "", metadata["namespace"]) not in objects:
                    raise KubernetesError("NotFound", f'namespaces "{metadata["namespace"]}" not found')
            key = _key(made["apiVersion"], kind, metadata.get("namespace", ""), metadata["name"])
            if key in objects:
                raise KubernetesError("AlreadyExists", f'{_resource(key)} "{metadata["name"]}" already exists')
            self._admit(objects, made)
            now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now, "resourceVersion": str(len(objects) + 1)}
            objects[key] = made
            return copy.deepcopy(made)

    def replace(self, server: str, obj: Mapping[str, Any], namespace: str = "") -> Object:
        """Check an object and replace the one with its name; fields that the API server set stay.

        Raises:
            KubernetesError: NotFound when it does not exist; as for `create`; Invalid for an immutable field.
        """
        with self._lock:
            wanted = copy.deepcopy(dict(obj))
            named = wanted["apiVersion"], wanted["kind"], wanted["metadata"]["name"], namespace
            key, objects = self._find(server, *named)
            before = objects.pop(key)
            try:
                immutable.check(before, wanted)
                made = self.create(server, node_ports.kept(before, wanted))
            except KubernetesError:
                objects[key] = before
                raise
            objects[key]["metadata"] |= {each: before["metadata"][each] for each in ("uid", "creationTimestamp")}
            return made | {"metadata": dict(objects[key]["metadata"])}

    def get(self, server: str, api_version: str, kind: str, name: str, namespace: str = "") -> Object:
        """One object; NotFound when it does not exist. Cluster-scoped kinds take no namespace."""
        with self._lock:
            key, objects = self._find(server, api_version, kind, name, namespace)
            return copy.deepcopy(objects[key])

    def list(self, server: str, kind: str = "", namespace: str = "") -> Sequence[Object]:
        """A cluster's objects in the order of their creation, optionally of one kind and in one namespace."""
        with self._lock:
            objects, _ = self._cluster(server)
            return [
                copy.deepcopy(obj)
                for (_, of_kind, in_namespace, _), obj in objects.items()
                if kind in ("", of_kind) and namespace in ("", in_namespace)
            ]

    def delete(self, server: str, api_version: str, kind: str, name: str, namespace: str = "") -> None:
        """Delete one object; deleting a namespace deletes its objects. NotFound when it does not exist."""
        with self._lock:
            key, objects = self._find(server, api_version, kind, name, namespace)
            del objects[key]
            if kind == "Namespace":
                for inside in [inside for inside in objects if inside[2] == name]:
                    del objects[inside]

    def reset(self) -> None:
        """Forget the objects of all clusters."""
        with self._lock:
            self._objects.clear()

    def _cluster(self, server: str) -> tuple[dict[Key, Object], str]:
        version = self._version_of(server)
        if version is None:
            raise KubernetesError(
                "ServiceUnavailable", f"configured Kubernetes cluster is unreachable: none at {server}"
            )
        if server not in self._objects:
            self._objects[server] = {
                ("", "Namespace", "", name): {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
                }
                for name in OWN_NAMESPACES
            }
        return self._objects[server], version

    def _find(
        self, server: str, api_version: str, kind: str, name: str, namespace: str
    ) -> tuple[Key, dict[Key, Object]]:
        objects, _ = self._cluster(server)
        key = _key(api_version, kind, "" if kind in CLUSTER_SCOPED else namespace or "default", name)
        if key not in objects:
            raise KubernetesError("NotFound", f'{_resource(key)} "{name}" not found')
        return key, objects

    def _admit(self, objects: dict[Key, Object], obj: Object) -> None:
        match obj["kind"]:
            case "Namespace":
                obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = obj["metadata"]["name"]
            case "Secret":
                _encode(obj)
            case "Service":
                node_ports.allocate(obj, [other for key, other in objects.items() if key[1] == "Service"])
            case "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet":
                _check_selector(obj)
                _check_account(objects, obj, obj["spec"]["template"]["spec"])
                pod_security.admit(
                    objects["", "Namespace", "", obj["metadata"]["namespace"]], obj, obj["spec"]["template"]["spec"]
                )
                if obj["kind"] != "DaemonSet":
                    obj["spec"].setdefault("replicas", 1)
            case "Job":
                pod_security.admit(
                    objects["", "Namespace", "", obj["metadata"]["namespace"]], obj, obj["spec"]["template"]["spec"]
                )
            case "Pod":
                _check_security(objects, obj, obj["spec"])


def _key(api_version: str, kind: str, namespace: str, name: str) -> Key:
    group = api_version.split("/")[0] if "/" in api_version else ""
    return group, kind, namespace, name


def _resource(key: Key) -> str:
    """`deployments.apps`, as the API server names the resource of a kind."""
    word = key[1].lower()
    plural = word[:-1] + "ies" if word.endswith("y") else word + ("es" if word.endswith("s") else "s")
    return f"{plural}.{key[0]}" if key[0] else plural


def _check_name(kind: str, metadata: Mapping[str, Any]) -> None:
    name = metadata.get("name", "")
    if not name:
        raise KubernetesError("Invalid", f'{kind} "" is invalid: metadata.name: Required value: name is required')
    limit = 63 if kind in ("Namespace", "Service") else 253
    if len(name) > limit or (kind not in LOOSE_NAMES and not NAME.fullmatch(name)):
        rule = f"at most {limit} lower case letters, digits, '-' or '.', beginning and ending with a letter or digit"
        raise KubernetesError("Invalid", f'{kind} "{name}" is invalid: metadata.name: Invalid value: "{name}": {rule}')


def _encode(secret: Object) -> None:
    """`stringData` becomes `data`: the API server never returns `stringData`."""
    text = secret.pop("stringData", None) or {}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in text.items()}
    secret["data"] = (secret.get("data") or {}) | encoded
    secret.setdefault("type", "Opaque")


def _check_selector(obj: Mapping[str, Any]) -> None:
    wanted = obj["spec"]["selector"].get("matchLabels") or {}
    labels = (obj["spec"]["template"].get("metadata") or {}).get("labels") or {}
    if not wanted.items() <= labels.items():
        raise KubernetesError(
            "Invalid",
            f'{obj["kind"]} "{obj["metadata"]["name"]}" is invalid: spec.template.metadata.labels: '
            f"Invalid value: {labels}: `selector` does not match template `labels`",
        )


def _check_account(objects: Mapping[Key, Object], obj: Mapping[str, Any], pod: Mapping[str, Any]) -> None:
    """Refuse pods of a missing service account; every namespace has `default` from its creation."""
    name, namespace = pod.get("serviceAccountName", "default"), obj["metadata"]["namespace"]
    if name != "default" and ("", "ServiceAccount", namespace, name) not in objects:
        raise KubernetesError(
            "Forbidden",
            f'pods of {obj["kind"]} "{obj["metadata"]["name"]}" are forbidden: error looking up service account '
            f'{namespace}/{name}: serviceaccount "{name}" not found',
        )


def _check_security(objects: Mapping[Key, Object], obj: Mapping[str, Any], pod: Mapping[str, Any]) -> None:
    pod_security.admit(objects["", "Namespace", "", obj["metadata"]["namespace"]], obj, pod)
