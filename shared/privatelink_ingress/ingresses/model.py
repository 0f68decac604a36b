"""Ingress manifests as the rules read them, and what a workload decides about them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

Manifest = Mapping[str, Any]

CLASS = "nginx"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""Named the class before the field existed. The controller still reads it, before the field."""
MERGEABLE = "nginx.org/mergeable-ingress-type"
"""Lets several Ingresses share a host: one `master` and its `minion`s."""
PATH_REGEX, REWRITES, REWRITE_TARGET = "nginx.org/path-regex", "nginx.org/rewrites", "nginx.org/rewrite-target"
WEBSOCKETS = "nginx.org/websocket-services"
GRPC = "nginx.org/grpc-services"
SKIP_AWAIT = "pulumi.com/skipAwait"

MASTER, MINION, PLAIN = "master", "minion", "plain"
Role = Literal["plain", "master", "minion"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conventions:
    """What the stack files decide about the Ingresses of a cluster."""

    protocol: Literal["http", "https"] = "http"
    """How the edge speaks to the controller (`publication.protocol`)."""
    http2: bool = False
    """Whether the controller speaks HTTP/2 and gRPC (`publication.http2`)."""
    ingress_tls: bool = False
    """Whether the controller reads Secrets (`controller.ingressTls`)."""
    namespaces: tuple[str, ...] | None = None
    """The namespaces that it serves; None for all (`controller.watch`)."""
    health_path: str = "/nginx-health"
    """The path that it answers itself (`publication.healthPath`)."""
    redirect_http: bool = False
    """Whether the edge redirects port 80 to HTTPS (`loadBalancer.redirectHttp`); without, nothing listens there."""
    idle_timeout: int = 60
    """Seconds of silence after which the edge ends a request (`loadBalancer.idleTimeout`)."""
    largest_file_mib: int = 128
    """Most that one request body or response may take of a pod's disk, in MiB (`controller.diskGib`)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PathAt:
    """One path of an Ingress."""

    where: str
    """Such as `spec.rules[0].http.paths[1]`."""
    host: str
    path: str
    """`/` where the manifest has none."""
    type: str
    backend: Manifest

    @property
    def exact(self) -> bool:
        """Whether it is of type Exact."""
        return self.type == "Exact"


def metadata(manifest: Manifest) -> Manifest:
    """The manifest's metadata."""
    return manifest.get("metadata") or {}


def annotations_of(manifest: Manifest) -> Mapping[str, str]:
    """The manifest's annotations by name; null is an empty text to the API server."""
    given = metadata(manifest).get("annotations") or {}
    return {key: "" if given[key] is None else given[key] for key in sorted(given)}


def annotation_field(key: str) -> str:
    """Where a message places an annotation."""
    return f"metadata.annotations[{shown(key, 330)}]"


def spec(ingress: Manifest) -> Manifest:
    """The Ingress's spec."""
    return ingress.get("spec") or {}


def rules(ingress: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Each rule with its place."""
    for index, rule in enumerate(spec(ingress).get("rules") or ()):
        yield f"spec.rules[{index}]", rule or {}  # null is an empty one to the API server


def paths_of(where: str, rule: Manifest) -> Iterator[PathAt]:
    """The paths of the rule at `where`."""
    for index, given in enumerate((rule.get("http") or {}).get("paths") or ()):
        path = given or {}
        yield PathAt(
            where=f"{where}.http.paths[{index}]",
            host=rule.get("host") or "",
            path=path.get("path") or "/",
            type=path.get("pathType") or "",
            backend=path.get("backend") or {},
        )


def paths(ingress: Manifest) -> Iterator[PathAt]:
    """All paths of the Ingress."""
    for where, rule in rules(ingress):
        yield from paths_of(where, rule)


def backends(ingress: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Each backend with its place, the default one first."""
    default = spec(ingress).get("defaultBackend")
    if default is not None:
        yield "spec.defaultBackend", default
    for path in paths(ingress):
        yield f"{path.where}.backend", path.backend


def services(ingress: Manifest) -> tuple[str, ...]:
    """The Services that the Ingress names, in order."""
    named = ((backend.get("service") or {}).get("name") for _, backend in backends(ingress))
    return tuple(dict.fromkeys(name for name in named if name))


def tls(ingress: Manifest) -> list[Manifest]:
    """The entries of `spec.tls`."""
    return [entry or {} for entry in spec(ingress).get("tls") or ()]


def hosts(ingress: Manifest) -> Iterator[tuple[str, str]]:
    """Field and host of each rule that names one."""
    return ((f"{where}.host", rule["host"]) for where, rule in rules(ingress) if rule.get("host"))


def role(ingress: Manifest) -> Role:
    """What the Ingress is, or is meant to be, among those that share a host; the controller rejects other values."""
    value = annotations_of(ingress).get(MERGEABLE)
    word = value.strip().lower() if isinstance(value, str) else ""
    if word.startswith("mas"):
        return "master"
    return "minion" if word.startswith("min") else "plain"


def class_of(ingress: Manifest) -> str:
    """The class that the controller goes by: the annotation's, then the field's; empty without one."""
    return annotations_of(ingress).get(CLASS_ANNOTATION) or spec(ingress).get("ingressClassName") or ""


def is_served(ingress: Manifest) -> bool:
    """Whether the Ingress is of the controller's class."""
    return class_of(ingress) == CLASS


def label(manifest: Manifest) -> str:
    """`<namespace>/<name>`, or the name alone of a manifest that gets its namespace later."""
    given = metadata(manifest)
    name = given.get("name") or given.get("generateName") or "(no name)"
    return "/".join(_short(part) for part in (given.get("namespace"), name) if part)


def _short(name: object) -> str:
    text = str(name) if isinstance(name, str | int | float) else "(no name)"
    return text if len(text) <= 80 else f"{text[:79]}…"


def shown(value: object, limit: int = 80) -> str:
    """A value as text of one short line, quoted, without control characters."""
    text = json.dumps(value if isinstance(value, str) else str(value), ensure_ascii=False)
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text if len(text) <= limit else f'{text[: limit - 4]}…"'
