"""Updates of EKS clusters, and the versions to which they lead: operations that moto lacks."""

from __future__ import annotations

import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.eks.clusters import CLUSTER_SETTINGS, cluster_of, record_update
from privatelink_ingress.local.cloud.eks.versions import DEFAULT_VERSION, VERSIONS
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse


@operation(EKSResponse, "describe_cluster_versions")
def describe_cluster_versions(request: Any, params: Params) -> dict[str, Any]:
    """The versions of the release calendar, filtered (API reference, DescribeClusterVersions)."""
    answer = []
    for entry in reversed(VERSIONS.values()):
        standard = utcnow().date() <= entry.standard_until
        status = "STANDARD_SUPPORT" if standard else "EXTENDED_SUPPORT"
        if entry.version not in (params.get("clusterVersions") or VERSIONS):
            continue
        if params.get("defaultOnly") and entry.version != DEFAULT_VERSION:
            continue
        if params.get("versionStatus") not in (None, status):
            continue
        answer.append(
            {
                "clusterVersion": entry.version,
                "clusterType": "eks",
                "defaultPlatformVersion": "eks.1",
                "defaultVersion": entry.version == DEFAULT_VERSION,
                "releaseDate": _at_midnight(entry.release),
                "endOfStandardSupportDate": _at_midnight(entry.standard_until),
                "endOfExtendedSupportDate": _at_midnight(entry.extended_until),
                "status": status.lower().replace("_", "-"),
                "versionStatus": status,
                "kubernetesPatchVersion": entry.patch,
            }
        )
    return {"clusterVersions": answer}


@operation(EKSResponse, "update_cluster_version")
def update_cluster_version(request: Any, params: Params) -> dict[str, Any]:
    """One minor version up at a time (user guide, "update-cluster"). The roll-back of 2026 is not emulated."""
    cluster, wanted = cluster_of(request, params), params["version"]
    if wanted not in VERSIONS:
        refuse("InvalidParameterException", f"unsupported Kubernetes version {wanted}: one of {', '.join(VERSIONS)}")
    known = list(VERSIONS)
    if known.index(wanted) != known.index(cluster.version) + 1:
        refuse(
            "InvalidParameterException",
            f"Unsupported Kubernetes minor version update from {cluster.version} to {wanted}",
        )
    cluster.version = wanted
    return {"update": record_update(cluster, "VersionUpdate", {"Version": wanted})}


@operation(EKSResponse, "update_cluster_config")
def update_cluster_config(request: Any, params: Params) -> dict[str, Any]:
    """Changes the given settings, keeps the others, returns the update (API reference, UpdateClusterConfig)."""
    cluster = cluster_of(request, params)
    changes = {name: params[name] for name in (*CLUSTER_SETTINGS, "logging") if params.get(name) is not None}
    for name, value in changes.items():
        setattr(cluster, name, value)
    if params.get("resourcesVpcConfig"):
        changes["resourcesVpcConfig"] = params["resourcesVpcConfig"]
        cluster.resources_vpc_config |= params["resourcesVpcConfig"]
    if not changes:
        refuse("InvalidParameterException", "No changes needed for cluster config")
    return {"update": record_update(cluster, "ConfigUpdate", changes)}


@operation(EKSResponse, "describe_update")
def describe_update(request: Any, params: Params) -> dict[str, Any]:
    """The update by id (API reference, DescribeUpdate)."""
    updates = vars(cluster_of(request, params)).get("updates", {})
    if params["updateId"] not in updates:
        refuse("ResourceNotFoundException", f"No update found for id: {params['updateId']}.")
    return {"update": updates[params["updateId"]]}


def _at_midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
