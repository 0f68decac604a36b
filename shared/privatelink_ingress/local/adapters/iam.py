"""Roles, policies, attachments and OIDC providers: `aws:iam/…`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_security_groups import own_name


def _without(inputs: Properties, *names: str) -> Properties:
    return {name: value for name, value in inputs.items() if name not in ("name", "namePrefix", *names)}


def _create_role(aws: Aws, inputs: Properties) -> Created:
    name = own_name(inputs)
    rest = _without(inputs, "forceDetachPolicies", "inlinePolicies", "managedPolicyArns")
    rename = {"assumeRolePolicy": "AssumeRolePolicyDocument"}
    role = call(aws, "iam", "CreateRole", rest, type_=t.ROLE, rename=rename, extra={"RoleName": name})["Role"]
    for arn in inputs.get("managedPolicyArns") or ():
        call(aws, "iam", "AttachRolePolicy", {"roleName": name, "policyArn": arn}, type_=t.ROLE)
    for policy in inputs.get("inlinePolicies") or ():
        named = {"roleName": name, "policyName": policy["name"], "policyDocument": policy["policy"]}
        call(aws, "iam", "PutRolePolicy", named, type_=t.ROLE)
    outputs = {
        "arn": role["Arn"],
        "createDate": role["CreateDate"].isoformat(),
        "maxSessionDuration": role.get("MaxSessionDuration", 3600),
        "name": name,
        "namePrefix": inputs.get("namePrefix", ""),
        "path": role["Path"],
        "uniqueId": role["RoleId"],
    }
    return Created(name, outputs)


def _delete_role(aws: Aws, id_: str, outputs: Properties) -> None:
    own_policies = [policy["name"] for policy in outputs.get("inlinePolicies") or ()]
    attached = list(outputs.get("managedPolicyArns") or ())
    if outputs.get("forceDetachPolicies"):
        own_policies = call(aws, "iam", "ListRolePolicies", {"roleName": id_}, type_=t.ROLE)["PolicyNames"]
        listed = call(aws, "iam", "ListAttachedRolePolicies", {"roleName": id_}, type_=t.ROLE)
        attached = [policy["PolicyArn"] for policy in listed["AttachedPolicies"]]
    for name in own_policies:
        call(aws, "iam", "DeleteRolePolicy", {"roleName": id_, "policyName": name}, type_=t.ROLE)
    for arn in attached:
        call(aws, "iam", "DetachRolePolicy", {"roleName": id_, "policyArn": arn}, type_=t.ROLE)
    call(aws, "iam", "DeleteRole", {"roleName": id_}, type_=t.ROLE)


def _create_role_policy(aws: Aws, inputs: Properties) -> Created:
    name = own_name(inputs)
    rename = {"role": "RoleName", "policy": "PolicyDocument"}
    rest = _without(inputs)
    call(aws, "iam", "PutRolePolicy", rest, type_=t.ROLE_POLICY, rename=rename, extra={"PolicyName": name})
    return Created(f"{inputs['role']}:{name}", {"name": name, "namePrefix": inputs.get("namePrefix", "")})


def _delete_role_policy(aws: Aws, id_: str, outputs: Properties) -> None:
    role, name = id_.split(":", 1)
    call(aws, "iam", "DeleteRolePolicy", {"roleName": role, "policyName": name}, type_=t.ROLE_POLICY)


def _create_attachment(aws: Aws, inputs: Properties) -> Created:
    call(aws, "iam", "AttachRolePolicy", inputs, type_=t.ROLE_ATTACHMENT, rename={"role": "RoleName"})
    return Created(f"{inputs['role']}/{inputs['policyArn']}", {})


def _delete_attachment(aws: Aws, id_: str, outputs: Properties) -> None:
    role, arn = id_.split("/", 1)
    call(aws, "iam", "DetachRolePolicy", {"roleName": role, "policyArn": arn}, type_=t.ROLE_ATTACHMENT)


def _create_policy(aws: Aws, inputs: Properties) -> Created:
    rest = _without(inputs, "delayAfterPolicyCreationInMs")
    name, rename = own_name(inputs), {"policy": "PolicyDocument"}
    policy = call(aws, "iam", "CreatePolicy", rest, type_=t.IAM_POLICY, rename=rename, extra={"PolicyName": name})[
        "Policy"
    ]
    outputs = {
        "arn": policy["Arn"],
        "attachmentCount": policy["AttachmentCount"],
        "name": name,
        "namePrefix": inputs.get("namePrefix", ""),
        "path": policy["Path"],
        "policyId": policy["PolicyId"],
    }
    return Created(policy["Arn"], outputs)


def _delete_policy(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "iam", "DeletePolicy", {"policyArn": id_}, type_=t.IAM_POLICY)


def _create_oidc_provider(aws: Aws, inputs: Properties) -> Created:
    rename = {"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"}
    made = call(aws, "iam", "CreateOpenIDConnectProvider", inputs, type_=t.OIDC_PROVIDER, rename=rename)
    arn = made["OpenIDConnectProviderArn"]
    return Created(arn, {"arn": arn, "url": inputs["url"].removeprefix("https://")})


def _delete_oidc_provider(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"OpenIDConnectProviderArn": id_}
    call(aws, "iam", "DeleteOpenIDConnectProvider", {}, type_=t.OIDC_PROVIDER, extra=extra)


ADAPTERS: dict[str, Adapter] = {
    t.ROLE: Adapter(_create_role, _delete_role),
    t.ROLE_POLICY: Adapter(_create_role_policy, _delete_role_policy),
    t.ROLE_ATTACHMENT: Adapter(_create_attachment, _delete_attachment),
    t.IAM_POLICY: Adapter(_create_policy, _delete_policy),
    t.OIDC_PROVIDER: Adapter(_create_oidc_provider, _delete_oidc_provider),
}
