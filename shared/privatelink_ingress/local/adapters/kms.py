"""Keys and their aliases: `aws:kms/…`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_security_groups import own_name

NOT_OF_THE_CREATION = ("enableKeyRotation", "rotationPeriodInDays", "deletionWindowInDays", "isEnabled")


def _create_key(aws: Aws, inputs: Properties) -> Created:
    rest = {name: value for name, value in inputs.items() if name not in NOT_OF_THE_CREATION}
    rename = {"customerMasterKeySpec": "KeySpec"}
    key = call(aws, "kms", "CreateKey", rest, type_=t.KMS_KEY, rename=rename)["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        rotation = {name: inputs[name] for name in ("rotationPeriodInDays",) if inputs.get(name)}
        call(aws, "kms", "EnableKeyRotation", rotation, type_=t.KMS_KEY, extra={"KeyId": key["KeyId"]})
    if inputs.get("isEnabled") is False:
        call(aws, "kms", "DisableKey", {"keyId": key["KeyId"]}, type_=t.KMS_KEY)
    policy = call(aws, "kms", "GetKeyPolicy", {"keyId": key["KeyId"], "policyName": "default"}, type_=t.KMS_KEY)[
        "Policy"
    ]
    outputs = {
        "arn": key["Arn"],
        "keyId": key["KeyId"],
        "keyUsage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "multiRegion": key.get("MultiRegion", False),
        "policy": policy,
    }
    return Created(key["KeyId"], outputs)


def _delete_key(aws: Aws, id_: str, outputs: Properties) -> None:
    window = {"pendingWindowInDays": outputs.get("deletionWindowInDays") or 30}
    call(aws, "kms", "ScheduleKeyDeletion", window, type_=t.KMS_KEY, extra={"KeyId": id_})


def _create_alias(aws: Aws, inputs: Properties) -> Created:
    name = own_name({"namePrefix": "alias/"} | inputs)
    target = call(aws, "kms", "DescribeKey", {"keyId": inputs["targetKeyId"]}, type_=t.KMS_ALIAS)["KeyMetadata"]
    rest = {key: value for key, value in inputs.items() if key not in ("name", "namePrefix", "targetKeyId")}
    extra = {"AliasName": name, "TargetKeyId": target["KeyId"]}
    call(aws, "kms", "CreateAlias", rest, type_=t.KMS_ALIAS, extra=extra)
    arn = f"arn:aws:kms:{aws.region}:{aws.account_id}:{name}"
    return Created(name, {"arn": arn, "name": name, "targetKeyArn": target["Arn"]})


def _delete_alias(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "kms", "DeleteAlias", {"aliasName": id_}, type_=t.KMS_ALIAS)


ADAPTERS: dict[str, Adapter] = {
    t.KMS_KEY: Adapter(_create_key, _delete_key),
    t.KMS_ALIAS: Adapter(_create_alias, _delete_alias),
}
