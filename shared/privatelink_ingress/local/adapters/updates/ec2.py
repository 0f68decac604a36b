"""Endpoints, their services, rules of security groups and launch templates, in place: `aws:ec2/…` and `aws:vpc/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_endpoints, ec2_launch_templates, ec2_security_groups
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call

LISTS = {"subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds", "routeTableIds": "RouteTableIds"}
"""An endpoint's list inputs, which the API changes by additions and removals."""


def _endpoint(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    rest = {key: new[key] for key in ("policy", "privateDnsEnabled", "ipAddressType", "dnsOptions") if key in new}
    rest = {key: value for key, value in rest.items() if old.get(key) != value}
    extra: dict[str, Any] = {"VpcEndpointId": id_} | _moves(old, new, LISTS)
    configurations = new.get("subnetConfigurations")
    if configurations is not None:
        extra["SubnetConfigurations"] = [
            {key[0].upper() + key[1:]: value for key, value in each.items()} for each in configurations
        ]
    call(aws, "ec2", "ModifyVpcEndpoint", rest, type_=t.VPC_ENDPOINT, rename={"policy": "PolicyDocument"}, extra=extra)
    return ec2_endpoints.endpoint_outputs(aws, id_, new)


SERVICE_LISTS = {
    "networkLoadBalancerArns": "NetworkLoadBalancerArns",
    "gatewayLoadBalancerArns": "GatewayLoadBalancerArns",
    "supportedIpAddressTypes": "SupportedIpAddressTypes",
    "supportedRegions": "SupportedRegions",
}


def _service(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    rest = {key: new[key] for key in ("acceptanceRequired", "privateDnsName") if key in new}
    extra = {"ServiceId": id_} | _moves(old, new, SERVICE_LISTS)
    call(aws, "ec2", "ModifyVpcEndpointServiceConfiguration", rest, type_=t.ENDPOINT_SERVICE, extra=extra)
    return ec2_endpoints.service_outputs(aws, id_, new)


def _moves(old: Properties, new: Properties, names: Mapping[str, str]) -> dict[str, list[str]]:
    """The additions to lists and the removals, by the API's names. An absent list stays unchanged."""
    moves: dict[str, list[str]] = {}
    for name, member in names.items():
        if new.get(name) is not None:
            before: list[str] = list(old.get(name) or ())
            after: list[str] = list(new[name])
            moves[f"Add{member}"] = [item for item in after if item not in before]
            moves[f"Remove{member}"] = [item for item in before if item not in after]
    return {member: items for member, items in moves.items() if items}


def _rule(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    rule: dict[str, Any] = {"IpProtocol": new["ipProtocol"]}
    for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if (port := new.get(name)) is not None:
            rule[member] = int(port)
    for name, member in ec2_security_groups.RULE_PEERS.items():
        if new.get(name):
            rule[member] = new[name]
    rule["Description"] = new.get("description", "")
    rules = [{"SecurityGroupRuleId": id_, "SecurityGroupRule": rule}]
    extra = {"GroupId": new["securityGroupId"], "SecurityGroupRules": rules}
    call(aws, "ec2", "ModifySecurityGroupRules", {}, type_=t.INGRESS_RULE, extra=extra)
    return {}


def _launch_template(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """A new version of the template, which becomes the default one when the inputs say so."""
    number = ec2_launch_templates.new_version(aws, id_, new)
    default = old.get("defaultVersion")
    if new.get("updateDefaultVersion"):
        extra = {"LaunchTemplateId": id_, "DefaultVersion": str(number)}
        call(aws, "ec2", "ModifyLaunchTemplate", {}, type_=t.LAUNCH_TEMPLATE, extra=extra)
        default = number
    return {"latestVersion": number, "defaultVersion": default}


def _notification(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    given = {name: new[name] for name in ("connectionEvents", "connectionNotificationArn")}
    extra = {"ConnectionNotificationId": id_}
    operation = "ModifyVpcEndpointConnectionNotification"
    call(aws, "ec2", operation, given, type_=t.ENDPOINT_NOTIFICATION, extra=extra)
    return {}


UPDATES: Mapping[str, Update] = {
    t.EGRESS_RULE: _rule,
    t.ENDPOINT_NOTIFICATION: _notification,
    t.ENDPOINT_SERVICE: _service,
    t.INGRESS_RULE: _rule,
    t.LAUNCH_TEMPLATE: _launch_template,
    t.VPC_ENDPOINT: _endpoint,
}
