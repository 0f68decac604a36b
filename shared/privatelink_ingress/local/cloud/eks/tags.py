"""Tags of everything in a cluster; moto tags clusters alone."""

from __future__ import annotations

from typing import Any

from moto.eks.models import EKSBackend

from privatelink_ingress.local.cloud.eks.access import entries_of
from privatelink_ingress.local.cloud.eks.addons import addons_of
from privatelink_ingress.local.cloud.eks.pod_identity import associations_of
from privatelink_ingress.local.cloud.hardening import around


def _tags(backend: Any, arn: str) -> dict[str, str] | None:
    """The stored tags of a node group, an add-on, an access entry or an association; None for another ARN."""
    for cluster in backend.clusters.values():
        for group in cluster.nodegroups.values():
            if group.arn == arn:
                group.tags = group.tags or {}
                return group.tags
        for holders, member in (
            (addons_of(cluster), "addonArn"),
            (entries_of(cluster), "accessEntryArn"),
            (associations_of(cluster), "associationArn"),
        ):
            for holder in holders.values():
                if holder[member] == arn:
                    return holder["tags"]
    return None


@around(EKSBackend, "tag_resource")
def tags_are_added_to_every_kind(original: Any, backend: Any, resource_arn: str, tags: dict[str, str]) -> None:
    """As for a cluster (API reference, TagResource)."""
    known = _tags(backend, resource_arn)
    if known is None:
        original(backend, resource_arn, tags)
    else:
        known.update(tags)


@around(EKSBackend, "untag_resource")
def tags_are_removed_from_every_kind(original: Any, backend: Any, resource_arn: str, tag_keys: Any) -> None:
    """As from a cluster (API reference, UntagResource)."""
    known = _tags(backend, resource_arn)
    if known is None:
        original(backend, resource_arn, tag_keys)
        return
    for key in [tag_keys] if isinstance(tag_keys, str) else tag_keys:
        known.pop(key, None)


@around(EKSBackend, "list_tags_for_resource")
def tags_of_every_kind_are_listed(original: Any, backend: Any, resource_arn: str) -> dict[str, str]:
    """As of a cluster (API reference, ListTagsForResource)."""
    known = _tags(backend, resource_arn)
    return original(backend, resource_arn) if known is None else known
