"""Roles, policies and keys, in place: `aws:iam/…` and `aws:kms/…`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call

POLICY_VERSIONS = 5
"""Versions that IAM keeps per policy; the provider deletes the oldest before it adds another."""


def _role(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    named = {"roleName": id_}
    if new["assumeRolePolicy"] != old.get("assumeRolePolicy"):
        policy = {"policyDocument": new["assumeRolePolicy"]}
        call(aws, "iam", "UpdateAssumeRolePolicy", named | policy, type_=t.ROLE)
    described = {key: new[key] for key in ("description", "maxSessionDuration") if key in new}
    call(aws, "iam", "UpdateRole", named | described, type_=t.ROLE)
    if boundary := new.get("permissionsBoundary"):
        call(aws, "iam", "PutRolePermissionsBoundary", named | {"permissionsBoundary": boundary}, type_=t.ROLE)
    elif old.get("permissionsBoundary"):
        call(aws, "iam", "DeleteRolePermissionsBoundary", named, type_=t.ROLE)
    before, after = list(old.get("managedPolicyArns") or ()), list(new.get("managedPolicyArns") or ())
    for arn in before:
        if arn not in after:
            call(aws, "iam", "DetachRolePolicy", named | {"policyArn": arn}, type_=t.ROLE)
    for arn in after:
        if arn not in before:
            call(aws, "iam", "AttachRolePolicy", named | {"policyArn": arn}, type_=t.ROLE)
    if new.get("inlinePolicies") is not None:
        _inline_policies(aws, named, old.get("inlinePolicies") or (), new["inlinePolicies"])
    return {}


def _inline_policies(aws: Aws, named: Properties, old: Iterable[Properties], new: Iterable[Properties]) -> None:
    """Those of the state that are no longer requested are deleted, the requested ones put."""
    wanted = {each["name"]: each["policy"] for each in new}
    for name in sorted({each["name"] for each in old} - wanted.keys()):
        call(aws, "iam", "DeleteRolePolicy", named | {"policyName": name}, type_=t.ROLE)
    for name, policy in wanted.items():
        put = {"policyName": name, "policyDocument": policy}
        call(aws, "iam", "PutRolePolicy", named | put, type_=t.ROLE)


def _policy(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    if new["policy"] == old.get("policy"):
        return {}
    named = {"policyArn": id_}
    versions = call(aws, "iam", "ListPolicyVersions", named, type_=t.IAM_POLICY)["Versions"]
    if len(versions) >= POLICY_VERSIONS:
        oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
        call(aws, "iam", "DeletePolicyVersion", named | {"versionId": oldest["VersionId"]}, type_=t.IAM_POLICY)
    version = {"policyDocument": new["policy"], "setAsDefault": True}
    call(aws, "iam", "CreatePolicyVersion", named | version, type_=t.IAM_POLICY)
    return {}


def _key(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    named = {"KeyId": id_}
    if new.get("description", "") != old.get("description", ""):
        description = {"description": new.get("description", "")}
        call(aws, "kms", "UpdateKeyDescription", description, type_=t.KMS_KEY, extra=named)
    if new.get("policy") and new["policy"] != old.get("policy"):
        policy = {"policy": new["policy"], "policyName": "default"}
        call(aws, "kms", "PutKeyPolicy", policy, type_=t.KMS_KEY, extra=named)
    if new.get("enableKeyRotation") != old.get("enableKeyRotation"):
        operation = "EnableKeyRotation" if new.get("enableKeyRotation") else "DisableKeyRotation"
        call(aws, "kms", operation, {}, type_=t.KMS_KEY, extra=named)
    if new.get("isEnabled") != old.get("isEnabled"):
        operation = "DisableKey" if new.get("isEnabled") is False else "EnableKey"
        call(aws, "kms", operation, {}, type_=t.KMS_KEY, extra=named)
    return {}


def _oidc_provider(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """The thumbprints as a whole, the audiences one by one. Without thumbprints, AWS's stay."""
    named = {"OpenIDConnectProviderArn": id_}
    prints = new.get("thumbprintLists")
    if prints and prints != old.get("thumbprintLists"):
        extra = named | {"ThumbprintList": prints}
        call(aws, "iam", "UpdateOpenIDConnectProviderThumbprint", {}, type_=t.OIDC_PROVIDER, extra=extra)
    before, after = set(old.get("clientIdLists") or ()), set(new["clientIdLists"])
    for operation, clients in (
        ("AddClientIDToOpenIDConnectProvider", after - before),
        ("RemoveClientIDFromOpenIDConnectProvider", before - after),
    ):
        for client in sorted(clients):
            call(aws, "iam", operation, {}, type_=t.OIDC_PROVIDER, extra=named | {"ClientID": client})
    return {}


UPDATES: Mapping[str, Update] = {
    t.IAM_POLICY: _policy,
    t.KMS_KEY: _key,
    t.OIDC_PROVIDER: _oidc_provider,
    t.ROLE: _role,
}
