"""Loads clusters, with their add-ons and node groups, from states."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.trace.cluster_objects import ClusterKey
from privatelink_ingress.trace.states.resources import Outputs, Resources, place
from privatelink_ingress.trace.surroundings import Cluster, Versioned


def load(resources: Resources) -> Iterator[Cluster]:
    """The clusters that stacks created. An existing one is in no state."""
    addons, groups = created(resources, t.ADDON), created(resources, t.NODE_GROUP)
    for one in created(resources, t.CLUSTER):
        key = (*place(one), one["name"])
        yield Cluster(
            account_id=key[0],
            region=key[1],
            name=key[2],
            endpoint=one.get("endpoint", ""),
            certificate_authority=(one.get("certificateAuthority") or {}).get("data", ""),
            version=str(one.get("version", "")),
            status=one.get("status", "ACTIVE"),
            addons=tuple(
                Versioned(name=each["addonName"], version=each.get("addonVersion", ""), status="ACTIVE")
                for each in addons
                if key_of(each) == key
            ),
            node_groups=tuple(
                Versioned(
                    name=each.get("nodeGroupName", ""),
                    version=str(each.get("version", "")),
                    status=each.get("status", "ACTIVE"),
                )
                for each in groups
                if key_of(each) == key
            ),
        )


def key_of(part: Outputs) -> ClusterKey:
    """The cluster of an add-on or a node group."""
    return (*place(part), part["clusterName"])


def security_groups(resources: Resources) -> dict[ClusterKey, str]:
    """The security group that EKS created for each cluster."""
    groups = {
        (*place(one), one["name"]): (one.get("vpcConfig") or {}).get("clusterSecurityGroupId")
        for one in created(resources, t.CLUSTER)
    }
    return {key: group for key, group in groups.items() if group}


def created(resources: Resources, type_: str) -> list[Outputs]:
    """Those of a type that AWS has. One whose creation failed has no ARN."""
    return [one for one in resources.of(type_) if one.get("arn")]
