"""A cluster's Ingresses and Services, which route requests behind the controller's node port."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.ingresses import model

Object = Mapping[str, Any]

ClusterKey = tuple[str, str, str]
"""Account, Region and name of an EKS cluster: its name is unique in one Region of one account alone."""

KINDS = frozenset({"EndpointSlice", "Ingress", "IngressClass", "Service"})
"""Kinds that `read` looks at."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class IngressPath:
    """One path of a host, and its Service."""

    path: str
    exact: bool
    """Otherwise a plain prefix, as in nginx: `/v1` is a prefix of `/v1beta`."""
    regex: str = ""
    """`case_sensitive` or `case_insensitive` for an expression (`nginx.org/path-regex`)."""
    service: str
    port: str
    """Number or name of the Service's port."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ingress:
    """An Ingress of any class."""

    namespace: str
    name: str
    class_name: str
    """Empty without a class."""
    hosts: Mapping[str, tuple[IngressPath, ...]]
    """Paths by host; the empty host matches all other hosts."""
    tls_hosts: frozenset[str] = frozenset()
    """Hosts of `spec.tls`."""
    role: model.Role = "plain"
    """A `master` has a host, and its `minion`s have the paths (`nginx.org/mergeable-ingress-type`)."""
    websocket_services: frozenset[str] = frozenset()
    """Services to which the controller passes WebSockets on (`nginx.org/websocket-services`)."""
    grpc_services: frozenset[str] = frozenset()
    """Services to which it speaks gRPC (`nginx.org/grpc-services`)."""

    @property
    def label(self) -> str:
        """`<namespace>/<name>`."""
        return f"{self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubernetesService:
    """A Service."""

    ports: tuple[str, ...]
    """Numbers and names of its ports."""
    ready: int | None
    """Number of ready endpoints; None when unknown."""
    node_ports: tuple[int, ...] = ()
    """Ports of every node at which it answers."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClusterObjects:
    """One cluster's objects, as read."""

    classes: Mapping[str, str]
    """The controller by name of the IngressClass, from its `spec.controller`."""
    ingresses: tuple[Ingress, ...]
    """The oldest first: it serves a host that several name."""
    services: Mapping[str, KubernetesService]
    """By `<namespace>/<name>`."""
    unread: frozenset[str] = frozenset()
    """Kinds of `KINDS` that the reader may not list: nothing follows from an object that is not here."""

    def service(self, ingress: Ingress, path: IngressPath) -> KubernetesService | None:
        """A path's Service, if it exists."""
        return self.services.get(f"{ingress.namespace}/{path.service}")


def read_all(clusters: Mapping[ClusterKey, Iterable[Object]]) -> Mapping[ClusterKey, ClusterObjects]:
    """The models of several clusters."""
    return {cluster: read(objects) for cluster, objects in clusters.items()}


def read(objects: Iterable[Object], unread: Iterable[str] = ()) -> ClusterObjects:
    """The model of objects as the API server has them, in the order of their creation; `unread` are missing kinds."""
    every = list(objects)
    ready = _ready(every)
    return ClusterObjects(
        classes={
            obj["metadata"]["name"]: (obj.get("spec") or {}).get("controller", "")
            for obj in every
            if obj["kind"] == "IngressClass"
        },
        ingresses=tuple(_ingress(obj) for obj in every if obj["kind"] == "Ingress"),
        services={
            label: KubernetesService(ports=_ports(obj), ready=ready.get(label), node_ports=_node_ports(obj))
            for obj in every
            if obj["kind"] == "Service" and (label := _label(obj))
        },
        unread=frozenset(unread),
    )


def _ingress(obj: Object) -> Ingress:
    spec, metadata = obj["spec"], obj["metadata"]
    regex = model.annotations_of(obj).get(model.PATH_REGEX, "")
    hosts: dict[str, tuple[IngressPath, ...]] = {}
    for rule in spec.get("rules") or ():
        paths = tuple(_path(path, regex) for path in (rule.get("http") or {}).get("paths") or ())
        hosts[rule.get("host") or ""] = hosts.get(rule.get("host") or "", ()) + paths
    if default := spec.get("defaultBackend"):
        whole = _path({"path": "/", "backend": default})
        hosts = {host: (*paths, whole) for host, paths in hosts.items()} or {"": (whole,)}
    return Ingress(
        namespace=metadata["namespace"],
        name=metadata["name"],
        class_name=model.class_of(obj),
        hosts=hosts,
        tls_hosts=frozenset(host for entry in spec.get("tls") or () for host in entry.get("hosts") or ()),
        role=model.role(obj),
        websocket_services=frozenset(model.annotations_of(obj).get(model.WEBSOCKETS, "").split(",")),
        grpc_services=frozenset(model.annotations_of(obj).get(model.GRPC, "").split(",")),
    )


def _path(path: Object, regex: str = "") -> IngressPath:
    service = path["backend"].get("service") or {}
    port = service.get("port") or {}
    return IngressPath(
        path=path.get("path") or "/",
        exact=path.get("pathType") == "Exact" or regex == "exact",
        regex=regex if regex.startswith("case_") else "",
        service=service.get("name", ""),
        port=str(port.get("number") or port.get("name") or ""),
    )


def _ports(service: Object) -> tuple[str, ...]:
    ports = service["spec"].get("ports") or ()
    return tuple(str(value) for port in ports for value in (port.get("port"), port.get("name")) if value)


def _node_ports(service: Object) -> tuple[int, ...]:
    return tuple(port["nodePort"] for port in service["spec"].get("ports") or () if port.get("nodePort"))


def _ready(objects: Iterable[Object]) -> dict[str, int]:
    """Ready endpoints by Service. A Service without a slice is absent: its pods are unknown."""
    ready: dict[str, int] = {}
    for obj in objects:
        if obj["kind"] != "EndpointSlice":
            continue
        name = (obj["metadata"].get("labels") or {}).get("kubernetes.io/service-name", "")
        label = f"{obj['metadata']['namespace']}/{name}"
        # No condition means ready: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready
        conditions = [endpoint.get("conditions") or {} for endpoint in obj.get("endpoints") or ()]
        ready[label] = ready.get(label, 0) + sum(condition.get("ready") is not False for condition in conditions)
    return ready


def _label(obj: Object) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"
