"""Settings of EKS managed node groups that AWS refuses: capacity types, labels, taints, limits of updates."""

from __future__ import annotations

from typing import Any

from moto.eks.responses import EKSResponse

from privatelink_ingress.local.cloud.hardening import Params, before, refuse

CAPACITY_TYPES = ("ON_DEMAND", "SPOT", "CAPACITY_BLOCK")
TAINT_EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")
MOST_TAINTS = 50
MOST_CHARACTERS = 63
RESERVED_PREFIXES = ("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")


@before(EKSResponse, "create_nodegroup")
def capacity_type_is_one_of_three(request: Any, params: Params) -> None:
    """A capacity type of EKS (API reference, CreateNodegroup)."""
    if (kind := params.get("capacityType") or "ON_DEMAND") not in CAPACITY_TYPES:
        refuse("InvalidParameterException", f"Capacity type {kind} is not valid: one of {', '.join(CAPACITY_TYPES)}")


@before(EKSResponse, "create_nodegroup", "update_nodegroup_config")
def labels_and_taints_are_short_and_not_reserved(request: Any, params: Params) -> None:
    """Keys up to 63 characters outside the reserved domains, values of 1-63 in labels and 0-63 in taints, 50 taints.

    API reference, CreateNodegroup and Taint; user guide, "node-taints-managed-node-groups". That reserved prefixes are
    refused: github.com/aws/containers-roadmap, issue 1451.
    """
    labels, taints = params.get("labels") or {}, params.get("taints") or []
    if isinstance(labels.get("addOrUpdateLabels"), dict):
        labels = labels["addOrUpdateLabels"]
    if isinstance(taints, dict):
        taints = taints.get("addOrUpdateTaints") or []
    if len(taints) > MOST_TAINTS:
        refuse("InvalidParameterException", f"A node group has at most {MOST_TAINTS} taints, not {len(taints)}")
    for taint in taints:
        if taint.get("effect") not in TAINT_EFFECTS:
            message = f"Taint effect {taint.get('effect')} is not valid: one of {', '.join(TAINT_EFFECTS)}"
            refuse("InvalidParameterException", message)
    pairs = [("Label", key, value, 1) for key, value in labels.items()]
    pairs += [("Taint", taint["key"], taint.get("value", ""), 0) for taint in taints]
    for kind, key, value, shortest in pairs:
        if key[: key.rfind("/") + 1].endswith(RESERVED_PREFIXES):
            message = f"{kind} cannot contain reserved prefixes [{', '.join(RESERVED_PREFIXES)}]"
            refuse("InvalidParameterException", message)
        if not 1 <= len(key) <= MOST_CHARACTERS or not shortest <= len(value) <= MOST_CHARACTERS:
            refuse("InvalidParameterException", f"{kind} {key} is longer or shorter than EKS allows")


@before(EKSResponse, "create_nodegroup", "update_nodegroup_config")
def one_limit_of_updates(request: Any, params: Params) -> None:
    """Either a number of nodes or a percentage, each from 1 to 100 (API reference, NodegroupUpdateConfig)."""
    limits = {name: value for name, value in (params.get("updateConfig") or {}).items() if name.startswith("max")}
    if len(limits) > 1 or any(not 1 <= value <= 100 for value in limits.values()):
        refuse("InvalidParameterException", "maxUnavailable or maxUnavailablePercentage, and from 1 to 100")
