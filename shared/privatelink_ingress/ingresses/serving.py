"""What keeps an Ingress, or a host of it, from being served: class, namespace, rules, backends and TLS.

Run with releases 5.5.4 and 5.6 on a Kubernetes 1.36 API server, except resource backends and TLS of masters, which are
read in github.com/nginx/kubernetes-ingress at version 5.6.0, `internal/k8s/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.ingresses.model import (
    CLASS,
    CLASS_ANNOTATION,
    MASTER,
    MINION,
    SKIP_AWAIT,
    Conventions,
    Manifest,
    annotation_field,
    annotations_of,
    backends,
    class_of,
    hosts,
    is_served,
    metadata,
    paths,
    role,
    rules,
    spec,
    tls,
)
from privatelink_ingress.problems import Problem


def wrong_class(ingress: Manifest) -> Iterator[Problem]:
    """A class that the controller does not serve."""
    if not is_served(ingress):
        given = class_of(ingress)
        reason = f"{f'is {given}' if given else 'is missing'}, so the controller ignores the Ingress, without an event"
        old = annotations_of(ingress).get(CLASS_ANNOTATION)
        where = annotation_field(CLASS_ANNOTATION) if old else "spec.ingressClassName"
        yield Problem(where, reason, f"Write ingressClassName: {CLASS}{' in its place' if old else ''}.")


def wrong_namespace(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """A namespace that the controller does not watch. A manifest without one gets its namespace later."""
    given = metadata(ingress).get("namespace")
    if given and conventions.namespaces is not None and given not in conventions.namespaces:
        known = ", ".join(conventions.namespaces)
        write = f"Write one of {known}, or add {given} to controller.watch.namespaces of the stack."
        yield Problem("metadata.namespace", f"is {given}, which the controller does not watch", write)


def wrong_rules(ingress: Manifest) -> Iterator[Problem]:
    """Rules that serve nothing, hosts that are there twice, and backends that are no Service."""
    given, default = list(rules(ingress)), spec(ingress).get("defaultBackend")
    if not given and default is not None:
        reason = "is empty, and the controller rejects an Ingress of a default backend alone"
        write = (
            "Write rules: [{http: {paths: [{path: /, pathType: Prefix, backend: …}]}}]; without a host it takes all."
        )
        yield Problem("spec.rules", reason, write)
    seen: dict[str, str] = {}
    for where, rule in given:
        host = rule.get("host") or ""
        if (first := seen.setdefault(host, where)) != where:
            reason = f"{f'is {host}' if host else 'is missing'}, as at {first}: the controller rejects the Ingress"
            yield Problem(f"{where}.host", reason, f"Move the paths to {first}.")
        if not (rule.get("http") or {}).get("paths") and default is None and role(ingress) not in (MASTER, MINION):
            write = "Write paths: [{path: /, pathType: Prefix, backend: …}]."
            yield Problem(f"{where}.http.paths", "is empty, so the host serves nothing", write)
    for where, backend in backends(ingress):
        if backend.get("resource") is not None and backend.get("service") is None:
            reason = "is a resource, and the controller takes Services alone: it rejects the Ingress"
            yield Problem(f"{where}.resource", reason, "Write service: {name: …, port: {number: …}}.")


def wrong_tls(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """TLS that the controller would not end, or that the edge would miss."""
    if role(ingress) == MINION:
        return  # a minion may have none: `mergeable`
    entries = tls(ingress)
    if conventions.protocol == "http" and not conventions.ingress_tls and len(entries):
        reason = "has no use: TLS ends at the edge, and the controller may read no Secret"
        write = "Remove it, unless the service is about to be published by HTTPS: then it must be there first."
        yield Problem("spec.tls", reason, write)
        return
    for index, entry in enumerate(entries):
        if entry.get("secretName") and not conventions.ingress_tls:
            reason = "is a Secret that the controller may not read, so it refuses TLS for these hosts"
            write = "Remove secretName and keep hosts: the controller's own certificate is enough for the edge."
            yield Problem(f"spec.tls[{index}].secretName", reason, write)
    if conventions.protocol == "https":
        covered = {host for entry in entries for host in entry.get("hosts") or ()}
        for host in sorted({host for _, host in hosts(ingress)} - covered):
            reason = f"lacks {host}, so a request for it by HTTPS, as the edge sends it, is answered 404"
            yield Problem("spec.tls", reason, f"Write tls: [{{hosts: [{host}]}}].")


def advice(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """What is served, and may still be another thing than its author meant."""
    if annotations_of(ingress).get(SKIP_AWAIT) != "true":
        reason = "is not set, so Pulumi would wait for an address that nobody writes into the status"
        yield Problem(annotation_field(SKIP_AWAIT), reason, f'If Pulumi deploys it, write {SKIP_AWAIT}: "true".')
    if CLASS_ANNOTATION in annotations_of(ingress) and spec(ingress).get("ingressClassName") is None:
        reason = "is deprecated: the API server warns of it"
        yield Problem(annotation_field(CLASS_ANNOTATION), reason, f"Write ingressClassName: {CLASS} in its place.")
    for where, rule in rules(ingress):
        if not rule.get("host") and role(ingress) != MINION:
            reason = "is missing, so the Ingress takes every host that no other Ingress has; only one may do that"
            yield Problem(f"{where}.host", reason, "Name the hosts, unless that is meant.")
    if "nginx.org/path-regex" not in annotations_of(ingress):
        yield from _prefixes(ingress, conventions)


def _prefixes(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    taken = {(path.host, path.path) for path in paths(ingress)}
    for path in paths(ingress):
        if path.exact or path.path == "/":
            continue
        field, text = f"{path.where}.path", path.path
        if path.type == "Prefix" and not text.endswith("/"):
            reason = f"is a prefix of plain text: {text} also takes {text}beta"
            if len(text) <= 80:
                write = f"If that is wrong, write {text}/ as Prefix, and {text} as Exact beside it."
                yield Problem(field, reason, write)
        elif text.endswith("/") and (path.host, text[:-1]) not in taken and (path.host, "/") not in taken:
            to = "http" if conventions.protocol == "http" else "https"
            reason = f"does not take {text[:-1]} itself: nginx redirects that to {to}://<host>{text}"
            if to == "http" and not conventions.redirect_http:
                reason += ", where the edge does not listen"
            yield Problem(field, reason, f"If clients call {text[:-1]}, write it as Exact beside it.")
