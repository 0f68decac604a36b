"""Clusters, node groups, add-ons and access, in place: `aws:eks/…`.

The provider sends the whole block that differs, as here: a node group's sizes go together, the desired one too.
Source: terraform-provider-aws internal/service/eks, cluster.go, node_group.go and addon.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.eks import cluster_outputs, node_group_outputs

CONFIG = ("accessConfig", "deletionProtection", "upgradePolicy", "zonalShiftConfig")
"""Inputs that UpdateClusterConfig changes, one call each, beside the network and the logs."""


def _cluster(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    named = {"name": id_}
    if new.get("version") and new["version"] != old.get("version"):
        call(aws, "eks", "UpdateClusterVersion", named | {"version": new["version"]}, type_=t.CLUSTER)
    if _encryption(new) and not _encryption(old):
        extra = {"clusterName": id_, "encryptionConfig": _encryption(new)}
        call(aws, "eks", "AssociateEncryptionConfig", {}, type_=t.CLUSTER, extra=extra)
    for change in _config_changes(old, new):
        call(aws, "eks", "UpdateClusterConfig", {}, type_=t.CLUSTER, extra={**named, **change})
    outputs = cluster_outputs(call(aws, "eks", "DescribeCluster", named, type_=t.CLUSTER)["cluster"])
    return outputs | {"accessConfig": (new.get("accessConfig") or {}) | outputs["accessConfig"]}


def _config_changes(old: Properties, new: Properties) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    network, before = new.get("vpcConfig") or {}, old.get("vpcConfig") or {}
    differing = {key: value for key, value in network.items() if before.get(key) != value}
    if differing:
        changes.append({"resourcesVpcConfig": differing})
    wanted, had = new.get("enabledClusterLogTypes") or [], old.get("enabledClusterLogTypes") or []
    if set(wanted) != set(had):
        logging = [
            {"types": sorted(types), "enabled": on}
            for types, on in ((set(wanted), True), (set(had) - set(wanted), False))
            if types
        ]
        changes.append({"logging": {"clusterLogging": logging}})
    for name in CONFIG:
        value = new.get(name)
        if value is not None and value != old.get(name):
            # The creator's admin access is set at creation and never changes.
            kept = (
                {key: each for key, each in value.items() if key[:9] != "bootstrap"} if name[:6] == "access" else value
            )
            changes.append({name: kept})
    return changes


def _encryption(properties: Properties) -> list[dict[str, Any]]:
    config = properties.get("encryptionConfig")
    return [{"provider": {"keyArn": config["provider"]["keyArn"]}, "resources": config["resources"]}] if config else []


def _node_group(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    cluster, name = id_.split(":", 1)
    named = {"clusterName": cluster, "nodegroupName": name}
    version = {key: new[key] for key in ("version", "releaseVersion") if new.get(key) and new[key] != old.get(key)}
    if (template := new.get("launchTemplate")) and template != old.get("launchTemplate"):
        version["launchTemplate"] = {key: str(template[key]) for key in ("id", "version") if key in template}
    if version:
        call(aws, "eks", "UpdateNodegroupVersion", {}, type_=t.NODE_GROUP, extra=named | version)
    config: dict[str, Any] = {}
    for key in ("scalingConfig", "updateConfig", "nodeRepairConfig"):
        if key in new and new[key] != old.get(key):
            config[key] = {part: value for part, value in new[key].items() if value is not None}
    before, after = old.get("labels") or {}, new.get("labels") or {}
    if before != after:
        gone = [key for key in before if key not in after]
        config["labels"] = {"addOrUpdateLabels": after} | ({"removeLabels": gone} if gone else {})
    taints, had = new.get("taints") or [], old.get("taints") or []
    if taints != had:
        gone = [taint for taint in had if taint not in taints]
        config["taints"] = {"addOrUpdateTaints": taints} | ({"removeTaints": gone} if gone else {})
    if config:
        call(aws, "eks", "UpdateNodegroupConfig", {}, type_=t.NODE_GROUP, extra=named | config)
    return node_group_outputs(call(aws, "eks", "DescribeNodegroup", named, type_=t.NODE_GROUP)["nodegroup"])


def _addon(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    rest = {key: value for key, value in new.items() if key not in ("resolveConflictsOnCreate", "preserve", "tags")}
    rename = {"resolveConflictsOnUpdate": "resolveConflicts"}
    call(aws, "eks", "UpdateAddon", rest, type_=t.ADDON, rename=rename)
    named = {"clusterName": new["clusterName"], "addonName": new["addonName"]}
    addon = call(aws, "eks", "DescribeAddon", named, type_=t.ADDON)["addon"]
    return {"addonVersion": addon["addonVersion"], "modifiedAt": addon["modifiedAt"].isoformat()}


def _access_entry(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    rest = {key: new[key] for key in ("clusterName", "principalArn", "kubernetesGroups", "userName") if key in new}
    rename = {"userName": "username"}
    entry = call(aws, "eks", "UpdateAccessEntry", rest, type_=t.ACCESS_ENTRY, rename=rename)["accessEntry"]
    return {"modifiedAt": entry["modifiedAt"].isoformat(), "kubernetesGroups": entry["kubernetesGroups"]}


def _pod_identity(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    names = ("clusterName", "roleArn", "targetRoleArn", "disableSessionTags")
    given = {name: new[name] for name in names if new.get(name) is not None}
    extra = {"associationId": id_}
    made = call(aws, "eks", "UpdatePodIdentityAssociation", given, type_=t.POD_IDENTITY, extra=extra)["association"]
    return {"externalId": made.get("externalId", "")}


UPDATES: Mapping[str, Update] = {
    t.ACCESS_ENTRY: _access_entry,
    t.ADDON: _addon,
    t.CLUSTER: _cluster,
    t.NODE_GROUP: _node_group,
    t.POD_IDENTITY: _pod_identity,
}
