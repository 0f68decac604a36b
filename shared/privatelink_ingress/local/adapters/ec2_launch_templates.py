"""Launch templates."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_network import arn
from privatelink_ingress.local.adapters.ec2_security_groups import own_name

OUTSIDE_THE_DATA = ("name", "namePrefix", "description", "tags", "updateDefaultVersion")
"""Inputs that are not part of LaunchTemplateData. `updateDefaultVersion` says what an update does."""
NAMES = {
    "description": "VersionDescription",
    "data": "LaunchTemplateData",
    "data.vpcSecurityGroupIds": "SecurityGroupIds",
    "data.securityGroupNames": "SecurityGroups",
    "data.networkInterfaces.securityGroups": "Groups",
}


def _create(aws: Aws, inputs: Properties) -> Created:
    top = {name: inputs[name] for name in ("description", "tags") if name in inputs}
    top["data"] = {name: value for name, value in inputs.items() if name not in OUTSIDE_THE_DATA}
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


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteLaunchTemplate", {"launchTemplateId": id_}, type_=t.LAUNCH_TEMPLATE)


ADAPTERS: dict[str, Adapter] = {t.LAUNCH_TEMPLATE: Adapter(_create, _delete)}
