"""EKS managed node groups: a real Auto Scaling group with real instances behind each, as in EKS."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.types import Base64EncodedString
from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.eks.access import add_entry, entries_of
from privatelink_ingress.local.cloud.eks.clusters import (
    cluster_of,
    ec2_of,
    has_networking,
    subnets_of,
    trusted_services,
)
from privatelink_ingress.local.cloud.eks.versions import VERSIONS
from privatelink_ingress.local.cloud.hardening import Params, Refusal, after, before, refuse, undo

OLDEST_SKEW = 3
"""A node may be three minor versions older than its cluster (Kubernetes version skew policy, since 1.28)."""


@before(EKSResponse, "create_nodegroup")
def subnets_of_the_cluster_vpc(request: Any, params: Params) -> None:
    """Nodes run in subnets of the cluster's VPC (API reference, CreateNodegroup)."""
    vpc_id = cluster_of(request, params).resources_vpc_config["vpcId"]
    foreign = [subnet.id for subnet in subnets_of(request, params["subnets"]) if subnet.vpc_id != vpc_id]
    if foreign:
        refuse("InvalidParameterException", f"Subnets are not in the cluster's VPC {vpc_id}: {', '.join(foreign)}")


@before(EKSResponse, "create_nodegroup")
def node_role_is_assumable(request: Any, params: Params) -> None:
    """The node role exists and trusts ec2.amazonaws.com (user guide, "create-node-role")."""
    trusted = trusted_services(request, params["nodeRole"])
    if trusted is None:
        refuse("InvalidParameterException", f"The role with name {params['nodeRole'].split('/')[-1]} cannot be found.")
    if "ec2.amazonaws.com" not in trusted:
        refuse(
            "InvalidParameterException",
            "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships "
            f"of nodeRole {params['nodeRole']}",
        )


@before(EKSResponse, "create_nodegroup")
def version_within_the_skew(request: Any, params: Params) -> None:
    """Nodes are never newer than the cluster (user guide, "kubernetes-versions")."""
    version, cluster = params.get("version"), cluster_of(request, params)
    if version is None:
        return
    known = list(VERSIONS)
    if version not in known or not 0 <= known.index(cluster.version) - known.index(version) <= OLDEST_SKEW:
        refuse(
            "InvalidParameterException",
            f"Requested Nodegroup version {version} is not supported with cluster version {cluster.version}",
        )


@before(EKSResponse, "create_nodegroup")
def launch_template_fits(request: Any, params: Params) -> None:
    """The template exists, and repeats neither subnet, role nor type (user guide, "launch-templates")."""
    if not params.get("launchTemplate"):
        return
    data = _template_version(request, params["launchTemplate"]).data
    if data.get("InstanceType") and params.get("instanceTypes"):
        refuse("InvalidParameterException", "Instance types are in both the launch template and the request")
    if data.get("IamInstanceProfile"):
        refuse("InvalidParameterException", "Launch template should not specify an instance profile")
    if any(interface.get("SubnetId") for interface in data.get("NetworkInterfaces", [])):
        refuse("InvalidParameterException", "Launch template should not specify subnets")


def _template_version(request: Any, reference: Params) -> Any:
    for template in ec2_of(request).launch_templates.values():
        if reference.get("id", template.id) == template.id and reference.get("name", template.name) == template.name:
            break
    else:
        named = reference.get("id") or reference.get("name")
        refuse("InvalidParameterException", f"Launch template {named} is not found")
    number = str(reference.get("version") or "$Default")
    if number not in ("$Default", "$Latest", *(str(version.number) for version in template.versions)):
        refuse("InvalidParameterException", f"Launch template {template.id} has no version {number}")
    return template.get_version(number)


@undo(EKSResponse, "create_nodegroup")
def no_node_group(request: Any, params: Params, answer: Any) -> None:
    """After a failed effect."""
    node_group_takes_its_instances(request, params)
    request.eks_backend.delete_nodegroup(params["clusterName"], params["nodegroupName"])


@after(EKSResponse, "create_nodegroup")
def node_group_is_an_auto_scaling_group(request: Any, params: Params, answer: Any) -> Any:
    """One Auto Scaling group over all subnets, from EKS's own launch template (user guide, "managed-node-groups").

    The template is the user's plus the node image and, unless it names a security group, the cluster's.
    """
    cluster = cluster_of(request, params)
    group = cluster.nodegroups[params["nodegroupName"]]
    group.version = params.get("version") or cluster.version
    group.ami_type = params.get("amiType") or "AL2023_x86_64_STANDARD"
    group.release_version = params.get("releaseVersion") or f"{VERSIONS[group.version].patch}-20261101"
    group.update_config = params.get("updateConfig") or {"maxUnavailable": 1}
    group.node_repair_config = params.get("nodeRepairConfig")
    group.remote_access = params.get("remoteAccess")
    sizes = group.scaling_config
    group.scaling_config = {
        "minSize": sizes.get("minSize", 1),
        "maxSize": sizes.get("maxSize", 2),
        "desiredSize": sizes.get("desiredSize", sizes.get("minSize", 1)),
    }
    name = f"eks-{group.nodegroup_name}-{group.uuid}"
    group.resources = {"autoScalingGroups": [{"name": name}]}
    scaling = _start(request, cluster, group, name, params)
    if params["nodeRole"] not in entries_of(cluster) and cluster.accessConfig["authenticationMode"] != "CONFIG_MAP":
        username = "system:node:{{EC2PrivateDNSName}}"
        groups = ["system:nodes"]
        entry = {"type": "EC2_LINUX", "username": username, "kubernetesGroups": groups}
        add_entry(request, cluster, params["nodeRole"], entry)
    if not has_networking(cluster):
        group.status = "CREATE_FAILED"
        message = "Unhealthy nodes in the kubernetes cluster: container runtime network not ready (no vpc-cni add-on)"
        group.health = {"issues": [{"code": "NodeCreationFailure", "message": message, "resourceIds": []}]}
    _fill(scaling, group, else_="CREATE_FAILED")
    return answer


def _fill(scaling: Any, group: Any, *, else_: str) -> None:
    """Run as many instances as the group wants. One without an address is an issue of the group, which stays.

    API reference, Issue: InsufficientFreeAddresses.
    """
    try:
        scaling.set_desired_capacity(group.scaling_config["desiredSize"])
    except Refusal as refusal:
        if refusal.code != "InsufficientFreeAddressesInSubnet":
            raise
        group.status = else_
        issue = {"code": "InsufficientFreeAddresses", "message": refusal.message, "resourceIds": list(group.subnets)}
        group.health = {"issues": [issue]}


def _start(request: Any, cluster: Any, group: Any, name: str, params: Params) -> Any:
    """The Auto Scaling group, without instances yet."""
    data = dict(_template_version(request, params["launchTemplate"]).data) if params.get("launchTemplate") else {}
    image = hashlib.sha256(f"{request.region}/{group.version}/{group.ami_type}".encode()).hexdigest()[:17]
    data.setdefault("ImageId", f"ami-{image}")
    data.setdefault("InstanceType", group.instance_types[0])
    if not data.get("SecurityGroupIds") and not data.get("NetworkInterfaces"):
        data["SecurityGroupIds"] = [cluster.resources_vpc_config["clusterSecurityGroupId"]]
    if data.get("UserData") is not None:
        data["UserData"] = Base64EncodedString(data["UserData"])
    tags = {"eks:cluster-name": cluster.name, "eks:nodegroup-name": group.nodegroup_name}
    template = ec2_of(request).create_launch_template(f"eks-{group.uuid}", "", data, {"launch-template": tags})
    owned: dict[str, Any] = {f"kubernetes.io/cluster/{cluster.name}": "owned", **tags}
    return autoscaling_backends[request.current_account][request.region].create_auto_scaling_group(
        name=name,
        availability_zones=[],
        desired_capacity=0,
        max_size=group.scaling_config["maxSize"],
        min_size=group.scaling_config["minSize"],
        launch_config_name="",
        launch_template={"LaunchTemplateId": template.id, "Version": "1"},
        vpc_zone_identifier=",".join(group.subnets),
        default_cooldown=None,
        health_check_period=None,
        health_check_type="EC2",
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=[],
        tags=[dict[str, Any](Key=key, Value=value, PropagateAtLaunch=True) for key, value in owned.items()],
        capacity_rebalance=True,
    )


@after(EKSResponse, "update_nodegroup_config")
def group_follows_the_sizes(request: Any, params: Params, answer: Any) -> Any:
    """New sizes are applied to the Auto Scaling group (API reference, UpdateNodegroupConfig)."""
    group = cluster_of(request, params).nodegroups[params["nodegroupName"]]
    scaling = autoscaling_backends[request.current_account][request.region].autoscaling_groups
    target = scaling[group.resources["autoScalingGroups"][0]["name"]]
    target.min_size, target.max_size = group.scaling_config["minSize"], group.scaling_config["maxSize"]
    _fill(target, group, else_="DEGRADED")
    return answer


@before(EKSResponse, "delete_nodegroup")
def node_group_takes_its_instances(request: Any, params: Params) -> None:
    """The Auto Scaling group, its instances and EKS's launch template are deleted too (DeleteNodegroup)."""
    cluster = cluster_of(request, params)
    group = cluster.nodegroups.get(params["nodegroupName"])
    if group is None:
        return
    scaling = autoscaling_backends[request.current_account][request.region]
    for started in (group.resources or {}).get("autoScalingGroups", ()):
        if started["name"] in scaling.autoscaling_groups:
            scaling.delete_auto_scaling_group(started["name"])
    if f"eks-{group.uuid}" in ec2_of(request).launch_template_name_to_ids:
        ec2_of(request).delete_launch_template(f"eks-{group.uuid}", None)
    others = [other.node_role for other in cluster.nodegroups.values() if other is not group]
    entry = entries_of(cluster).get(group.node_role)
    if entry and entry["type"] == "EC2_LINUX" and group.node_role not in others:
        del entries_of(cluster)[group.node_role]
