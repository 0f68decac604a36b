"""Node groups of another version or launch template, and keys for secrets: operations that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.eks.clusters import cluster_of, record_update, route
from privatelink_ingress.local.cloud.eks.versions import VERSIONS
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse

route("/clusters/(?P<name>[^/]+)/node-groups/(?P<nodegroupName>[^/]+)/update-version")
route("/clusters/(?P<name>[^/]+)/encryption-config/associate")


@operation(EKSResponse, "update_nodegroup_version")
def update_nodegroup_version(request: Any, params: Params) -> dict[str, Any]:
    """A version up to the cluster's, never an older one; or a launch template's version (UpdateNodegroupVersion)."""
    cluster = cluster_of(request, params)
    group = request.eks_backend.describe_nodegroup(cluster.name, params["nodegroupName"])
    wanted, known = params.get("version") or group.version, list(VERSIONS)
    if wanted not in VERSIONS or known.index(wanted) > known.index(cluster.version):
        refuse(
            "InvalidParameterException",
            f"Nodegroup Kubernetes version {wanted} cannot be newer than that of the cluster, {cluster.version}",
        )
    if known.index(wanted) < known.index(group.version):
        refuse("InvalidParameterException", f"Nodegroup version cannot go back from {group.version} to {wanted}")
    if wanted != group.version or params.get("releaseVersion"):
        group.version = wanted
        group.release_version = params.get("releaseVersion") or f"{VERSIONS[wanted].patch}-20261101"
    if template := params.get("launchTemplate"):
        group.launch_template = {**(group.launch_template or {}), **template}
    return {"update": record_update(cluster, "VersionUpdate", {"Version": wanted})}


@operation(EKSResponse, "associate_encryption_config")
def associate_encryption_config(request: Any, params: Params) -> dict[str, Any]:
    """Encrypts a cluster's secrets, irreversibly (API reference, AssociateEncryptionConfig)."""
    cluster = cluster_of(request, params)
    if cluster.encryption_config:
        refuse("InvalidParameterException", f"Cluster {cluster.name} is already associated with an encryption config")
    cluster.encryption_config = params["encryptionConfig"]
    return {"update": record_update(cluster, "AssociateEncryptionConfig", {})}
