"""Image repositories: `aws:ecr/…`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_security_groups import own_name


def _create_repository(aws: Aws, inputs: Properties) -> Created:
    rest = {name: value for name, value in inputs.items() if name not in ("name", "forceDelete")}
    name = own_name(inputs)
    rename = {"encryptionConfigurations": "encryptionConfiguration"}
    extra = {"repositoryName": name}
    made = call(aws, "ecr", "CreateRepository", rest, type_=t.REPOSITORY, rename=rename, extra=extra)["repository"]
    outputs = {
        "arn": made["repositoryArn"],
        "imageTagMutability": made["imageTagMutability"],
        "name": name,
        "registryId": made["registryId"],
        "repositoryUrl": made["repositoryUri"],
    }
    return Created(name, outputs)


def _delete_repository(aws: Aws, id_: str, outputs: Properties) -> None:
    named = {"repositoryName": id_, "force": bool(outputs.get("forceDelete"))}
    call(aws, "ecr", "DeleteRepository", named, type_=t.REPOSITORY)


def _create_lifecycle_policy(aws: Aws, inputs: Properties) -> Created:
    rename = {"policy": "lifecyclePolicyText", "repository": "repositoryName"}
    made = call(aws, "ecr", "PutLifecyclePolicy", inputs, type_=t.REPOSITORY_LIFECYCLE, rename=rename)
    return Created(inputs["repository"], {"registryId": made["registryId"]})


def _delete_lifecycle_policy(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ecr", "DeleteLifecyclePolicy", {"repositoryName": id_}, type_=t.REPOSITORY_LIFECYCLE)


ADAPTERS: dict[str, Adapter] = {
    t.REPOSITORY: Adapter(_create_repository, _delete_repository),
    t.REPOSITORY_LIFECYCLE: Adapter(_create_lifecycle_policy, _delete_lifecycle_policy),
}
