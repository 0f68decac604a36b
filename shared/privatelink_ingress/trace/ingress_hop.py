"""The last hop: the cluster's Ingress for the request, and its Service."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Sequence

import re2

from privatelink_ingress.ingresses.model import GRPC, MASTER, MINION
from privatelink_ingress.plan.workload.controller.objects import CONTROLLER_CLASS, INGRESS_CLASS
from privatelink_ingress.trace.cluster_objects import ClusterObjects, Ingress, IngressPath
from privatelink_ingress.trace.hops import Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.listeners import Rewrite

HOP = "Ingress"
CONTROLLER = "Controller"
RBAC = "Give the reader of the cluster the ClusterRole that `./run doctor --print-rbac` prints."


def serve(path: Path) -> Iterator[Hop]:
    """The controller's choice, where the cluster's objects are known; otherwise no claim."""
    targets = [path.topology.nodes.get(target.id) for target in path.inner_group.targets]
    cluster = next((node.cluster for node in targets if node and node.cluster), "")
    objects = path.topology.clusters.get((path.service.owner, path.service.region, cluster))
    if objects is None:
        evidence = f"the Kubernetes API of {f'cluster {cluster}' if cluster else 'the cluster'} is private"
        remedy = f"From inside its network: kubectl get ingress -A (of class {INGRESS_CLASS}, for {path.request.host})."
        yield Hop(name=HOP, verdict="not seen", evidence=evidence, remedy=remedy)
        return
    if INGRESS_CLASS not in objects.classes and "IngressClass" not in objects.unread:
        raise Stopped(
            HOP,
            f"cluster {cluster} has no IngressClass {INGRESS_CLASS}",
            "no controller is installed, so nothing answers on the node port",
            "Install it: controller.install true, and `./run images copy`, then `pulumi up`.",
        )
    _require_controller(path, objects, cluster)
    if "Ingress" in objects.unread:
        raise Unseen(HOP, f"the Ingresses of cluster {cluster} cannot be read", "none is known", RBAC)
    asked_host, asked_path = _arriving(path)
    ingress, host = _taker(objects, asked_host, cluster)
    _require_tls(path, objects, ingress, host)
    paths = _paths(objects, ingress, host)
    chosen = _chosen([candidate for _, candidate in paths], asked_path)
    if chosen is None:
        shown = ", ".join(_shown(candidate) for _, candidate in paths) or "no path"
        remedy = f"Add the path to Ingress {ingress.label}: all paths of a host belong in one Ingress."
        if ingress.role == MASTER:
            remedy = f"Add the path to a minion of Ingress {ingress.label}."
        raise Stopped(
            HOP,
            f"{ingress.label} has {host or 'all other hosts'}, with {shown}",
            f"none of its paths matches {asked_path}: the controller answers 404",
            remedy,
            status=404,
        )
    owner = next(owner for owner, candidate in paths if candidate is chosen)
    arrived = _arrived(objects, owner, chosen)
    if path.request.websocket and chosen.service not in owner.websocket_services:
        lacks = f"nginx.org/websocket-services does not name Service {chosen.service}"
        reason = f"{lacks}: the controller does not forward the upgrade"
        remedy = f"Add {chosen.service} to nginx.org/websocket-services of Ingress {owner.label}."
        raise Stopped(HOP, arrived.evidence, reason, remedy)
    if path.request.speaks == "grpc" and chosen.service not in owner.grpc_services:
        reason = f"{GRPC} does not name Service {chosen.service}: the controller speaks HTTP/1.1 to it"
        remedy = f"Add {chosen.service} to {GRPC} of Ingress {owner.label}."
        raise Stopped(HOP, arrived.evidence, reason, remedy)
    if path.request.speaks != "grpc" and chosen.service in owner.grpc_services:
        reason = f"{GRPC} names Service {chosen.service}: the controller speaks gRPC alone to it"
        remedy = "Call it by gRPC (--protocol grpc), through a route with protocol: grpc."
        raise Stopped(HOP, arrived.evidence, reason, remedy)
    yield arrived


def _arriving(path: Path) -> tuple[str, str]:
    """Host and path as the load balancer forwards them. A rewrite of the URL is about path and query."""
    request = path.request
    host, url = request.host, request.path + (f"?{request.query_text}" if request.query_text else "")
    for rewrite in path.rule.rewrites:
        if rewrite.type == "host-header-rewrite":
            host = _rewritten(rewrite, host)
        else:
            url = _rewritten(rewrite, url)
    return host, _decoded(url.partition("?")[0])


_SILENT = re2.Options()
_SILENT.log_errors = False


def _rewritten(rewrite: Rewrite, text: str) -> str:
    try:
        match = re2.compile(rewrite.regex, _SILENT).search(text)
    except re2.error:
        reason = "RE2 cannot read its regular expression, so the host and path that arrive are not known"
        raise Unseen(HOP, f"{rewrite.type} {rewrite.regex}", reason, "") from None
    if match is None:
        return text
    groups = ("", *match.groups(default=""))
    put = re.sub(r"\$([1-9])", lambda sign: groups[int(sign[1])] if int(sign[1]) < len(groups) else "", rewrite.replace)
    return text[: match.start()] + put + text[match.end() :]


def _decoded(url: str) -> str:
    """The path as nginx compares it: https://nginx.org/en/docs/http/ngx_http_core_module.html#location."""
    return re.sub("/{2,}", "/", urllib.parse.unquote(url))


def _taker(objects: ClusterObjects, host: str, cluster: str) -> tuple[Ingress, str]:
    """The Ingress for the host, and the host as written in it: exact before wildcard before empty."""
    served = [ingress for ingress in objects.ingresses if ingress.class_name == INGRESS_CLASS]
    ours = [ingress for ingress in served if ingress.role != MINION]
    written = {name for ingress in ours for name in ingress.hosts}
    wildcards = sorted((name for name in written if name.startswith("*.") and host.endswith(name[1:])), key=len)
    for name in (host, *reversed(wildcards), ""):
        # The oldest serves the whole host; a newer one with the same host is rejected.
        if taker := next((ingress for ingress in ours if name in ingress.hosts), None):
            return taker, name
    evidence = f"Ingresses of class {INGRESS_CLASS} in cluster {cluster}: {_hosts(written)}"
    reason = f"no Ingress serves {host}: the controller answers 404"
    others = [ingress for ingress in objects.ingresses if host in ingress.hosts]
    if minion := next((ingress for ingress in served if ingress.role == MINION and host in ingress.hosts), None):
        reason = f"Ingress {minion.label} is a minion, and no master has {host}: the controller answers 404"
        remedy = f"Write a master with the host {host}, without paths: docs/ingresses.md shows how."
    elif others:
        named = f"class {others[0].class_name}" if others[0].class_name else "no class"
        reason = f"Ingress {others[0].label} names {host}, but is of {named}: the controller answers 404"
        remedy = f"Write spec.ingressClassName: {INGRESS_CLASS} in Ingress {others[0].label}."
    else:
        remedy = f"Write an Ingress of class {INGRESS_CLASS} with the host {host}: docs/ingresses.md shows one."
    raise Stopped(HOP, evidence, reason, remedy, status=404)


def _require_controller(path: Path, objects: ClusterObjects, cluster: str) -> None:
    """A Service with the node port to which the network load balancer sends, and ready pods behind it."""
    ports = {target.port for target in path.inner_group.targets}
    held = {label: one for label, one in objects.services.items() if ports & set(one.node_ports)}
    listed = ", ".join(map(str, sorted(ports)))
    if not held and "Service" not in objects.unread:
        raise Stopped(
            CONTROLLER,
            f"cluster {cluster}, node port {listed}",
            f"no Service has node port {listed}, so nothing answers on the nodes",
            "Run `pulumi up` in eks-service/ to restore the controller's Service.",
        )
    for label, one in held.items():
        if one.ready == 0:
            namespace, _, name = label.partition("/")
            raise Stopped(
                CONTROLLER,
                f"Service {label} has node port {listed}",
                "no pod of the controller is ready, so nothing answers on the nodes",
                f"See why: kubectl -n {namespace} describe pods that Service {name} selects.",
            )


def _require_tls(path: Path, objects: ClusterObjects, ingress: Ingress, host: str) -> None:
    """F5's controller serves a host at its HTTPS port only where `spec.tls` names it, or where no host is named."""
    is_f5s = objects.classes.get(INGRESS_CLASS, CONTROLLER_CLASS) == CONTROLLER_CLASS
    if is_f5s and host and path.target_group.protocol == "HTTPS" and host not in ingress.tls_hosts:
        raise Stopped(
            HOP,
            f"{ingress.label} has {host}, which is not in its spec.tls",
            "the edge sends HTTPS, and the controller serves this host by HTTP alone: it answers 404",
            f"Add tls: [{{hosts: [{host}]}}] to the spec of Ingress {ingress.label}.",
            status=404,
        )


def _paths(objects: ClusterObjects, ingress: Ingress, host: str) -> list[tuple[Ingress, IngressPath]]:
    """The paths of a host, each with its Ingress; a master's paths are those of its minions."""
    if ingress.role != MASTER:
        return [(ingress, path) for path in ingress.hosts[host]]
    minions = [
        ingress for ingress in objects.ingresses if ingress.role == MINION and ingress.class_name == INGRESS_CLASS
    ]
    paths = [(minion, path) for minion in minions for path in minion.hosts.get(host, ())]
    # Of two minions with the same path, the older one serves it.
    return list({path.path: (minion, path) for minion, path in reversed(paths)}.values())[::-1]


def _chosen(paths: Sequence[IngressPath], wanted: str) -> IngressPath | None:
    """Nginx's choice: an exact path, then the first expression, then the longest prefix."""
    if exact := next((path for path in paths if path.exact and path.path == wanted), None):
        return exact
    if first := next((path for path in paths if path.regex and _matches(path, wanted)), None):
        return first
    fitting = [path for path in paths if not path.exact and not path.regex and wanted.startswith(path.path)]
    return max(fitting, key=lambda path: len(path.path), default=None)


def _matches(path: IngressPath, wanted: str) -> bool:
    try:
        return re.match(path.path, wanted, re.IGNORECASE if path.regex == "case_insensitive" else 0) is not None
    except re.error:  # one that nginx may read, and Python does not
        return False


def _arrived(objects: ClusterObjects, ingress: Ingress, path: IngressPath) -> Hop:
    label = f"{ingress.namespace}/{path.service}"
    evidence = f"{ingress.label}, {_shown(path)} → Service {label}:{path.port}"
    service = objects.service(ingress, path)
    if service is None and "Service" in objects.unread:
        return Hop(name=HOP, verdict="not seen", evidence=evidence, reason="Services cannot be read", remedy=RBAC)
    if service is None:
        remedy = f"Create Service {label}, or name another one in Ingress {ingress.label}."
        raise Stopped(HOP, evidence, f"Service {label} does not exist: the controller answers 502", remedy, status=502)
    if path.port not in service.ports:
        reason = f"Service {label} has no port {path.port}: the controller answers 502"
        remedy = f"Name one of its ports in Ingress {ingress.label}: {', '.join(service.ports)}."
        raise Stopped(HOP, evidence, reason, remedy, status=502)
    if service.ready is None:
        return Hop(name=HOP, verdict="passes", evidence=f"{evidence}; the readiness of its pods is unknown")
    if not service.ready:
        remedy = f"See why: kubectl -n {ingress.namespace} describe pods that Service {path.service} selects."
        raise Stopped(HOP, evidence, "no pod is ready: the controller answers 502", remedy, status=502)
    return Hop(name=HOP, verdict="passes", evidence=f"{evidence}; {service.ready} ready")


def _shown(path: IngressPath) -> str:
    if path.regex:
        return f"expression {path.path}"
    return f"path {path.path}" if path.exact or path.path == "/" else f"paths {path.path}*"


def _hosts(written: set[str]) -> str:
    return ", ".join(sorted(name or "any other host" for name in written)) or "none"
