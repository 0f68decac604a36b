"""Roles, policies and keys: `aws:iam/…`, `aws:kms/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.described import scalar
from privatelink_ingress.local.adapters.readings.reading import Reading, by_id, given, is_


def _role(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    found: Properties = {
        "permissionsBoundary": item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "uniqueId": item["RoleId"],
    }
    if state.get("managedPolicyArns"):
        attached = call(aws, "iam", "ListAttachedRolePolicies", {"roleName": id_}, type_=t.ROLE)["AttachedPolicies"]
        found["managedPolicyArns"] = [policy["PolicyArn"] for policy in attached]
    if state.get("inlinePolicies"):
        found["inlinePolicies"] = []
        for name in call(aws, "iam", "ListRolePolicies", {"roleName": id_}, type_=t.ROLE)["PolicyNames"]:
            named = {"roleName": id_, "policyName": name}
            document = call(aws, "iam", "GetRolePolicy", named, type_=t.ROLE)["PolicyDocument"]
            found["inlinePolicies"].append({"name": name, "policy": scalar(document, "string")})
    return found


def _policy(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    named = {"policyArn": id_, "versionId": item["DefaultVersionId"]}
    version = call(aws, "iam", "GetPolicyVersion", named, type_=t.IAM_POLICY)["PolicyVersion"]
    return {"policy": scalar(version["Document"], "any"), "attachmentCount": item["AttachmentCount"]}


def _key(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    named = {"keyId": id_}
    policy = call(aws, "kms", "GetKeyPolicy", named | {"policyName": "default"}, type_=t.KMS_KEY)["Policy"]
    rotated = call(aws, "kms", "GetKeyRotationStatus", named, type_=t.KMS_KEY)["KeyRotationEnabled"]
    return {"policy": policy, "enableKeyRotation": rotated, "isEnabled": item["Enabled"]}


def _scheduled_for_deletion(item: Any) -> bool:
    """The provider counts such a key as deleted: terraform-provider-aws internal/service/kms/key.go."""
    return item["KeyState"] == "PendingDeletion"


READINGS: Mapping[str, Reading] = {
    t.IAM_POLICY: Reading("iam", "GetPolicy", by_id("PolicyArn"), "Policy", rename={"policy": ""}, more=_policy),
    t.KMS_ALIAS: Reading("kms", "ListAliases", lambda id_, state: {}, "Aliases", is_("AliasName"), {"namePrefix": ""}),
    t.KMS_KEY: Reading(
        "kms",
        "DescribeKey",
        by_id("KeyId"),
        "KeyMetadata",
        lambda item, id_, state: not _scheduled_for_deletion(item),
        {"policy": "", "customerMasterKeySpec": "KeySpec", "enableKeyRotation": "", "deletionWindowInDays": ""},
        _key,
    ),
    t.OIDC_PROVIDER: Reading(
        "iam",
        "GetOpenIDConnectProvider",
        by_id("OpenIDConnectProviderArn"),
        rename={"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList", "url": ""},
    ),
    t.ROLE: Reading(
        "iam",
        "GetRole",
        by_id("RoleName"),
        "Role",
        rename={
            "assumeRolePolicy": "AssumeRolePolicyDocument",
            "permissionsBoundary": "",
            "namePrefix": "",
            "managedPolicyArns": "",
            "inlinePolicies": "",
        },
        more=_role,
    ),
    t.ROLE_ATTACHMENT: Reading(
        "iam",
        "ListAttachedRolePolicies",
        given(RoleName="role"),
        "AttachedPolicies",
        is_("PolicyArn", "policyArn"),
        {"role": ""},
    ),
    t.ROLE_POLICY: Reading(
        "iam",
        "GetRolePolicy",
        given(RoleName="role", PolicyName="name"),
        rename={"name": "PolicyName", "namePrefix": "", "role": "RoleName", "policy": "PolicyDocument"},
    ),
}
