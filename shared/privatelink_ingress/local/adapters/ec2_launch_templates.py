"""Launch templates."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_network import arn
from privatelink_ingress.local.adapters.ec2_security_groups import own_name

OUTSIDE_THE_DATA = ("name", "namePrefix", "description", "tags", "updateDefaultVersion")
"""Inputs that are not part of LaunchTemplateData. `updateDefaultVersion` only affects updates."""
NAMES = {
    "description": "VersionDescription",
    "data": "LaunchTemplateData",
    "data.vpcSecurityGroupIds": "SecurityGroupIds",
    "data.securityGroupNames": "SecurityGroups",
    "data.networkInterfaces.securityGroups": "Groups",
}


def _create(aws: Aws, inputs: Properties) -> Created:
    top = _version_inputs(inputs) | {name: inputs[name] for name in ("tags",) if name in inputs}
    extra = {"LaunchTemplateName": own_name(inputs)}
    answer = call(aws, "ec2", "CreateLaunchTemplate", top, type_=t.LAUNCH_TEMPLATE, rename=NAMES, extra=extra)
    template = answer["LaunchTemplate"]
    return Created(
        template["LaunchTemplateId"],
        {
            "arn": arn(aws, "launch-template", template["LaunchTemplateId"]),
            "defaultVersion": template["DefaultVersionNumber"],
            "latestVersion": template["LatestVersionNumber"],
            "name": template["LaunchTemplateName"],
            "tagsAll": inputs.get("tags", {}),
        },
    )


def new_version(aws: Aws, id_: str, inputs: Properties) -> int:
    """Add a version with the inputs' data; returns its number."""
    operation, extra = "CreateLaunchTemplateVersion", {"LaunchTemplateId": id_}
    inputs = _version_inputs(inputs)
    answer = call(aws, "ec2", operation, inputs, type_=t.LAUNCH_TEMPLATE, rename=NAMES, extra=extra)
    return answer["LaunchTemplateVersion"]["VersionNumber"]


def _version_inputs(inputs: Properties) -> Properties:
    data = {name: value for name, value in inputs.items() if name not in OUTSIDE_THE_DATA}
    return {"data": data} | {name: inputs[name] for name in ("description",) if name in inputs}


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteLaunchTemplate", {"launchTemplateId": id_}, type_=t.LAUNCH_TEMPLATE)


ADAPTERS: dict[str, Adapter] = {t.LAUNCH_TEMPLATE: Adapter(_create, _delete)}
