"""Endpoints, their services, flow logs, launch templates and scaling groups: `aws:ec2/…`, `aws:autoscaling/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_endpoints, ec2_launch_templates
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.readings.reading import Reading, by_ids, given, is_


def _endpoint(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return ec2_endpoints.endpoint_outputs(aws, id_, {"tags": state.get("tagsAll", {})})


def _service(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """With all its principals, those of resources of their own too.

    Source: terraform-provider-aws internal/service/ec2/vpc_endpoint_service.go, resourceVPCEndpointServiceRead.
    """
    extra = {"ServiceId": id_}
    operation = "DescribeVpcEndpointServicePermissions"
    allowed = call(aws, "ec2", operation, {}, type_=t.ENDPOINT_SERVICE, extra=extra)["AllowedPrincipals"]
    principals = {"allowedPrincipals": sorted(one["Principal"] for one in allowed)}
    return ec2_endpoints.service_outputs(aws, id_, {"tags": state.get("tagsAll", {})} | state) | principals


def _versions(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    extra = {"LaunchTemplateIds": [id_]}
    answer = call(aws, "ec2", "DescribeLaunchTemplates", {}, type_=t.LAUNCH_TEMPLATE, extra=extra)
    template = answer["LaunchTemplates"][0]
    return {"defaultVersion": template["DefaultVersionNumber"], "latestVersion": template["LatestVersionNumber"]}


def _accepted(item: Any, id_: str, state: Properties) -> bool:
    return item["VpcEndpointId"] == state["vpcEndpointId"] and item["VpcEndpointState"] == "available"


READINGS: Mapping[str, Reading] = {
    t.ALLOWED_PRINCIPAL: Reading(
        "ec2",
        "DescribeVpcEndpointServicePermissions",
        given(ServiceId="vpcEndpointServiceId"),
        "AllowedPrincipals",
        is_("Principal", "principalArn"),
        matched=False,
    ),
    t.AUTOSCALING_ATTACHMENT: Reading(
        "autoscaling",
        "DescribeAutoScalingGroups",
        lambda id_, state: {"AutoScalingGroupNames": [state["autoscalingGroupName"]]},
        "AutoScalingGroups",
        lambda item, id_, state: state["lbTargetGroupArn"] in item.get("TargetGroupARNs", ()),
        matched=False,
    ),
    t.ENDPOINT_ACCEPTER: Reading(
        "ec2",
        "DescribeVpcEndpointConnections",
        lambda id_, state: {"Filters": [{"Name": "service-id", "Values": [state["vpcEndpointServiceId"]]}]},
        "VpcEndpointConnections",
        _accepted,
        matched=False,
    ),
    t.ENDPOINT_NOTIFICATION: Reading(
        "ec2",
        "DescribeVpcEndpointConnectionNotifications",
        lambda id_, state: {"ConnectionNotificationId": id_},
        "ConnectionNotificationSet",
        is_("ConnectionNotificationId"),
        {"vpcEndpointServiceId": "ServiceId"},
    ),
    t.ENDPOINT_SERVICE: Reading(
        "ec2",
        "DescribeVpcEndpointServiceConfigurations",
        by_ids("ServiceIds"),
        "ServiceConfigurations",
        rename={"supportedRegions": "", "allowedPrincipals": ""},
        more=_service,
    ),
    t.FLOW_LOG: Reading(
        "ec2",
        "DescribeFlowLogs",
        by_ids("FlowLogIds"),
        "FlowLogs",
        rename={"iamRoleArn": "DeliverLogsPermissionArn", "vpcId": "ResourceId"},
    ),
    # The provider reads the latest version, whichever is the default.
    t.LAUNCH_TEMPLATE: Reading(
        "ec2",
        "DescribeLaunchTemplateVersions",
        lambda id_, state: {"LaunchTemplateId": id_, "Versions": ["$Latest"]},
        "LaunchTemplateVersions.LaunchTemplateData",
        rename={path.removeprefix("data."): member for path, member in ec2_launch_templates.NAMES.items()}
        | dict.fromkeys(ec2_launch_templates.OUTSIDE_THE_DATA, ""),
        more=_versions,
    ),
    t.VPC_ENDPOINT: Reading(
        "ec2", "DescribeVpcEndpoints", by_ids("VpcEndpointIds"), "VpcEndpoints", more=_endpoint, matched=False
    ),
}
