"""Updates resources in place: one module per service, one table for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_network, tags
from privatelink_ingress.local.adapters.base import AdapterError, Properties, Update
from privatelink_ingress.local.adapters.kubernetes import replace_object
from privatelink_ingress.local.adapters.updates import ec2, eks, elbv2, identity, puts, storage, vpc, wafv2

UPDATES: Mapping[str, Update] = {
    **ec2.UPDATES,
    **eks.UPDATES,
    **elbv2.UPDATES,
    **identity.UPDATES,
    **puts.UPDATES,
    **storage.UPDATES,
    **vpc.UPDATES,
    **wafv2.UPDATES,
}

HANDLED: Mapping[str, frozenset[str]] = {
    type_: frozenset(names)
    for type_, names in {
        t.ACCESS_ENTRY: ("kubernetesGroups", "userName"),
        t.BUCKET: ("forceDestroy",),
        t.CERTIFICATE: ("subjectAlternativeNames",),
        t.DEFAULT_SECURITY_GROUP: ("egress", "ingress", "revokeRulesOnDelete"),
        t.HOSTED_ZONE: ("comment", "forceDestroy", "vpcs"),
        t.IAM_POLICY: ("policy",),
        t.INTERNET_GATEWAY: ("vpcId",),
        t.KMS_KEY: ("deletionWindowInDays", "description", "enableKeyRotation", "isEnabled", "policy"),
        t.LOG_DELIVERY: ("fieldDelimiter", "recordFields", "s3DeliveryConfigurations"),
        t.LOG_GROUP: ("kmsKeyId", "retentionInDays", "skipDestroy"),
        t.NODE_GROUP: (
            *("forceUpdateVersion", "labels", "launchTemplate", "nodeRepairConfig", "releaseVersion"),
            *("scalingConfig", "taints", "updateConfig", "version"),
        ),
        t.OIDC_PROVIDER: ("clientIdLists", "thumbprintLists", "url"),  # the state has the URL without its scheme
        t.POD_IDENTITY: ("disableSessionTags", "roleArn", "targetRoleArn"),
        # Another encryption replaces it: what differs here is the key that AWS chose, which a refresh has read.
        t.REPOSITORY: ("encryptionConfigurations", "forceDelete", "imageScanningConfiguration", "imageTagMutability"),
        t.ROLE: (
            *("assumeRolePolicy", "description", "forceDetachPolicies", "inlinePolicies", "managedPolicyArns"),
            *("maxSessionDuration", "permissionsBoundary"),
        ),
        t.ROUTE_TABLE: ("routes",),
        t.SECURITY_GROUP: ("egress", "ingress", "revokeRulesOnDelete"),
        t.SUBNET: ("ipv6CidrBlock", *ec2_network.SUBNET_SWITCHES),
        t.VPC: ("instanceTenancy", *ec2_network.VPC_SWITCHES),
    }.items()
}
"""Inputs that an update picks out: any other that differs is refused, and not ignored. The other updates send all."""


def update(target: Any, type_: str, id_: str, old: Properties, new: Properties) -> Properties:
    """Update a resource to new inputs.

    Args:
        target: the resource's account or cluster.
        type_: the Pulumi type.
        id_: the resource's id.
        old: its current outputs, with all its tags under `tags`.
        new: its new inputs, with all tags.

    Returns:
        The changed outputs, except those that echo an input.

    Raises:
        AdapterError: the local cloud has no update for what differs, or AWS refuses.
    """
    if type_.startswith("kubernetes:"):
        return replace_object(target, type_, id_, new)
    change = UPDATES.get(type_)
    if change is None or type_ in HANDLED:
        handled = HANDLED.get(type_, frozenset()) | {"tags"}
        asked = (key for key, value in new.items() if value is not None and key not in handled)
        if differing := sorted(key for key in asked if old.get(key) != new[key]):
            raise AdapterError(f"{type_}: the local cloud cannot change `{differing[0]}` of {id_} in place")
    tags.change(target, type_, id_, old, new)
    return change(target, id_, old, new) if change else {}
