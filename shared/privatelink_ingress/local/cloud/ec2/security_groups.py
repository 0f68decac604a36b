"""Security groups and their rules: refusals of AWS that moto lacks."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.hardening import Params, after, before, computed, refuse

ALLOWED_TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
"""Characters and length of a name, a description and a rule's description (EC2 CreateSecurityGroup)."""
PORT_PROTOCOLS = {"tcp", "udp", "6", "17"}
PROTOCOLS = PORT_PROTOCOLS | {"icmp", "icmpv6", "-1", *map(str, range(256))}
"""EC2 IpPermission, IpProtocol: a name, or the number of a protocol; -1 for all."""


@before(EC2Response, "create_security_group")
def a_group_is_well_named_and_in_a_known_vpc(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue, "Group names may not be in the format sg-*"; InvalidVpcID.NotFound."""
    name, description = params["GroupName"], params.get("Description", "")
    if not name:
        refuse("MissingParameter", "The request must contain the parameter GroupName")
    if name.lower().startswith("sg-"):
        refuse("InvalidParameterValue", f"invalid value for parameter groupName: {name}. May not begin with sg-.")
    for parameter, value in (("GroupName", name), ("GroupDescription", description)):
        if not ALLOWED_TEXT.fullmatch(value):
            refuse("InvalidParameterValue", _characters(parameter, value))
    if "VpcId" in params:
        response.ec2_backend.get_vpc(params["VpcId"])


@before(EC2Response, "authorize_security_group_ingress", "authorize_security_group_egress")
def rules_are_well_formed(response: Any, params: Params) -> None:
    """AWS: InvalidParameterValue for ports, blocks and descriptions; unknown prefix lists are not found.

    A block with host bits is stored without them (EC2 IpRange, CidrIp), which moto does not do.
    """
    permissions = params.get("IpPermissions") or [params]
    for permission in permissions:
        if permission.get("IpProtocol") is None:
            continue
        _ports(permission)
        ranges = [(entry, "CidrIp") for entry in permission.get("IpRanges", [])]
        ranges += [(entry, "CidrIpv6") for entry in permission.get("Ipv6Ranges", [])]
        ranges += [(permission, key) for key in ("CidrIp", "CidrIpv6") if key in permission]
        for entry, key in ranges:
            entry[key] = _canonical(entry[key])
        described = [entry for entry, _ in ranges]
        described += [*permission.get("UserIdGroupPairs", []), *permission.get("PrefixListIds", [])]
        for entry in described:
            if not ALLOWED_TEXT.fullmatch(entry.get("Description", "")):
                refuse("InvalidParameterValue", _characters("description", entry["Description"]))
        for entry in permission.get("PrefixListIds", []):
            if entry["PrefixListId"] not in response.ec2_backend.managed_prefix_lists:
                message = f"The prefix list ID '{entry['PrefixListId']}' does not exist"
                refuse("InvalidPrefixListId.NotFound", message)


def _characters(parameter: str, value: str) -> str:
    return (
        f"Value ({value}) for parameter {parameter} is invalid. Character sets beyond ASCII are not supported: "
        "up to 255 of a-z, A-Z, 0-9, spaces and ._-:/()#,@[]+=&;{}!$*"
    )


def _ports(permission: Params) -> None:
    protocol = str(permission["IpProtocol"]).lower()
    if protocol not in PROTOCOLS:
        refuse("InvalidParameterValue", f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
    if protocol not in PORT_PROTOCOLS:
        return
    first, last = permission.get("FromPort"), permission.get("ToPort")
    if first is None or last is None:
        refuse(
            "InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP' for portRange."
        )
    if not (0 <= int(first) <= 65535 and 0 <= int(last) <= 65535):
        refuse("InvalidParameterValue", f"Invalid value '{first}-{last}' for portRange: ports are 0 to 65535.")
    if int(first) > int(last):
        refuse("InvalidParameterValue", f"Invalid TCP/UDP port range ({first}:{last})")


def _canonical(cidr: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F.:]+/[0-9]{1,3}", cidr):
        refuse("InvalidParameterValue", f"CIDR block {cidr} is malformed")
    try:
        return str(ipaddress.ip_network(cidr, strict=False))
    except ValueError:
        refuse("InvalidParameterValue", f"CIDR block {cidr} is malformed")


@before(EC2Response, "modify_security_group_rules")
def a_rule_s_new_group_exists(response: Any, params: Params) -> None:
    """AWS: InvalidGroup.NotFound (ModifySecurityGroupRules)."""
    for entry in params["SecurityGroupRules"]:
        wanted = entry["SecurityGroupRule"].get("ReferencedGroupId")
        if wanted and response.ec2_backend.get_security_group_from_id(wanted) is None:
            refuse("InvalidGroup.NotFound", f"The security group '{wanted}' does not exist")


@after(EC2Response, "modify_security_group_rules")
def a_rule_takes_another_group(response: Any, params: Params, answer: Any) -> Any:
    """AWS: another peer of the same kind, and its description (ModifySecurityGroupRules); moto changes blocks alone."""
    group = response.ec2_backend.get_security_group_from_id(params["GroupId"])
    for entry in params["SecurityGroupRules"]:
        rule, wanted = group.get_rule(entry["SecurityGroupRuleId"]), entry["SecurityGroupRule"]
        if wanted.get("ReferencedGroupId"):
            # The description of a rule with a group is the group's entry's, which moto puts beside a block.
            rule.ip_range.pop("Description", None)
            changed = {"GroupId": wanted["ReferencedGroupId"], "Description": wanted.get("Description", "")}
            rule.source_group = rule.source_group | changed
    return answer


@computed(SecurityGroupRule, "description")
def rules_with_any_peer_keep_their_description(rule: Any) -> str | None:
    """AWS: a rule to a group has a description as one to a block has (EC2 UserIdGroupPair); moto drops it."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description")


@before(EC2Response, "delete_security_group")
def groups_in_use_stay(response: Any, params: Params) -> None:
    """AWS: CannotDelete for the default group, DependencyViolation while an interface or another group uses it."""
    backend = response.ec2_backend
    group = backend.get_security_group_from_id(params.get("GroupId", ""))
    if group is None:
        return
    if group.name == "default":
        refuse("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    holders = [eni.id for eni in backend.enis.values() if any(held.id == group.id for held in eni.group_set)]
    holders += [
        other.id
        for groups in backend.groups.values()
        for other in groups.values()
        if other.id != group.id
        and any(rule.source_group.get("GroupId") == group.id for rule in [*other.ingress_rules, *other.egress_rules])
    ]
    if holders:
        refuse("DependencyViolation", f"resource {group.id} has a dependent object: {', '.join(sorted(holders))}")
