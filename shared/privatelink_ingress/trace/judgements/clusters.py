"""The clusters: their Kubernetes versions, add-ons, node groups and images."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.plan.workload.versions import NOTICE
from privatelink_ingress.settings.workload.versions import VERSIONS
from privatelink_ingress.trace.expected import Workload
from privatelink_ingress.trace.judgements.findings import UP_WORKLOAD, Diagnosis, found
from privatelink_ingress.trace.surroundings import Cluster, Surroundings, Versioned

CLUSTER, ADDON, NODES, IMAGE = "Cluster", "Add-on", "Node group", "Image"


def judge(workload: Workload, around: Surroundings, today: datetime.date) -> Iterator[Diagnosis]:
    """The cluster of a workload, and the images that its stack pins."""
    connection = workload.connection
    for image in around.images:
        if image.connection == connection and image.state != "there":
            severity = "warning" if image.state == "untagged" else "error"
            yield found(connection, severity, IMAGE, f"{image.name}: {image.reason}", image.remedy)
    for cluster in around.clusters:
        if cluster.key == workload.cluster:
            yield from _version(connection, cluster, today)
            yield from (each for one in cluster.addons for each in _addon(connection, cluster, one))
            yield from (each for one in cluster.node_groups for each in _nodes(connection, cluster, one))


def supported_until(cluster: Cluster) -> datetime.date | None:
    """The last day of standard support: as EKS says, else as this release knows it."""
    known = VERSIONS.get(cluster.version)
    return cluster.supported_until or (known.standard_until if known else None)


def _version(connection: str, cluster: Cluster, today: datetime.date) -> Iterator[Diagnosis]:
    if cluster.status not in ("ACTIVE", "UPDATING"):
        remedy = f"aws eks describe-cluster --region {cluster.region} --name {cluster.name}"
        yield found(connection, "error", CLUSTER, f"{cluster.name} is {cluster.status}", remedy)
    ends = supported_until(cluster)
    if ends is None or ends > today + NOTICE:
        return
    over = ends < today
    verb = "ended" if over else "ends"
    reason = f"standard support of Kubernetes {cluster.version} {verb} on {ends}"
    remedy = "Write the next version in cluster.version of the eks-service stack: docs/cluster.md."
    yield found(connection, "error" if over else "warning", CLUSTER, reason, remedy, cluster.name)


def _addon(connection: str, cluster: Cluster, addon: Versioned) -> Iterator[Diagnosis]:
    if addon.offered and addon.version not in addon.offered:
        reason = f"EKS does not offer {addon.name} {addon.version} for Kubernetes {cluster.version}"
        remedy = f"{UP_WORKLOAD[:-1]}; the newest that fits is {addon.offered[0]}."
        yield found(connection, "warning", ADDON, reason, remedy, cluster.name)
    if addon.status not in ("ACTIVE", "UPDATING", "CREATING"):
        remedy = (
            f"aws eks describe-addon --region {cluster.region} --cluster-name {cluster.name} --addon-name {addon.name}"
        )
        evidence = "; ".join(addon.issues) or cluster.name
        yield found(connection, "warning", ADDON, f"{addon.name} is {addon.status}", remedy, evidence)


def _nodes(connection: str, cluster: Cluster, group: Versioned) -> Iterator[Diagnosis]:
    remedy = (
        f"aws eks describe-nodegroup --region {cluster.region} --cluster-name {cluster.name} "
        f"--nodegroup-name {group.name}"
    )
    if group.status not in ("ACTIVE", "UPDATING", "CREATING"):
        yield found(connection, "warning", NODES, f"{group.name} is {group.status}", remedy, "; ".join(group.issues))
    elif group.issues:
        yield found(connection, "warning", NODES, f"{group.name}: {'; '.join(group.issues)}", remedy, cluster.name)
    if group.version and _minor(cluster.version) - _minor(group.version) > 1:
        reason = f"{group.name} runs Kubernetes {group.version}, and its cluster {cluster.version}"
        yield found(connection, "warning", NODES, reason, UP_WORKLOAD, cluster.name)


def _minor(version: str) -> int:
    return int(version.partition(".")[2] or 0)
