"""EKS add-ons: create, describe, list, update and delete, which moto lacks."""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.moto_api._internal import mock_random

from privatelink_ingress.local.cloud.eks.clusters import (
    cluster_of,
    has_networking,
    record_update,
    route,
    trusted_services,
)
from privatelink_ingress.local.cloud.eks.pod_identity import add_association, associations_of
from privatelink_ingress.local.cloud.eks.versions import ADDONS, VERSIONS, addon_version, addon_versions
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse

route("/addons/supported-versions")
route("/clusters/(?P<name>[^/]+)/addons")
route("/clusters/(?P<name>[^/]+)/addons/(?P<addonName>[^/]+)")
route("/clusters/(?P<name>[^/]+)/addons/(?P<addonName>[^/]+)/update")


def addons_of(cluster: Any) -> dict[str, dict[str, Any]]:
    """The add-ons of a cluster by name."""
    return vars(cluster).setdefault("addons", {})


def _addon(cluster: Any, name: str) -> dict[str, Any]:
    if name not in addons_of(cluster):
        refuse("ResourceNotFoundException", f"No addon: {name} found in cluster: {cluster.name}")
    return addons_of(cluster)[name]


def _check_values(cluster: Any, params: Params) -> None:
    """A version that fits the cluster and configuration values that are a JSON object (API reference, CreateAddon)."""
    offered = addon_versions(params["addonName"], cluster.version)
    if params.get("addonVersion") and params["addonVersion"] not in offered:
        refuse(
            "InvalidParameterException",
            f"Addon version specified is not supported: {params['addonName']} {params['addonVersion']} "
            f"on Kubernetes {cluster.version}; supported here: {', '.join(offered)}",
        )
    if params.get("configurationValues"):
        try:
            valid = isinstance(json.loads(params["configurationValues"]), dict)
        except ValueError:
            valid = False
        if not valid:
            refuse("InvalidParameterException", "ConfigurationValue is not in valid JSON format: an object is needed")


def _view(cluster: Any, addon: dict[str, Any]) -> dict[str, Any]:
    """The add-on with its current status. A Deployment without nodes is DEGRADED (user guide, "add-ons-coredns")."""
    kind = ADDONS[addon["addonName"]]
    # Without vpc-cni no node becomes ready to run on.
    ready = not kind.needs_nodes or (cluster.nodegroups and has_networking(cluster))
    issue = {
        "code": "InsufficientNumberOfReplicas",
        "message": "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        "resourceIds": [],
    }
    return {**addon, "status": "ACTIVE" if ready else "DEGRADED", "health": {"issues": [] if ready else [issue]}}


@operation(EKSResponse, "create_addon")
def create_addon(request: Any, params: Params) -> dict[str, Any]:
    """Adds a known add-on once (API reference, CreateAddon)."""
    cluster, name = cluster_of(request, params), params["addonName"]
    if name not in ADDONS:
        refuse("InvalidParameterException", f"Addon {name} specified is not supported: one of {', '.join(ADDONS)}")
    if name in addons_of(cluster):
        refuse("ResourceInUseException", f"Addon {name} already exists in cluster {cluster.name}")
    _check_values(cluster, params)
    role = params.get("serviceAccountRoleArn")
    if role and trusted_services(request, role) is None:
        refuse("InvalidParameterException", f"Role {role} does not exist")
    namespace = (params.get("namespaceConfig") or {}).get("namespace") or ADDONS[name].namespace
    arn = f"arn:aws:eks:{request.region}:{request.current_account}:addon/{cluster.name}/{name}/{mock_random.uuid4()}"
    associations = _associate(request, cluster, namespace, arn, params)
    addons_of(cluster)[name] = {
        "addonName": name,
        "clusterName": cluster.name,
        "addonVersion": params.get("addonVersion") or addon_version(name, cluster.version),
        "addonArn": arn,
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": params.get("tags") or {},
        "podIdentityAssociations": associations,
        "namespaceConfig": {"namespace": namespace},
        **{key: params[key] for key in ("serviceAccountRoleArn", "configurationValues") if params.get(key)},
    }
    # At AWS every add-on starts as CREATING; here it is done when the call returns.
    return {"addon": _view(cluster, addons_of(cluster)[name])}


def _associate(request: Any, cluster: Any, namespace: str, addon_arn: str, params: Params) -> list[str]:
    """Create an add-on's requested pod identity associations; returns their ARNs."""
    return [
        add_association(
            request, cluster, namespace, entry["serviceAccount"], {"roleArn": entry["roleArn"], "ownerArn": addon_arn}
        )["associationArn"]
        for entry in params.get("podIdentityAssociations") or []
    ]


def _drop_associations(cluster: Any, addon_arn: str) -> None:
    for association_id, association in list(associations_of(cluster).items()):
        if association.get("ownerArn") == addon_arn:
            del associations_of(cluster)[association_id]


@operation(EKSResponse, "describe_addon")
def describe_addon(request: Any, params: Params) -> dict[str, Any]:
    """One add-on (API reference, DescribeAddon)."""
    cluster = cluster_of(request, params)
    return {"addon": _view(cluster, _addon(cluster, params["addonName"]))}


@operation(EKSResponse, "list_addons")
def listaddons_of(request: Any, params: Params) -> dict[str, Any]:
    """The names of a cluster's add-ons, without paging (API reference, ListAddons)."""
    return {"addons": sorted(addons_of(cluster_of(request, params)))}


@operation(EKSResponse, "update_addon")
def update_addon(request: Any, params: Params) -> dict[str, Any]:
    """Changes the version, the values or the roles of an add-on (API reference, UpdateAddon).

    Given associations replace the existing ones; an empty list removes all.
    """
    cluster = cluster_of(request, params)
    addon = _addon(cluster, params["addonName"])
    _check_values(cluster, params)
    changes = {
        name: params[name]
        for name in ("addonVersion", "serviceAccountRoleArn", "configurationValues")
        if params.get(name) is not None
    }
    if params.get("podIdentityAssociations") is not None:
        _drop_associations(cluster, addon["addonArn"])
        namespace = addon["namespaceConfig"]["namespace"]
        changes["podIdentityAssociations"] = _associate(request, cluster, namespace, addon["addonArn"], params)
    addon |= changes | {"modifiedAt": utcnow()}
    return {"update": record_update(cluster, "AddonUpdate", changes)}


@operation(EKSResponse, "delete_addon")
def delete_addon(request: Any, params: Params) -> dict[str, Any]:
    """Removes an add-on and the pod identity associations it owns (API reference, DeleteAddon)."""
    cluster = cluster_of(request, params)
    addon = _view(cluster, _addon(cluster, params["addonName"]))
    del addons_of(cluster)[params["addonName"]]
    _drop_associations(cluster, addon["addonArn"])
    return {"addon": {**addon, "status": "DELETING"}}


@operation(EKSResponse, "describe_addon_versions")
def describe_addon_versions(request: Any, params: Params) -> dict[str, Any]:
    """The add-ons and versions that this emulator offers (API reference, DescribeAddonVersions)."""
    wanted, kubernetes_version = params.get("addonName"), params.get("kubernetesVersion")
    if wanted and wanted not in ADDONS:
        refuse("InvalidParameterException", f"Addon {wanted} specified is not supported: one of {', '.join(ADDONS)}")
    answer = []
    for name, kind in ADDONS.items():
        if wanted not in (None, name):
            continue
        by_version: dict[str, list[str]] = {}
        # The newest first, as EKS lists them.
        for cluster_version in reversed(VERSIONS) if kubernetes_version is None else [kubernetes_version]:
            for version in addon_versions(name, cluster_version) if cluster_version in VERSIONS else ():
                by_version.setdefault(version, []).append(cluster_version)
        versions = [
            {
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2"],
                "compatibilities": [
                    {
                        "clusterVersion": entry,
                        "platformVersions": ["*"],
                        "defaultVersion": version == addon_version(name, entry),
                    }
                    for entry in clusters
                ],
                "requiresConfiguration": False,
                "requiresIamPermissions": False,
            }
            for version, clusters in by_version.items()
        ]
        entry = {"addonName": name, "owner": "aws", "publisher": "eks", "defaultNamespace": kind.namespace}
        answer.append({**entry, "addonVersions": versions})
    return {"addons": answer}
