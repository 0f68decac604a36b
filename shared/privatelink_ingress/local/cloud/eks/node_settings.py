"""Settings of EKS managed node groups that AWS refuses: names, sizes, types, labels, taints, limits of updates."""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.eks.clusters import cluster_of
from privatelink_ingress.local.cloud.hardening import Params, before, refuse

MOST_TAINTS, MOST_TYPES = 50, 20
RESERVED_PREFIXES = ("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}")
VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")
KEY = re.compile(rf"([a-z0-9.-]+/)?{VALUE.pattern}")
RELEASE = re.compile(r"\d+\.\d+\.\d+-[0-9a-f]+")
INSTANCE_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
"""Family and size. Types that are newer than moto's list are taken to exist."""


@before(EKSResponse, "create_nodegroup", "update_nodegroup_config")
def sizes_in_order(request: Any, params: Params) -> None:
    """In order: minSize ≤ desiredSize ≤ maxSize, and maxSize ≥ 1 (API reference, NodegroupScalingConfig)."""
    sizes = params.get("scalingConfig") or {}
    known = cluster_of(request, params).nodegroups.get(params["nodegroupName"])
    if known is not None:
        sizes = {**known.scaling_config, **sizes}
    low, high = sizes.get("minSize", 0), sizes.get("maxSize", 1)
    desired = sizes.get("desiredSize", low)
    if high < 1:
        refuse("InvalidParameterException", "maxSize must be at least 1")
    if low > desired:
        refuse("InvalidParameterException", f"Minimum capacity {low} can't be greater than desired size {desired}")
    if desired > high:
        refuse("InvalidParameterException", f"desired capacity {desired} can't be greater than max size {high}")


@before(EKSResponse, "create_nodegroup")
def instance_types_run_the_image(request: Any, params: Params) -> None:
    """Instance types are of the architecture of the AMI type (API reference, CreateNodegroup: amiType)."""
    ami_type = params.get("amiType") or "AL2023_x86_64_STANDARD"
    wanted = "arm64" if "ARM_64" in ami_type else "x86_64"
    unfit = [
        name
        for name in params.get("instanceTypes") or []
        if not INSTANCE_TYPE.fullmatch(name)
        or (name in INSTANCE_TYPES and wanted not in INSTANCE_TYPES[name]["ProcessorInfo"]["SupportedArchitectures"])
    ]
    if unfit:
        refuse("InvalidParameterException", f"{unfit} is not a valid instance type for requested amiType {ami_type}")


@before(EKSResponse, "create_nodegroup")
def disks_releases_and_types_are_possible(request: Any, params: Params) -> None:
    """With a template, no disk size and no remote access; 20 instance types (API reference, CreateNodegroup)."""
    for name in ("diskSize", "remoteAccess"):
        if params.get("launchTemplate") and params.get(name) is not None:
            refuse("InvalidParameterException", f"{name} cannot be specified with a launch template")
    if (release := params.get("releaseVersion")) and not RELEASE.fullmatch(release):
        refuse("InvalidParameterException", f"Requested release version {release} is not valid")
    if (disk := params.get("diskSize")) is not None and disk < 1:
        refuse("InvalidParameterException", f"The disk size {disk} is not valid")
    if len(types := params.get("instanceTypes") or []) > MOST_TYPES:
        refuse("InvalidParameterException", f"A node group has at most {MOST_TYPES} instance types, not {len(types)}")


@before(EKSResponse, "create_nodegroup")
def node_group_has_a_name(request: Any, params: Params) -> None:
    """At most 63 letters, digits, hyphens and underscores, a letter or digit first (API reference, CreateNodegroup)."""
    if not NAME.fullmatch(name := params["nodegroupName"]):
        refuse("InvalidParameterException", f"The nodegroup name {name} must match {NAME.pattern}")


@before(EKSResponse, "create_nodegroup", "update_nodegroup_config")
def labels_and_taints_are_not_reserved(request: Any, params: Params) -> None:
    """Keys and values as Kubernetes writes them, keys outside the reserved domains, and 50 taints.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set; user guide,
    "node-taints-managed-node-groups". That reserved prefixes are refused:
    github.com/aws/containers-roadmap, issue 1451.
    """
    labels, taints = params.get("labels") or {}, params.get("taints") or []
    if isinstance(labels.get("addOrUpdateLabels"), dict):
        labels = labels["addOrUpdateLabels"]
    if isinstance(taints, dict):
        taints = taints.get("addOrUpdateTaints") or []
    if len(taints) > MOST_TAINTS:
        refuse("InvalidParameterException", f"A node group has at most {MOST_TAINTS} taints, not {len(taints)}")
    pairs = [("Label", key, value) for key, value in labels.items()]
    pairs += [("Taint", taint["key"], taint.get("value") or "") for taint in taints]
    for kind, key, value in pairs:
        if not KEY.fullmatch(key) or not (VALUE.fullmatch(value) or not value):
            refuse("InvalidParameterException", f"{kind} {key}={value} is not valid in Kubernetes")
        if key[: key.rfind("/") + 1].endswith(RESERVED_PREFIXES):
            message = f"{kind} cannot contain reserved prefixes [{', '.join(RESERVED_PREFIXES)}]"
            refuse("InvalidParameterException", message)


@before(EKSResponse, "create_nodegroup", "update_nodegroup_config")
def one_limit_of_updates(request: Any, params: Params) -> None:
    """Either a number of nodes or a percentage, each from 1 to 100 (API reference, NodegroupUpdateConfig)."""
    limits = {name: value for name, value in (params.get("updateConfig") or {}).items() if name.startswith("max")}
    if len(limits) > 1 or any(not 1 <= value <= 100 for value in limits.values()):
        refuse("InvalidParameterException", "maxUnavailable or maxUnavailablePercentage, and from 1 to 100")
