"""Annotations that only go wrong together with the rest of the Ingress, or with the way from the edge.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `internal/k8s/validation.go` (lists of Services, redirect
pairs), `internal/configs/version1/nginx.ingress.tmpl` (redirects, HSTS, `app-root`, errors). Of buffers:
`ngx_http_proxy_merge_loc_conf` in nginx's `src/http/modules/ngx_http_proxy_module.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.ingresses import grpc, targets, values
from privatelink_ingress.ingresses.model import (
    GRPC,
    MASTER,
    MINION,
    REWRITES,
    WEBSOCKETS,
    Conventions,
    Manifest,
    annotation_field,
    annotations_of,
    role,
    rules,
    services,
    shown,
    spec,
)
from privatelink_ingress.problems import Problem, suggest

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_LISTS = (GRPC, "nginx.org/ssl-services", WEBSOCKETS)
_SET_BY_CONTROLLER = (
    "host", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
)  # fmt: skip
_STICKY = "nginx.org/sticky-cookie-services"


def problems(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """Everything of that kind."""
    given = {key: value for key, value in annotations_of(ingress).items() if isinstance(value, str)}
    if role(ingress) != MASTER:
        yield from _services(ingress, given)
    yield from grpc.problems(ingress, conventions)
    yield from _redirects(given)
    yield from _way_from_the_edge(ingress, given, conventions)
    yield from _errors(ingress, given)
    yield from _buffers(given)
    yield from _files(given, conventions)
    yield from _own_headers(given)
    yield from _zones(given)


def advice(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """What works, and has a limit on this way."""
    given = annotations_of(ingress)
    for key in ("nginx.org/proxy-read-timeout", "nginx.org/proxy-send-timeout"):
        value = given.get(key)
        if isinstance(value, str) and values.DURATION.fits(value) and values.seconds(value) > conventions.idle_timeout:
            reason = f"is {value}, and the edge ends a request after {conventions.idle_timeout} s of silence with 504"
            write = "Answer earlier, or ask the platform team for loadBalancer.idleTimeout (349 s at most)."
            yield Problem(annotation_field(key), reason, write)
    if WEBSOCKETS in given:
        silent, after = conventions.idle_timeout, "60 s at the controller (nginx.org/proxy-read-timeout)"
        reason = (
            f"needs no more for WebSockets. One that is silent ends after {silent} s at the edge and {after}; "
            f"every one ends "
            "30 s after a reload of nginx"
        )
        write = "Send a ping every 30 s, and let clients connect again."
        yield Problem(annotation_field(WEBSOCKETS), reason, write)


def _services(ingress: Manifest, given: dict[str, str]) -> Iterator[Problem]:
    named = services(ingress)
    found = [(key, given[key].split(",")) for key in _LISTS if targets.SERVICES.fits(given.get(key, ""))]
    for key, parsed in ((REWRITES, targets.rewrites), (_STICKY, targets.sticky)):
        found.append((key, list(parsed(given[key]) or ()) if key in given else []))
    for key, listed in found:
        for service in listed:
            if service not in named:
                write = suggest(service, named, none="Remove it: no path leads to a Service.")
                effect = "no path uses it" if key == _STICKY else "the controller rejects the Ingress"
                reason = f"names {shown(service)}, which is not a Service of this Ingress: {effect}"
                yield Problem(annotation_field(key), reason, write)


def _redirects(given: dict[str, str]) -> Iterator[Problem]:
    source, to = "nginx.org/proxy-redirect-from", "nginx.org/proxy-redirect-to"
    if source in given and given[source] in ("off", "default") and to in given:
        reason = f"stands beside {source}: {given[source]}, which takes no target: the controller rejects the Ingress"
        yield Problem(annotation_field(to), reason, "Remove it.")
    if source in given and given[source] not in ("off", "default") and to not in given:
        reason = f"is {shown(given[source])} without {to}: the controller rejects the Ingress"
        yield Problem(annotation_field(source), reason, f"Write {to} as well.")


def _way_from_the_edge(ingress: Manifest, given: dict[str, str], conventions: Conventions) -> Iterator[Problem]:
    if role(ingress) == MINION:
        return
    plain_http = conventions.protocol == "http"
    for key in ("nginx.org/ssl-redirect", "ingress.kubernetes.io/ssl-redirect"):
        if plain_http and given.get(key) in _TRUE:
            reason = (
                "sends every request that comes by HTTP to https://<host>:443, and the edge sends all by HTTP: an "
                "endless redirect for an Ingress with spec.tls or without a host, and nothing for others"
            )
            yield Problem(annotation_field(key), reason, "Remove it: clients come by HTTPS, which ends at the edge.")
    key = "nginx.org/redirect-to-https"
    if plain_http and key in given and values.BOOL.fits(given[key]) and given[key] not in _TRUE:
        reason = "makes X-Forwarded-Proto http, so the application builds links and redirects to http://"
        yield Problem(annotation_field(key), reason, "Remove it: it is true for the whole controller.")
    hostless = any(not rule.get("host") for _, rule in rules(ingress))
    for key, port, used in (
        ("nginx.org/listen-ports", 80, plain_http),
        ("nginx.org/listen-ports-ssl", 443, not plain_http),
    ):
        if key not in given:
            continue
        if hostless:
            reason = "is not for an Ingress without a host: the controller rejects it"
            yield Problem(annotation_field(key), reason, "Remove it.")
        elif used and values.PORTS.fits(given[key]) and str(port) not in given[key].split(","):
            reason = f"leaves out {port}, the port that the edge's requests come to: the hosts are answered 404"
            yield Problem(annotation_field(key), reason, "Remove it.")
    hsts, behind = "nginx.org/hsts", "nginx.org/hsts-behind-proxy"
    if plain_http and given.get(hsts) in _TRUE and given.get(behind) not in _TRUE:
        reason = "sets no header: TLS ends at the edge, which the controller must believe"
        yield Problem(annotation_field(hsts), reason, f'Write {behind}: "true" as well.')
    if plain_http and "nginx.org/app-root" in given and not conventions.redirect_http:
        reason = (
            "redirects / to http://, the scheme that the edge speaks with the controller, and nothing listens there"
        )
        write = "Remove it, and let the application redirect /; or ask for loadBalancer.redirectHttp at the edge."
        yield Problem(annotation_field("nginx.org/app-root"), reason, write)


def _errors(ingress: Manifest, given: dict[str, str]) -> Iterator[Problem]:
    key = "nginx.org/custom-http-errors"
    if key in given and role(ingress) != MINION and spec(ingress).get("defaultBackend") is None:
        reason = "does nothing without spec.defaultBackend, which would answer these errors"
        yield Problem(annotation_field(key), reason, "Write spec.defaultBackend, or remove it.")
    key = "nginx.org/use-cluster-ip"
    if given.get(key) in _TRUE and given[key] != "true":
        reason = f"is {shown(given[key])}, which the controller does not take for true everywhere"
        yield Problem(annotation_field(key), reason, 'Write "true".')


def _zones(given: dict[str, str]) -> Iterator[Problem]:
    """Zones of less than 8 pages, which nginx does not take: `ngx_http_upstream_zone`, `ngx_http_limit_req_zone`."""
    for key in ("nginx.org/upstream-zone-size", "nginx.org/limit-req-zone-size"):
        value = given.get(key, "")
        if values.SIZE.fits(value) and values.size_in_bytes(value) < 8 * 4096 and value.strip() != "0":
            reason = f"is {value.strip()}, less than the 32k that nginx takes: nginx refuses the Ingress"
            yield Problem(annotation_field(key), reason, "Write 64k or more.")


def _buffers(given: dict[str, str]) -> Iterator[Problem]:
    keys = ("nginx.org/proxy-buffers", "nginx.org/proxy-buffer-size", "nginx.org/proxy-busy-buffers-size")
    buffers, size, busy = (given.get(key) for key in keys)
    if (buffers is not None and not values.BUFFERS.fits(buffers)) or not any((buffers, size, busy)):
        return
    if any(one is not None and not values.SIZE.fits(one) for one in (size, busy)):
        return
    # nginx's own defaults, on machines with pages of 4 KiB.
    count, each = (buffers or "8 4k").split()
    one = values.size_in_bytes(each)
    largest = max(values.size_in_bytes(size) if size else 4096, one)
    kept = values.size_in_bytes(busy) if busy else 2 * largest
    total = (int(count[:9]) - 1) * one
    at = next(key for key in reversed(keys) if key in given)
    if int(count[:9]) < 2:
        yield Problem(
            annotation_field(keys[0]), "has fewer than 2 buffers: nginx refuses the Ingress", "Write 8 16k, say."
        )
    elif kept < largest:
        reason = f"is {kept >> 10}k, less than one buffer of {largest >> 10}k: nginx refuses the Ingress"
        yield Problem(annotation_field(at), reason, f"Write {keys[2]}: {2 * largest >> 10}k, or remove it.")
    elif kept > total:
        reason = (
            f"asks for {kept >> 10}k of busy buffers, and all but one are {total >> 10}k: nginx refuses the Ingress"
        )
        yield Problem(annotation_field(at), reason, f'Write {keys[0]}: "8 {max(largest, kept // 4) >> 10}k" as well.')


def _files(given: dict[str, str], conventions: Conventions) -> Iterator[Problem]:
    """Request bodies and responses in files, with which few clients would fill the disk of the controller's pods."""
    largest = conventions.largest_file_mib
    for key, form in (("client-max-body-size", values.OFFSET), ("proxy-max-temp-file-size", values.SIZE)):
        field, value = annotation_field(f"nginx.org/{key}"), given.get(f"nginx.org/{key}", "")
        if not form.fits(value):
            continue
        size = values.size_in_bytes(value)
        if size > largest * 2**20:
            reason = (
                f"is {value.strip()}, more than the {largest}m that one file may have on the disk of the controller: "
                "few clients fill it, and Kubernetes then evicts the pod, for every team"
            )
            yield Problem(
                field, reason, f"Write {largest}m or less, or ask the platform team for a larger controller.diskGib."
            )
        elif size == 0 and key == "client-max-body-size":
            reason = "is 0, so one body may fill the disk of the controller: Kubernetes then evicts the pod"
            yield Problem(field, reason, f"Write a size up to {largest}m.")
    key = "nginx.org/proxy-max-temp-file-size"
    if values.SIZE.fits(given.get(key, "")) and (size := values.size_in_bytes(given[key])):
        buffers, one = given.get("nginx.org/proxy-buffers", ""), given.get("nginx.org/proxy-buffer-size", "")
        parts = [buffers.split()[1] if values.BUFFERS.fits(buffers) else "4k", one if values.SIZE.fits(one) else "4k"]
        if size < (least := max(map(values.size_in_bytes, parts))):
            reason = f"is {given[key].strip()}, less than one buffer of {least >> 10}k: nginx refuses the Ingress"
            yield Problem(annotation_field(key), reason, f"Write {least >> 10}k or more, or 0.")


def _own_headers(given: dict[str, str]) -> Iterator[Problem]:
    """Headers that the controller sets itself; seen with `X-Forwarded-Port`: the application gets both."""
    key = "nginx.org/proxy-set-headers"
    for name in (one.split(":")[0].strip() for one in given.get(key, "").split(",")):
        if name.lower() in _SET_BY_CONTROLLER:
            reason = f"sets {name}, which the controller sets: the application gets two, and one may be the client's"
            yield Problem(annotation_field(key), reason, f"Remove {name}: applications trust the controller's value.")
