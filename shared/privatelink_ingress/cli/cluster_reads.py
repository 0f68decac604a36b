"""Reads Ingresses, their Services and the controller's Service from Kubernetes APIs, through a kubeconfig."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from privatelink_ingress.aws import clusters as aws
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli import kubeconfigs
from privatelink_ingress.cli.topologies import System
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.cluster_objects import KINDS, Object, read
from privatelink_ingress.trace.ingress_hop import RBAC
from privatelink_ingress.trace.states import surroundings
from privatelink_ingress.trace.surroundings import Cluster

SECONDS = (5, 30)
"""To connect and to answer: the API server ends a request after 60 seconds by itself.
https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ (`--request-timeout`)"""
PAGE = 500
"""Objects in one answer, as `kubectl get` asks for (`--chunk-size`)."""

ROLE: Mapping[str, Any] = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "privatelink-ingress-reader"},
    "rules": [
        {"apiGroups": [""], "resources": ["services"], "verbs": ["list"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingressclasses", "ingresses"], "verbs": ["list"]},
    ],
}
"""The least rights of a reader in a cluster."""

NOTHING = frozenset(KINDS)


def joined(system: System, file: Path | None, names: Sequence[str]) -> System:
    """The system with the objects of the clusters to which the contexts lead, and what of them could not be read.

    Args:
        system: As it was read.
        file: A kubeconfig, as for `kubeconfigs.contexts`.
        names: Of its contexts.

    Raises:
        UsageError: a context does not exist, or leads to no cluster of the system. Nothing is asked of a cluster then.
    """
    contexts = kubeconfigs.contexts(file, names)
    known, lost = _clusters(system)
    chosen = [(context, kubeconfigs.cluster_of(context, known)) for context in contexts]
    found = dict(system.topology.clusters)
    for context, cluster in chosen:
        objects, problems = objects_of(context)
        lost += problems
        unread = {problem.where.partition(",")[0] for problem in problems} & NOTHING
        if objects is not None and unread != NOTHING:
            found[cluster.key] = read(objects, unread)
    topology = dataclasses.replace(system.topology, clusters=found)
    return dataclasses.replace(system, topology=topology, unread=(*system.unread, *lost))


def objects_of(context: kubeconfigs.Context) -> tuple[list[Object] | None, list[Problem]]:
    """A cluster's objects of `KINDS`, the oldest first, and a problem for each kind that cannot be listed.

    None when its API does not answer, which is then the only problem.
    """
    from kubernetes import client, config
    from urllib3.exceptions import HTTPError

    place, problems, found = f"context {context.name}", list[Problem](), list[Object]()
    settings = client.Configuration()
    settings.retries = False
    try:
        config.load_kube_config(
            str(context.file), context=context.name, client_configuration=settings, persist_config=False
        )
    except (config.ConfigException, OSError, ValueError, KeyError, TypeError) as error:
        remedy = "See whether kubectl reads it: kubectl --context NAME version."
        raise UsageError(kubeconfigs.FAILED, [Problem(place, f"cannot be used: {error}", remedy)]) from None
    with client.ApiClient(settings) as api:
        core, network = client.CoreV1Api(api), client.NetworkingV1Api(api)
        lists: dict[str, Callable[..., Any]] = {
            "EndpointSlice": client.DiscoveryV1Api(api).list_endpoint_slice_for_all_namespaces,
            "Ingress": network.list_ingress_for_all_namespaces,
            "IngressClass": network.list_ingress_class,
            "Service": core.list_service_for_all_namespaces,
        }
        for kind, list_ in lists.items():
            try:
                found += ({**one, "kind": kind} for one in _pages(list_))
            except client.ApiException as error:
                said = "no valid credentials" if error.status == 401 else _message(error)
                problems.append(Problem(f"{kind}, {place}", f"cannot be listed: {said}", RBAC))
            except (HTTPError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
                reason = f"{context.server} does not answer as a Kubernetes API: {error}"
                remedy = "Ask it from where it answers: docs/cluster.md names the ways to a private API."
                return None, [Problem(place, reason, remedy)]
    return sorted(found, key=_age), problems


def _clusters(system: System) -> tuple[tuple[Cluster, ...], list[Problem]]:
    """The system's clusters, and what hides some."""
    if system.exports:
        return surroundings.load(system.exports).clusters, []
    names = {node.cluster for node in system.topology.nodes.values() if node.cluster}
    found, lost = list[Cluster](), list[Problem]()
    for account in system.accounts.values():
        reads = Reads(account)
        found += aws.named(reads, names)
        lost += reads.unread.values()
    return tuple(found), lost


def _pages(list_: Callable[..., Any]) -> list[Object]:
    found, token = list[Object](), ""
    while True:
        answer = list_(limit=PAGE, _continue=token or None, _request_timeout=SECONDS, _preload_content=False)
        page = json.loads(answer.data)
        found += page["items"] or ()
        token = page["metadata"].get("continue") or ""
        if not token:
            return found


def _message(error: Any) -> str:
    """What the API server says (Status of the Kubernetes API), or else the HTTP status."""
    try:
        return str(json.loads(error.body)["message"])
    except (ValueError, TypeError, KeyError):
        return f"{error.status} {error.reason}"


def _age(obj: Object) -> tuple[str, str]:
    """Of two Ingresses with a host, the controller takes the older one, and of one second that with the lower UID."""
    metadata = obj["metadata"]
    return str(metadata.get("creationTimestamp") or ""), str(metadata.get("uid") or "")
