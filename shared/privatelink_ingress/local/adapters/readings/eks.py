"""Clusters, node groups, add-ons and access: `aws:eks/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import eks
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.readings.reading import Reading, by_id, given, is_


def _cluster(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    types = [
        type_
        for each in item.get("logging", {}).get("clusterLogging", ())
        if each["enabled"]
        for type_ in each["types"]
    ]
    encryption = item.get("encryptionConfig") or []
    # AWS does not tell whether the creator got access; the provider keeps what it has recorded.
    access = (state.get("accessConfig") or {}) | item["accessConfig"]
    return eks.cluster_outputs(item) | {
        "accessConfig": access,
        "enabledClusterLogTypes": sorted(types),
        "encryptionConfig": encryption[0] if encryption else None,
    }


def _nodes(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return eks.node_group_outputs(item)


def _addon(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """The API lists associations by ARN; the properties are a role and a service account."""
    found = []
    for arn in item.get("podIdentityAssociations") or ():
        named = {"clusterName": item["clusterName"], "associationId": arn.rpartition("/")[2]}
        one = call(aws, "eks", "DescribePodIdentityAssociation", named, type_=t.ADDON)["association"]
        found.append({"roleArn": one["roleArn"], "serviceAccount": one["serviceAccount"]})
    return {"podIdentityAssociations": found, "modifiedAt": item["modifiedAt"].isoformat()}


READINGS: Mapping[str, Reading] = {
    t.ACCESS_ENTRY: Reading(
        "eks",
        "DescribeAccessEntry",
        given(clusterName="clusterName", principalArn="principalArn"),
        "accessEntry",
        rename={"userName": "username"},
    ),
    t.ACCESS_POLICY: Reading(
        "eks",
        "ListAssociatedAccessPolicies",
        given(clusterName="clusterName", principalArn="principalArn"),
        "associatedAccessPolicies",
        is_("policyArn", "policyArn"),
        {"clusterName": "", "principalArn": ""},
    ),
    t.ADDON: Reading(
        "eks",
        "DescribeAddon",
        given(clusterName="clusterName", addonName="addonName"),
        "addon",
        rename={"podIdentityAssociations": "", "resolveConflictsOnCreate": "", "resolveConflictsOnUpdate": ""},
        more=_addon,
    ),
    t.CLUSTER: Reading(
        "eks",
        "DescribeCluster",
        by_id("name"),
        "cluster",
        rename={"vpcConfig": "", "encryptionConfig": "", "bootstrapSelfManagedAddons": ""},
        more=_cluster,
    ),
    t.NODE_GROUP: Reading(
        "eks",
        "DescribeNodegroup",
        given(clusterName="clusterName", nodegroupName="nodeGroupName"),
        "nodegroup",
        rename={"nodeRoleArn": "nodeRole", "subnetIds": "subnets", "nodeGroupNamePrefix": ""},
        more=_nodes,
    ),
    t.POD_IDENTITY: Reading(
        "eks",
        "DescribePodIdentityAssociation",
        lambda id_, state: {"clusterName": state["clusterName"], "associationId": id_},
        "association",
    ),
}
