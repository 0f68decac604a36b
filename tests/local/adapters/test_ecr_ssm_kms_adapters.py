"""The adapters of repositories, parameters and keys."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.invokes import FUNCTIONS
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
PARAMETER = "aws:ssm/parameter:Parameter"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"


def test_a_repository_keeps_its_settings_and_goes_with_its_images_by_force_only(workload: Session) -> None:
    inputs = {
        "name": "shop/nginx-ingress",
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfigurations": [{"encryptionType": "KMS"}],
        "tags": {"owner": "team-shop"},
    }
    adapter, ecr = adapter_for(REPOSITORY), workload.client("ecr")
    made = adapter.create(workload, inputs)
    assert made.id == "shop/nginx-ingress"
    assert made.outputs["repositoryUrl"] == "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/nginx-ingress"
    (described,) = ecr.describe_repositories()["repositories"]
    assert described["imageTagMutability"] == "IMMUTABLE"
    assert described["imageScanningConfiguration"] == {"scanOnPush": True}
    assert described["encryptionConfiguration"]["encryptionType"] == "KMS"
    assert ecr.list_tags_for_resource(resourceArn=made.outputs["arn"])["tags"] == [
        {"Key": "owner", "Value": "team-shop"}
    ]
    rule = {"rulePriority": 1, "action": {"type": "expire"}}
    rule["selection"] = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14,
    }
    policy = json.dumps({"rules": [rule]})
    lifecycle = adapter_for(LIFECYCLE).create(workload, {"repository": made.id, "policy": policy})
    assert ecr.get_lifecycle_policy(repositoryName=made.id)["lifecyclePolicyText"] == policy
    adapter_for(LIFECYCLE).delete(workload, lifecycle.id, {})
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []})
    ecr.put_image(repositoryName=made.id, imageManifest=manifest, imageTag="1")
    with pytest.raises(AdapterError, match="RepositoryNotEmptyException"):
        adapter.delete(workload, made.id, inputs | made.outputs)
    adapter.delete(workload, made.id, inputs | made.outputs | {"forceDelete": True})
    assert ecr.describe_repositories()["repositories"] == []


def test_a_parameter_is_written_once_and_read_back(workload: Session) -> None:
    adapter, ssm = adapter_for(PARAMETER), workload.client("ssm")
    inputs = {
        "name": "/central-ingress/connections/shop",
        "type": "String",
        "value": "{}",
        "tags": {"owner": "team-shop"},
    }
    made = adapter.create(workload, inputs)
    assert made.id == inputs["name"]
    assert made.outputs["arn"] == "arn:aws:ssm:eu-west-1:111111111111:parameter/central-ingress/connections/shop"
    assert (made.outputs["version"], made.outputs["tier"], made.outputs["value"]) == (1, "Standard", "{}")
    with pytest.raises(AdapterError, match="PutParameter was refused: ParameterAlreadyExists"):
        adapter.create(workload, inputs)
    adapter.delete(workload, made.id, inputs | made.outputs)
    assert ssm.describe_parameters()["Parameters"] == []


def test_an_insecure_value_is_a_value_too(workload: Session) -> None:
    adapter, inputs = adapter_for(PARAMETER), {"name": "/a", "type": "String"}
    adapter.create(workload, inputs | {"insecureValue": "plain"})
    assert workload.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"] == "plain"
    with pytest.raises(AdapterError, match="exactly one of value, insecureValue, valueWo is needed; given: none"):
        adapter.create(workload, inputs)


def test_a_key_rotates_and_has_an_alias(workload: Session) -> None:
    kms = workload.client("kms")
    inputs = {
        "description": "state",
        "enableKeyRotation": True,
        "rotationPeriodInDays": 180.0,
        "deletionWindowInDays": 7.0,
        "tags": {"owner": "team-shop"},
    }
    key = adapter_for(KEY).create(workload, inputs)
    assert key.outputs["arn"] == f"arn:aws:kms:eu-west-1:111111111111:key/{key.id}"
    assert kms.get_key_rotation_status(KeyId=key.id)["KeyRotationEnabled"] is True
    assert kms.list_resource_tags(KeyId=key.id)["Tags"] == [{"TagKey": "owner", "TagValue": "team-shop"}]
    named = {"name": "alias/state", "targetKeyId": key.outputs["arn"]}
    alias = adapter_for(ALIAS).create(workload, named)
    assert alias.outputs["arn"] == "arn:aws:kms:eu-west-1:111111111111:alias/state"
    assert alias.outputs["targetKeyArn"] == key.outputs["arn"]
    assert kms.describe_key(KeyId="alias/state")["KeyMetadata"]["KeyId"] == key.id
    adapter_for(ALIAS).delete(workload, alias.id, named | alias.outputs)
    adapter_for(KEY).delete(workload, key.id, inputs | key.outputs)
    assert kms.describe_key(KeyId=key.id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_key_is_looked_up_by_its_alias_and_one_that_is_not_there_is_said_so(workload: Session) -> None:
    kms = workload.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/alarms", TargetKeyId=key["KeyId"])
    found = FUNCTIONS[t.GET_KEY](workload, {"keyId": "alias/alarms"})
    assert (found["arn"], found["enabled"], found["keyState"]) == (key["Arn"], True, "Enabled")
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    found = FUNCTIONS[t.GET_KEY](workload, {"keyId": "alias/alarms"})
    assert (found["enabled"], found["keyState"]) == (False, "PendingDeletion")
    with pytest.raises(AdapterError, match="NotFoundException"):
        FUNCTIONS[t.GET_KEY](workload, {"keyId": "alias/pager"})
