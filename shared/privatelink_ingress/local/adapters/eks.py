"""EKS: `aws:eks/…`. The component of pulumi-eks is in `eks_component`."""

from __future__ import annotations

from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_security_groups import own_name


def create_cluster(aws: Aws, type_: str, inputs: Properties) -> Properties:
    """Create an EKS cluster from the inputs of `aws.eks.Cluster`; returns it as the API describes it."""
    rest = dict(inputs)
    log_types = rest.pop("enabledClusterLogTypes", None) or []
    encryption = rest.pop("encryptionConfig", None)
    name = own_name({key: rest.pop(key) for key in ("name",) if key in rest})
    # Affects updates and deletion only, and is never sent at creation.
    rest.pop("forceUpdateVersion", None)
    _only(type_, "defaultAddonsToRemoves", rest.pop("defaultAddonsToRemoves", None), (None, []))
    extra: dict[str, Any] = {"name": name}
    if log_types:
        extra["logging"] = {"clusterLogging": [{"types": list(log_types), "enabled": True}]}
    if encryption:
        provider, resources = {"keyArn": encryption["provider"]["keyArn"]}, list(encryption["resources"])
        extra["encryptionConfig"] = [{"provider": provider, "resources": resources}]
    rename = {"vpcConfig": "resourcesVpcConfig"}
    call(aws, "eks", "CreateCluster", rest, type_=type_, rename=rename, extra=extra)
    return call(aws, "eks", "DescribeCluster", {"name": name}, type_=type_)["cluster"]


def _create_cluster(aws: Aws, inputs: Properties) -> Created:
    outputs = cluster_outputs(create_cluster(aws, t.CLUSTER, inputs))
    return Created(outputs["name"], outputs)


def cluster_outputs(cluster: Properties) -> Properties:
    """The outputs of `aws.eks.Cluster`, from the API's description of the cluster."""
    return {
        "name": cluster["name"],
        "arn": cluster["arn"],
        "version": cluster["version"],
        "status": cluster["status"],
        "endpoint": cluster["endpoint"],
        "platformVersion": cluster["platformVersion"],
        "createdAt": cluster["createdAt"].isoformat(),
        "certificateAuthority": {"data": cluster["certificateAuthority"]["data"]},
        "certificateAuthorities": [{"data": cluster["certificateAuthority"]["data"]}],
        "identities": [{"oidcs": [{"issuer": cluster["identity"]["oidc"]["issuer"]}]}],
        "vpcConfig": cluster["resourcesVpcConfig"],
        "accessConfig": cluster["accessConfig"],
        "upgradePolicy": cluster["upgradePolicy"],
        "kubernetesNetworkConfig": cluster["kubernetesNetworkConfig"],
    }


def delete_cluster(aws: Aws, type_: str, name: str) -> None:
    """Delete a cluster; AWS refuses while it has node groups or is protected."""
    call(aws, "eks", "DeleteCluster", {"name": name}, type_=type_)


def _create_node_group(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    prefix = {key: rest.pop(key) for key in ("nodeGroupName", "nodeGroupNamePrefix") if key in rest}
    name = own_name({"name": prefix.get("nodeGroupName"), "namePrefix": prefix.get("nodeGroupNamePrefix", "local-")})
    rest.pop("forceUpdateVersion", None)
    rename = {
        "subnetIds": "subnets",
        "nodeRoleArn": "nodeRole",
        "remoteAccess.sourceSecurityGroupIds": "sourceSecurityGroups",
    }
    extra = {"nodegroupName": name}
    call(aws, "eks", "CreateNodegroup", rest, type_=t.NODE_GROUP, rename=rename, extra=extra)
    named = {"clusterName": inputs["clusterName"], "nodegroupName": name}
    group = call(aws, "eks", "DescribeNodegroup", named, type_=t.NODE_GROUP)["nodegroup"]
    if group["status"] != "ACTIVE":
        issues = "; ".join(f"{issue['code']}: {issue['message']}" for issue in group["health"]["issues"])
        call(aws, "eks", "DeleteNodegroup", named, type_=t.NODE_GROUP)
        raise AdapterError(f"{t.NODE_GROUP}: node group {name} never becomes ACTIVE: {group['status']}: {issues}")
    named_by = {"nodeGroupName": name, "nodeGroupNamePrefix": inputs.get("nodeGroupNamePrefix", "")}
    return Created(f"{inputs['clusterName']}:{name}", named_by | node_group_outputs(group))


def node_group_outputs(group: Properties) -> Properties:
    """A node group's outputs, from the API's description, without its name."""
    scaling_groups = [{"name": entry["name"]} for entry in group["resources"]["autoScalingGroups"]]
    return {
        "arn": group["nodegroupArn"],
        "amiType": group["amiType"],
        "capacityType": group["capacityType"],
        "diskSize": int(group["diskSize"]),
        "instanceTypes": group["instanceTypes"],
        "releaseVersion": group["releaseVersion"],
        "resources": [{"autoscalingGroups": scaling_groups, "remoteAccessSecurityGroupId": ""}],
        "scalingConfig": group["scalingConfig"],
        "status": group["status"],
        "version": group["version"],
    }


def _delete_node_group(aws: Aws, id_: str, outputs: Properties) -> None:
    cluster, name = id_.split(":", 1)
    call(aws, "eks", "DeleteNodegroup", {"clusterName": cluster, "nodegroupName": name}, type_=t.NODE_GROUP)


def _create_addon(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    # Affects updates and deletion only.
    for name in ("resolveConflictsOnUpdate", "preserve"):
        rest.pop(name, None)
    rename = {"resolveConflictsOnCreate": "resolveConflicts"}
    call(aws, "eks", "CreateAddon", rest, type_=t.ADDON, rename=rename)
    named = {"clusterName": inputs["clusterName"], "addonName": inputs["addonName"]}
    addon = call(aws, "eks", "DescribeAddon", named, type_=t.ADDON)["addon"]
    if addon["status"] != "ACTIVE":
        issues = "; ".join(f"{issue['code']}: {issue['message']}" for issue in addon["health"]["issues"])
        call(aws, "eks", "DeleteAddon", named, type_=t.ADDON)
        raise AdapterError(
            f"{t.ADDON}: {inputs['addonName']} stays {addon['status']} for 20 minutes and fails: {issues} "
            "It runs on nodes: create it after the node group (depends_on)."
        )
    outputs = {
        "addonVersion": addon["addonVersion"],
        "arn": addon["addonArn"],
        "configurationValues": addon.get("configurationValues", ""),
        "createdAt": addon["createdAt"].isoformat(),
        "modifiedAt": addon["modifiedAt"].isoformat(),
    }
    return Created(f"{inputs['clusterName']}:{inputs['addonName']}", outputs)


def _delete_addon(aws: Aws, id_: str, outputs: Properties) -> None:
    cluster, name = id_.split(":", 1)
    inputs: Properties = {"clusterName": cluster, "addonName": name}
    if outputs.get("preserve"):
        inputs["preserve"] = True
    call(aws, "eks", "DeleteAddon", inputs, type_=t.ADDON)


def _create_access_entry(aws: Aws, inputs: Properties) -> Created:
    rename = {"userName": "username"}
    entry = call(aws, "eks", "CreateAccessEntry", inputs, type_=t.ACCESS_ENTRY, rename=rename)["accessEntry"]
    outputs = {
        "accessEntryArn": entry["accessEntryArn"],
        "createdAt": entry["createdAt"].isoformat(),
        "modifiedAt": entry["modifiedAt"].isoformat(),
        "kubernetesGroups": entry["kubernetesGroups"],
        "type": entry["type"],
        "userName": entry["username"],
    }
    return Created(f"{inputs['clusterName']}:{inputs['principalArn']}", outputs)


def _delete_access_entry(aws: Aws, id_: str, outputs: Properties) -> None:
    cluster, principal = id_.split(":", 1)
    call(aws, "eks", "DeleteAccessEntry", {"clusterName": cluster, "principalArn": principal}, type_=t.ACCESS_ENTRY)


def _create_access_policy(aws: Aws, inputs: Properties) -> Created:
    made = call(aws, "eks", "AssociateAccessPolicy", inputs, type_=t.ACCESS_POLICY)["associatedAccessPolicy"]
    outputs = {"associatedAt": made["associatedAt"].isoformat(), "modifiedAt": made["modifiedAt"].isoformat()}
    return Created("#".join((inputs["clusterName"], inputs["principalArn"], inputs["policyArn"])), outputs)


def _delete_access_policy(aws: Aws, id_: str, outputs: Properties) -> None:
    cluster, principal, policy = id_.split("#")
    named = {"clusterName": cluster, "principalArn": principal, "policyArn": policy}
    call(aws, "eks", "DisassociateAccessPolicy", named, type_=t.ACCESS_POLICY)


def _create_pod_identity(aws: Aws, inputs: Properties) -> Created:
    made = call(aws, "eks", "CreatePodIdentityAssociation", inputs, type_=t.POD_IDENTITY)["association"]
    outputs = {
        "associationArn": made["associationArn"],
        "associationId": made["associationId"],
        "disableSessionTags": made["disableSessionTags"],
        "externalId": made.get("externalId", ""),
    }
    return Created(made["associationId"], outputs)


def _delete_pod_identity(aws: Aws, id_: str, outputs: Properties) -> None:
    named = {"clusterName": outputs["clusterName"], "associationId": id_}
    call(aws, "eks", "DeletePodIdentityAssociation", named, type_=t.POD_IDENTITY)


def _only(type_: str, name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    """Refuse a value that the local cloud does not act on."""
    if value not in allowed:
        raise AdapterError(f"{type_}: the local cloud does not act on `{name}: {value}`")


ADAPTERS: dict[str, Adapter] = {
    t.CLUSTER: Adapter(_create_cluster, lambda aws, id_, outputs: delete_cluster(aws, t.CLUSTER, id_)),
    t.NODE_GROUP: Adapter(_create_node_group, _delete_node_group),
    t.ADDON: Adapter(_create_addon, _delete_addon),
    t.ACCESS_ENTRY: Adapter(_create_access_entry, _delete_access_entry),
    t.ACCESS_POLICY: Adapter(_create_access_policy, _delete_access_policy),
    t.POD_IDENTITY: Adapter(_create_pod_identity, _delete_pod_identity),
}
