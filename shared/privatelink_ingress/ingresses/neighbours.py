"""Services and Secrets in the same files, against the Ingresses that name them.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `createUpstream` and `generateBasicAuthConfig` in
`internal/configs/ingress.go`, `internal/k8s/secrets/validation.go`, `createIngressEx` in `internal/k8s/controller.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.ingresses.model import (
    WEBSOCKETS,
    Conventions,
    Manifest,
    annotation_field,
    annotations_of,
    backends,
    label,
    metadata,
    shown,
    tls,
)
from privatelink_ingress.problems import Problem, nearest

_AUTH = "nginx.org/basic-auth-secret"
_HTPASSWD = "nginx.org/htpasswd"
_TLS_KEYS = ("tls.crt", "tls.key")


class Neighbours:
    """The other objects of the files, by kind, namespace and name."""

    def __init__(self, manifests: Sequence[Manifest]) -> None:
        self._found: dict[tuple[str, str, str], Manifest] = {}
        for one in manifests:
            kind, given = one.get("kind"), one.get("metadata")
            if kind in ("Service", "Secret") and isinstance(given, Mapping) and isinstance(given.get("name"), str):
                self._found[(kind, str(given.get("namespace") or ""), given["name"])] = one

    def get(self, kind: str, ingress: Manifest, name: str) -> Manifest | None:
        """The object that the Ingress means; a manifest without a namespace gets the Ingress's later."""
        namespace = metadata(ingress).get("namespace") or ""
        return self._found.get((kind, namespace, name)) or self._found.get((kind, "", name))

    def elsewhere(self, kind: str, ingress: Manifest, name: str) -> str:
        """A namespace that has such an object, where the Ingress's own has none in these files; empty otherwise."""
        if self.get(kind, ingress, name) is not None or not metadata(ingress).get("namespace"):
            return ""
        return next((given for one, given, its in self._found if (one, its) == (kind, name)), "")

    def names(self, kind: str, ingress: Manifest) -> list[str]:
        """Of all that the Ingress could mean."""
        namespace = metadata(ingress).get("namespace") or ""
        return [name for one, given, name in self._found if one == kind and given in (namespace, "")]


def problems(ingress: Manifest, conventions: Conventions, neighbours: Neighbours) -> Iterator[Problem]:
    """What is wrong with the Ingress because of them, or because of Secrets that nobody reads."""
    yield from _services(ingress, neighbours)
    yield from _basic_auth(ingress, conventions, neighbours)
    if conventions.ingress_tls:
        for index, entry in enumerate(tls(ingress)):
            secret = neighbours.get("Secret", ingress, entry.get("secretName") or "")
            if secret is not None and secret.get("type") != "kubernetes.io/tls":
                reason = f"is a Secret of type {secret.get('type') or 'Opaque'}: TLS is refused for these hosts"
                yield Problem(f"spec.tls[{index}].secretName", reason, "Write type: kubernetes.io/tls in the Secret.")
            elif secret is not None and (missing := [key for key in _TLS_KEYS if key not in _keys(secret)]):
                reason = f"is a Secret without {' and '.join(missing)}: the API server or the controller refuses it"
                write = "Write certificate and key (kubectl create secret tls NAME --cert FILE --key FILE)."
                yield Problem(f"spec.tls[{index}].secretName", reason, write)


def advice(ingress: Manifest, neighbours: Neighbours) -> Iterator[Problem]:
    """Services that are not in the files, where one of nearly the same name is."""
    known = neighbours.names("Service", ingress)
    for where, backend in backends(ingress):
        name = (backend.get("service") or {}).get("name")
        service = neighbours.get("Service", ingress, name or "")
        if service is not None and isinstance(service.get("spec"), Mapping):
            yield from _http2(f"{where}.service.port", service, backend["service"].get("port") or {})
        if name and name not in known and (near := nearest(name, known, cutoff=0.8)):
            reason = f"is {name}, which is not among the Services of these files"
            yield Problem(f"{where}.service.name", reason, f"Did you mean {near}?")
        elif name and (namespace := neighbours.elsewhere("Service", ingress, name)):
            reason = f"is {name}, which these files have in namespace {namespace}, not in the Ingress's own"
            yield Problem(f"{where}.service.name", reason, f"Move one of the two, or write a minion in {namespace}.")


def _http2(where: str, service: Manifest, wanted: Manifest) -> Iterator[Problem]:
    port = _asked(service, wanted)
    if port and port.get("appProtocol") in _HTTP2_PROTOCOLS:
        reason = (
            f"is a port of appProtocol {port['appProtocol']}, which the controller does not read: it speaks HTTP/1.1"
        )
        yield Problem(where, reason, "Let the application speak HTTP/1.1 on this port as well, or name one that does.")


def _services(ingress: Manifest, neighbours: Neighbours) -> Iterator[Problem]:
    for where, backend in backends(ingress):
        wanted = backend.get("service") or {}
        service = neighbours.get("Service", ingress, wanted.get("name") or "")
        if service is None or not isinstance(service.get("spec"), Mapping):
            continue
        given = service["spec"]
        if given.get("type") == "ExternalName":
            reason = (
                f"is {wanted['name']}, of type ExternalName, which takes a resolver and NGINX Plus, and neither is "
                f"here: "
                "the controller answers 502"
            )
            write = "Write a Service with a selector; or one without, and an EndpointSlice with the addresses."
            yield Problem(f"{where}.service.name", reason, write)
            continue
        yield from _port(f"{where}.service.port", service, wanted.get("port") or {})
        yield from _protocol(ingress, f"{where}.service.port", service, wanted)


_TLS_PROTOCOLS, _WEBSOCKET_PROTOCOLS = ("https", "kubernetes.io/wss"), ("kubernetes.io/ws", "kubernetes.io/wss")
_HTTP2_PROTOCOLS = ("kubernetes.io/h2c", "h2c", "h2", "http2", "grpc", "grpcs")


def _protocol(ingress: Manifest, where: str, service: Manifest, wanted: Manifest) -> Iterator[Problem]:
    """What a port says that it speaks, and the controller does not read: it goes by annotations alone.

    No file of the release reads `appProtocol`; github.com/nginx/kubernetes-ingress, issue 9656, asks for it.
    """
    port = _asked(service, wanted.get("port") or {})
    spoken = port.get("appProtocol") if port else None
    for protocols, annotation, effect in (
        (_TLS_PROTOCOLS, "nginx.org/ssl-services", "speaks plain HTTP to it, which it answers with 400"),
        (_WEBSOCKET_PROTOCOLS, WEBSOCKETS, "passes no WebSocket to it"),
    ):
        listed = annotations_of(ingress).get(annotation)
        names = listed.split(",") if isinstance(listed, str) else []
        if spoken in protocols and wanted["name"] not in names:
            reason = f"is a port of appProtocol {spoken}, which the controller does not read: it {effect}"
            yield Problem(where, reason, f"Write {annotation}: {','.join([*names, wanted['name']])}.")


def _asked(service: Manifest, wanted: Manifest) -> Manifest | None:
    """The Service's port that the Ingress names."""
    ports = [one for one in service["spec"].get("ports") or () if isinstance(one, Mapping)]
    key, asked = ("name", wanted.get("name")) if wanted.get("name") else ("port", wanted.get("number"))
    return next((one for one in ports if one.get(key) == asked), None)


def _port(where: str, service: Manifest, wanted: Manifest) -> Iterator[Problem]:
    ports = [one for one in service["spec"].get("ports") or () if isinstance(one, Mapping)]
    key = "name" if wanted.get("name") else "port"
    asked = str(wanted.get("name") or wanted.get("number"))
    known = {str(one.get(key)): one for one in ports if one.get(key)}
    if asked not in known:
        reason = f"is {asked}, which Service {label(service)} does not have: the controller answers 502"
        write = f"Write one of {', '.join(known)}." if known else "Write its number."
        yield Problem(where, reason, write if ports else "Write ports in the Service.")
    elif known[asked].get("protocol") not in (None, "TCP"):
        reason = (
            f"is {asked}, which is {known[asked]['protocol']} in Service {label(service)}: the controller answers 502"
        )
        yield Problem(where, reason, "Name a port of protocol TCP.")


def _basic_auth(ingress: Manifest, conventions: Conventions, neighbours: Neighbours) -> Iterator[Problem]:
    name = annotations_of(ingress).get(_AUTH)
    if not isinstance(name, str):
        return
    if not conventions.ingress_tls:
        reason = (
            f"is {shown(name)}, a Secret that the controller has no right to read: the hosts answer every request with "
            "403 or 500"
        )
        write = (
            "Set controller.ingressTls: true in the workload's stack file, which lets the controller read Secrets; "
            "or let the application check passwords."
        )
        yield Problem(annotation_field(_AUTH), reason, write)
        return
    secret = neighbours.get("Secret", ingress, name)
    if secret is None:
        return
    if secret.get("type") != _HTPASSWD:
        reason = (
            f"is a Secret of type {secret.get('type') or 'Opaque'}: the controller answers every request with 403 or "
            f"500"
        )
        yield Problem(annotation_field(_AUTH), reason, f"Write type: {_HTPASSWD} in the Secret.")
    if "htpasswd" not in _keys(secret):
        reason = "is a Secret without users in its key htpasswd: the controller answers every request with 403 or 500"
        yield Problem(annotation_field(_AUTH), reason, "Write the users under the key htpasswd (htpasswd -n NAME).")


def _keys(secret: Manifest) -> set[str]:
    """Of the Secret's values that are not empty."""
    parts = [secret.get(part) for part in ("data", "stringData")]
    return {key for part in parts if isinstance(part, Mapping) for key, value in part.items() if value}
