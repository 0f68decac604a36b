"""Security groups and their rules."""

from __future__ import annotations

import uuid
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_inline_rules
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_network import arn, one, require_network

PEERS = {
    "cidrIpv4": ("IpRanges", "CidrIp"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListId": ("PrefixListIds", "PrefixListId"),
    "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
"""A rule's peer in an IpPermission: the list, and the member of its single entry."""
RULE_PEERS = {
    "cidrIpv4": "CidrIpv4",
    "cidrIpv6": "CidrIpv6",
    "prefixListId": "PrefixListId",
    "referencedSecurityGroupId": "ReferencedGroupId",
}
"""The peer's member in a SecurityGroupRuleRequest."""


def own_name(inputs: Properties) -> str:
    """The name of a resource: its `name`, else `namePrefix` with a unique suffix, as from the provider."""
    return inputs.get("name") or f"{inputs.get('namePrefix', 'local-')}{uuid.uuid4().hex[:7]}"


def _create_group(aws: Aws, inputs: Properties) -> Created:
    used = ("name", "namePrefix", "revokeRulesOnDelete", "description", *ec2_inline_rules.DIRECTIONS)
    rest = {name: value for name, value in inputs.items() if name not in used}
    name, description = own_name(inputs), inputs.get("description", "Managed by Pulumi")
    extra = {"GroupName": name, "Description": description}
    group_id = call(aws, "ec2", "CreateSecurityGroup", rest, type_=t.SECURITY_GROUP, extra=extra)["GroupId"]
    empty(aws, t.SECURITY_GROUP, group_id)
    ec2_inline_rules.change(aws, t.SECURITY_GROUP, group_id, {}, inputs)
    return Created(group_id, _group_outputs(aws, t.SECURITY_GROUP, group_id, inputs))


def _delete_group(aws: Aws, id_: str, outputs: Properties) -> None:
    if outputs.get("revokeRulesOnDelete"):
        empty(aws, t.SECURITY_GROUP, id_)
    call(aws, "ec2", "DeleteSecurityGroup", {"groupId": id_}, type_=t.SECURITY_GROUP)


def _adopt_default_group(aws: Aws, inputs: Properties) -> Created:
    rest = {name: value for name, value in inputs.items() if name not in ec2_inline_rules.DIRECTIONS}
    vpc_id, tags = rest.pop("vpcId", None), rest.pop("tags", {})
    rest.pop("revokeRulesOnDelete", None)
    if rest or not vpc_id:
        problem = f"input `{sorted(rest)[0]}` has no place" if rest else "input `vpcId` is needed"
        raise AdapterError(f"{t.DEFAULT_SECURITY_GROUP}: {problem} in the adoption of a default group")
    group = one(
        aws, t.DEFAULT_SECURITY_GROUP, "DescribeSecurityGroups", "SecurityGroups", vpc_id=vpc_id, group_name="default"
    )
    empty(aws, t.DEFAULT_SECURITY_GROUP, group["GroupId"])
    ec2_inline_rules.change(aws, t.DEFAULT_SECURITY_GROUP, group["GroupId"], {}, inputs)
    if tags:
        extra = {"Resources": [group["GroupId"]], "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
        call(aws, "ec2", "CreateTags", {}, type_=t.DEFAULT_SECURITY_GROUP, extra=extra)
    return Created(group["GroupId"], _group_outputs(aws, t.DEFAULT_SECURITY_GROUP, group["GroupId"], inputs))


def _forget_default_group(aws: Aws, id_: str, outputs: Properties) -> None:
    """AWS deletes the group with its VPC; the provider leaves it unchanged."""


def empty(aws: Aws, type_: str, group_id: str) -> None:
    """Remove every rule of a group."""
    group = one(aws, type_, "DescribeSecurityGroups", "SecurityGroups", group_id=group_id)
    for operation, member in (
        ("RevokeSecurityGroupIngress", "IpPermissions"),
        ("RevokeSecurityGroupEgress", "IpPermissionsEgress"),
    ):
        if group[member]:
            call(aws, "ec2", operation, {}, type_=type_, extra={"GroupId": group_id, "IpPermissions": group[member]})


def _group_outputs(aws: Aws, type_: str, group_id: str, inputs: Properties) -> Properties:
    group = one(aws, type_, "DescribeSecurityGroups", "SecurityGroups", group_id=group_id)
    return {
        "arn": arn(aws, "security-group", group_id),
        "description": group["Description"],
        **{
            name: ec2_inline_rules.described(group, name, inputs.get(name) or ())
            for name in ec2_inline_rules.DIRECTIONS
        },
        "name": group["GroupName"],
        "ownerId": group["OwnerId"],
        "tagsAll": inputs.get("tags", {}),
        "vpcId": group["VpcId"],
    }


def _create_rule(aws: Aws, inputs: Properties, type_: str, operation: str) -> Created:
    rest = dict(inputs)
    permission: dict[str, Any] = {"IpProtocol": rest.pop("ipProtocol")}
    for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if (port := rest.pop(name, None)) is not None:
            permission[member] = int(port)
    given = [name for name in PEERS if rest.get(name)]
    if len(given) != 1:
        raise AdapterError(f"{type_}: exactly one of {', '.join(PEERS)} is needed, not {given or 'none'}")
    if given[0].startswith("cidr"):
        require_network(type_, given[0], rest[given[0]])
    where, member = PEERS[given[0]]
    peer = {member: rest.pop(given[0])}
    if member == "GroupId" and "/" in peer[member]:
        peer["UserId"], peer[member] = peer[member].split("/")
    if description := rest.pop("description", None):
        peer["Description"] = description
    names = {"securityGroupId": "GroupId"}
    extra = {"IpPermissions": [permission | {where: [peer]}]}
    (rule,) = call(aws, "ec2", operation, rest, type_=type_, rename=names, extra=extra)["SecurityGroupRules"]
    rule_id = rule["SecurityGroupRuleId"]
    outputs = {"arn": arn(aws, "security-group-rule", rule_id), "securityGroupRuleId": rule_id}
    return Created(rule_id, outputs | {"tagsAll": inputs.get("tags", {})})


def _create_ingress(aws: Aws, inputs: Properties) -> Created:
    return _create_rule(aws, inputs, t.INGRESS_RULE, "AuthorizeSecurityGroupIngress")


def _create_egress(aws: Aws, inputs: Properties) -> Created:
    return _create_rule(aws, inputs, t.EGRESS_RULE, "AuthorizeSecurityGroupEgress")


def _delete_ingress(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"GroupId": outputs["securityGroupId"], "SecurityGroupRuleIds": [id_]}
    call(aws, "ec2", "RevokeSecurityGroupIngress", {}, type_=t.INGRESS_RULE, extra=extra)


def _delete_egress(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"GroupId": outputs["securityGroupId"], "SecurityGroupRuleIds": [id_]}
    call(aws, "ec2", "RevokeSecurityGroupEgress", {}, type_=t.EGRESS_RULE, extra=extra)


ADAPTERS: dict[str, Adapter] = {
    t.SECURITY_GROUP: Adapter(_create_group, _delete_group),
    t.DEFAULT_SECURITY_GROUP: Adapter(_adopt_default_group, _forget_default_group),
    t.INGRESS_RULE: Adapter(_create_ingress, _delete_ingress),
    t.EGRESS_RULE: Adapter(_create_egress, _delete_egress),
}
