"""The types of our resources without tags: how `orphans` finds each, or why the next `up` does not need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t

HELD_BY: Mapping[str, tuple[str, str]] = {
    t.QUERY_DEFINITION: (t.LOG_GROUP, "name"),
    t.QUERY_LOG: (t.LOG_GROUP, "zoneId"),
    t.ROLE_POLICY: (t.ROLE, "name"),
    t.ENDPOINT_NOTIFICATION: (t.ENDPOINT_SERVICE, "connectionNotificationArn"),
    t.VPC_IPV4_RANGE: (t.VPC, "cidrBlock"),
    t.VPC_IPV6_RANGE: (t.VPC, "vpcId"),
}
"""Types that `orphans` finds through what holds them, which has our tags; and the input that tells whether a pending
create is of one. A second `up` would create another, or be refused."""

IMPORT_IDS: Mapping[str, tuple[str, ...]] = {
    t.DNS_RECORD: ("{zoneId}_{name}_{type}", "_{setIdentifier}"),
    t.ROUTE: ("{routeTableId}", "_{destinationCidrBlock}", "_{destinationIpv6CidrBlock}"),
    t.ROUTE_TABLE_ASSOCIATION: ("{subnetId}/{routeTableId}", ""),
    t.ACCESS_ENTRY: ("{clusterName}:{principalArn}", ""),
    t.ENDPOINT_ACCEPTER: ("{vpcEndpointServiceId}_{vpcEndpointId}", ""),
}
"""Types that AWS refuses to create twice: the import id of a resource by its inputs, and what follows when the input in
it is given. Kubernetes objects are of this kind too."""

REPEATED: Mapping[str, str] = {
    t.ACCESS_POLICY: "AssociateAccessPolicy",
    t.ALLOWED_PRINCIPAL: "ModifyVpcEndpointServicePermissions",
    t.AUTOSCALING_ATTACHMENT: "AttachLoadBalancerTargetGroups",
    t.BUCKET_ENCRYPTION: "PutBucketEncryption",
    t.BUCKET_LIFECYCLE: "PutBucketLifecycleConfiguration",
    t.BUCKET_OBJECT_LOCK: "PutObjectLockConfiguration",
    t.BUCKET_OBJECT: "PutObject",
    t.BUCKET_OWNERSHIP: "PutBucketOwnershipControls",
    t.BUCKET_POLICY: "PutBucketPolicy",
    t.BUCKET_PUBLIC_ACCESS: "PutPublicAccessBlock",
    t.BUCKET_VERSIONING: "PutBucketVersioning",
    t.CERTIFICATE_VALIDATION: "DescribeCertificate",
    t.DASHBOARD: "PutDashboard",
    t.DEFAULT_SECURITY_GROUP: "DescribeSecurityGroups",
    t.LISTENER_CERTIFICATE: "AddListenerCertificates",
    t.LOG_RESOURCE_POLICY: "PutResourcePolicy",
    t.REPOSITORY_LIFECYCLE: "PutLifecyclePolicy",
    t.ROLE_ATTACHMENT: "AttachRolePolicy",
    t.TARGET: "RegisterTargets",
    # A list that is added twice revokes the same, and goes with its trust store.
    t.TRUST_STORE_REVOCATION: "AddTrustStoreRevocations",
    t.WEB_ACL_ASSOCIATION: "AssociateWebACL",
    t.WEB_ACL_LOGGING: "PutLoggingConfiguration",
}
"""Types that `orphans` does not look for: the call that creates one, which has the same result when it is repeated.
A resource of such a type goes with what it is a setting of, or is taken over from AWS."""


def import_id_of(type_: str, inputs: Mapping[str, Any]) -> str:
    """The import id that a resource with these inputs has; empty where only AWS knows it."""
    if type_.startswith("kubernetes:"):
        metadata = inputs.get("metadata") or {}
        return "/".join(filter(None, (metadata.get("namespace"), metadata.get("name"))))
    always, *rest = IMPORT_IDS.get(type_, ("",))
    id_ = formatted(always, inputs)
    return id_ and id_ + "".join(formatted(one, inputs) for one in rest)


def formatted(template: str, inputs: Mapping[str, Any]) -> str:
    """The template with these inputs in it; empty when one of them is unknown, or not given."""
    try:
        return template.format_map({key: value for key, value in inputs.items() if isinstance(value, str) and value})
    except KeyError:
        return ""


def told_by(type_: str, inputs: Mapping[str, Any]) -> str:
    """What tells the resource with these inputs apart from others of its type: its tag `Name` where it has tags."""
    if type_ in HELD_BY:
        return str(inputs.get(HELD_BY[type_][1]) or "")
    tags = inputs.get("tags")
    return str(tags.get("Name", "")) if isinstance(tags, Mapping) else ""
