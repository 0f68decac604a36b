"""Services, Secrets and custom resources in the same files, against the Ingresses that name them.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `createUpstream` and `generateBasicAuthConfig` in
`internal/configs/ingress.go`, `internal/k8s/secrets/validation.go`, `createIngressEx` in `internal/k8s/controller.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.ingresses.annotations import ANNOTATIONS
from privatelink_ingress.ingresses.model import (
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
F5_GROUPS = ("k8s.nginx.org/", "appprotect.f5.com/", "appprotectdos.f5.com/", "externaldns.nginx.org/")
"""API groups of the custom resources of F5's controller, none of which is installed."""


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


def advice(ingress: Manifest, neighbours: Neighbours) -> Iterator[Problem]:
    """Services that are not in the files, where one of nearly the same name is."""
    known = neighbours.names("Service", ingress)
    for where, backend in backends(ingress):
        name = (backend.get("service") or {}).get("name")
        if name and name not in known and (near := nearest(name, known, cutoff=0.8)):
            reason = f"is {name}, which is not among the Services of these files"
            yield Problem(f"{where}.service.name", reason, f"Did you mean {near}?")


def refused(manifest: Manifest) -> Iterator[Problem]:
    """Custom resources of F5's controller: the API server of this cluster does not know them."""
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if isinstance(version, str) and version.startswith(F5_GROUPS) and isinstance(kind, str) and kind != "List":
        reason = (
            f'cannot be applied (no matches for kind "{kind}"): custom resources of F5\'s controller are not installed'
        )
        write = "Write Ingresses of networking.k8s.io/v1 for routes."
        if kind == "Policy":
            write = str(ANNOTATIONS["nginx.org/policies"].instead).replace("Remove it, and protect", "Protect")
        yield Problem("kind", reason, write)


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
        ports = [one for one in given.get("ports") or () if isinstance(one, Mapping)]
        port = wanted.get("port") or {}
        known = [str(one.get("name" if port.get("name") else "port")) for one in ports]
        asked = str(port.get("name") or port.get("number"))
        if ports and asked not in known:
            reason = f"is {asked}, which Service {label(service)} does not have: the controller answers 502"
            write = (
                f"Write one of {', '.join(one for one in known if one != 'None')}."
                if any(known)
                else "Write its number."
            )
            yield Problem(f"{where}.service.port", reason, write)


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
    keys = {key for part in ("data", "stringData") for key in secret.get(part) or ()}
    if "htpasswd" not in keys:
        reason = "is a Secret without the key htpasswd: the controller answers every request with 403 or 500"
        yield Problem(annotation_field(_AUTH), reason, "Write the users under the key htpasswd (htpasswd -n NAME).")
