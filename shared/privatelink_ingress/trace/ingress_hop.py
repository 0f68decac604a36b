"""The last hop: which Ingress of the cluster takes the request, and to which Service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privatelink_ingress.plan.workload.controller.objects import CONTROLLER_CLASS, INGRESS_CLASS
from privatelink_ingress.trace.cluster_objects import ClusterObjects, Ingress, IngressPath
from privatelink_ingress.trace.hops import Hop, Path, Stopped

HOP = "Ingress"


def serve(path: Path) -> Iterator[Hop]:
    """The controller's choice, where the cluster's objects are known. What is not read is not claimed."""
    targets = [path.topology.nodes.get(target.id) for target in path.inner_group.targets]
    cluster = next((node.cluster for node in targets if node and node.cluster), "")
    objects = path.topology.clusters.get((path.service.owner, cluster))
    if objects is None:
        evidence = f"the Kubernetes API of {f'cluster {cluster}' if cluster else 'the cluster'} is private"
        remedy = f"From inside its network: kubectl get ingress -A (of class {INGRESS_CLASS}, for {path.request.host})."
        yield Hop(name=HOP, verdict="not seen", evidence=evidence, remedy=remedy)
        return
    if INGRESS_CLASS not in objects.classes:
        raise Stopped(
            HOP,
            f"cluster {cluster} has no IngressClass {INGRESS_CLASS}",
            "no controller is installed, so nothing answers at the node port",
            "Install it: controller.install true, and `privatelink-ingress images copy`, then `pulumi up`.",
        )
    asked_host, asked_path = _arriving(path)
    ingress, host = _taker(objects, asked_host, cluster)
    _require_tls(path, objects, ingress, host)
    paths = ingress.hosts[host]
    found = _longest(paths, asked_path)
    if found is None:
        raise Stopped(
            HOP,
            f"{ingress.label} has {host or 'all other hosts'}, with {', '.join(map(_shown, paths)) or 'no path'}",
            f"no path of it takes {asked_path}: the controller answers 404",
            f"Add the path to Ingress {ingress.label}: all paths of a host belong into one Ingress.",
            status=404,
        )
    yield _arrived(objects, ingress, found)


def _arriving(path: Path) -> tuple[str, str]:
    """Host and path as the load balancer sends them on."""
    host, url = path.request.host, path.request.path
    for rewrite in path.rule.rewrites:
        replace = re.sub(r"\$(\d)", r"\\g<\1>", rewrite.replace)
        if rewrite.type == "host-header-rewrite":
            host = re.sub(rewrite.regex, replace, host, count=1)
        else:
            url = re.sub(rewrite.regex, replace, url, count=1)
    return host, url.partition("?")[0]


def _taker(objects: ClusterObjects, host: str, cluster: str) -> tuple[Ingress, str]:
    """The Ingress that has the host, and the host as it writes it: exact before wildcard before none."""
    ours = [ingress for ingress in objects.ingresses if ingress.class_name == INGRESS_CLASS]
    written = {name for ingress in ours for name in ingress.hosts}
    wildcards = sorted((name for name in written if name.startswith("*.") and host.endswith(name[1:])), key=len)
    for name in (host, *reversed(wildcards), ""):
        # The oldest has the host as a whole; a newer one that names it too is rejected.
        if taker := next((ingress for ingress in ours if name in ingress.hosts), None):
            return taker, name
    evidence = f"Ingresses of class {INGRESS_CLASS} in cluster {cluster}: {_hosts(written)}"
    reason = f"no Ingress serves {host}: the controller answers 404"
    others = [ingress for ingress in objects.ingresses if host in ingress.hosts]
    if others:
        named = f"class {others[0].class_name}" if others[0].class_name else "no class"
        reason = f"Ingress {others[0].label} names {host}, but is of {named}: the controller answers 404"
        remedy = f"Write spec.ingressClassName: {INGRESS_CLASS} in Ingress {others[0].label}."
    else:
        remedy = f"Write an Ingress of class {INGRESS_CLASS} with the host {host}: docs/ingresses.md shows one."
    raise Stopped(HOP, evidence, reason, remedy, status=404)


def _require_tls(path: Path, objects: ClusterObjects, ingress: Ingress, host: str) -> None:
    """F5's controller serves a host at its HTTPS port only where `spec.tls` names it, or where no host is named."""
    is_f5s = objects.classes[INGRESS_CLASS] == CONTROLLER_CLASS
    if is_f5s and host and path.target_group.protocol == "HTTPS" and host not in ingress.tls_hosts:
        raise Stopped(
            HOP,
            f"{ingress.label} has {host}, which is not in its spec.tls",
            "the edge sends HTTPS, and the controller serves this host by HTTP alone: it answers 404",
            f"Add tls: [{{hosts: [{host}]}}] to the spec of Ingress {ingress.label}.",
            status=404,
        )


def _longest(paths: tuple[IngressPath, ...], asked: str) -> IngressPath | None:
    """What nginx chooses: an exact path first, then the longest prefix."""
    fitting = [one for one in paths if asked == one.path or (not one.exact and asked.startswith(one.path))]
    return max(fitting, key=lambda one: (one.exact, len(one.path)), default=None)


def _arrived(objects: ClusterObjects, ingress: Ingress, found: IngressPath) -> Hop:
    label = f"{ingress.namespace}/{found.service}"
    evidence = f"{ingress.label}, {_shown(found)} → Service {label}:{found.port}"
    service = objects.service(ingress, found)
    if service is None:
        remedy = f"Make Service {label}, or name another one in Ingress {ingress.label}."
        raise Stopped(HOP, evidence, f"there is no Service {label}: the controller answers 502", remedy, status=502)
    if found.port not in service.ports:
        reason = f"Service {label} has no port {found.port}: the controller answers 502"
        remedy = f"Name one of its ports in Ingress {ingress.label}: {', '.join(service.ports)}."
        raise Stopped(HOP, evidence, reason, remedy, status=502)
    if service.ready is None:
        return Hop(name=HOP, verdict="passes", evidence=f"{evidence}; whether its pods are ready, nothing here tells")
    if not service.ready:
        remedy = f"See why: kubectl -n {ingress.namespace} describe pods that Service {found.service} selects."
        raise Stopped(HOP, evidence, "no pod is ready: the controller answers 502", remedy, status=502)
    return Hop(name=HOP, verdict="passes", evidence=f"{evidence}; {service.ready} ready")


def _shown(path: IngressPath) -> str:
    return f"path {path.path}" if path.exact or path.path == "/" else f"paths {path.path}*"


def _hosts(written: set[str]) -> str:
    return ", ".join(sorted(name or "any other host" for name in written)) or "none"
