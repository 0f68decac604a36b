"""Rules in a security group's own inputs: `ingress` and `egress` of `aws:ec2/securityGroup` and the default group.

The provider changes single rules: it revokes those of the state that are no longer requested, and adds the new ones.
Source: terraform-provider-aws internal/service/ec2/vpc_security_group.go, `updateSecurityGroupRules`, `matchRules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call

DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "ingress": ("Ingress", "IpPermissions"),
    "egress": ("Egress", "IpPermissionsEgress"),
}
"""By input: the ending of the API operations, and the member of a group's description."""
PEERS: Mapping[str, tuple[str, str]] = {
    "cidrBlocks": ("IpRanges", "CidrIp"),
    "ipv6CidrBlocks": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListIds": ("PrefixListIds", "PrefixListId"),
    "securityGroups": ("UserIdGroupPairs", "GroupId"),
}
"""A block's lists of peers: the list of an IpPermission, and the member of its entries."""
ALL_PROTOCOLS = "-1"


class Rule(NamedTuple):
    """One rule with one peer."""

    protocol: str
    from_port: int
    to_port: int
    peers: str
    """The input that lists the peer."""
    peer: str
    description: str


def rules_of(blocks: Iterable[Properties], group_id: str) -> list[Rule]:
    """The rules that blocks request. `self` stands for the group's own id."""
    found = []
    for block in blocks:
        protocol = ALL_PROTOCOLS if block["protocol"] == "all" else str(block["protocol"])
        ports = int(block.get("fromPort") or 0), int(block.get("toPort") or 0)
        peers = [(name, peer) for name in PEERS for peer in block.get(name) or ()]
        peers += [("securityGroups", group_id)] if block.get("self") else []
        found += [Rule(protocol, *ports, name, peer, block.get("description") or "") for name, peer in peers]
    return found


def described(description: Mapping[str, Any], direction: str, recorded: Iterable[Properties] = ()) -> list[Properties]:
    """A group's rules as blocks: the recorded blocks that AWS still has as they are, then the other rules.

    Args:
        description: the group in the answer of DescribeSecurityGroups.
        direction: `ingress` or `egress`.
        recorded: the blocks of the state.
    """
    group_id, left = description["GroupId"], _rules_in(description[DIRECTIONS[direction][1]])
    blocks: list[Properties] = []
    for block in recorded:
        wanted = set(rules_of([block], group_id))
        if wanted and wanted <= set(left):
            blocks.append(dict(block))
            left = [rule for rule in left if rule not in wanted]
    grouped: dict[tuple[Any, ...], Properties] = {}
    for rule in left:
        key = (rule.protocol, rule.from_port, rule.to_port, rule.description)
        block = {"protocol": rule.protocol, "fromPort": rule.from_port, "toPort": rule.to_port}
        block = grouped.setdefault(key, block | ({"description": rule.description} if rule.description else {}))
        if rule.peer == group_id:
            block["self"] = True
        else:
            block.setdefault(rule.peers, []).append(rule.peer)
    return blocks + list(grouped.values())


def change(aws: Aws, type_: str, group_id: str, old: Properties, new: Properties) -> None:
    """Revoke and add rules, from the blocks of the state to those of the inputs. An absent input changes none.

    Raises:
        AdapterError: AWS refuses.
    """
    for direction, (noun, _) in DIRECTIONS.items():
        if new.get(direction) is None:
            continue
        before, after = (rules_of(each.get(direction) or (), group_id) for each in (old, new))
        for verb, rules in (
            ("Revoke", [rule for rule in before if rule not in after]),
            ("Authorize", [rule for rule in after if rule not in before]),
        ):
            if rules:
                extra = {"GroupId": group_id, "IpPermissions": [_permission(rule) for rule in rules]}
                call(aws, "ec2", f"{verb}SecurityGroup{noun}", {}, type_=type_, extra=extra)


def _permission(rule: Rule) -> dict[str, Any]:
    where, member = PEERS[rule.peers]
    account_id, _, peer = rule.peer.rpartition("/") if rule.peers == "securityGroups" else ("", "", rule.peer)
    entry = {member: peer} | ({"UserId": account_id} if account_id else {})
    entry |= {"Description": rule.description} if rule.description else {}
    ports = {} if rule.protocol == ALL_PROTOCOLS else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    return {"IpProtocol": rule.protocol, **ports, where: [entry]}


def _rules_in(permissions: Iterable[Mapping[str, Any]]) -> list[Rule]:
    found = []
    for each in permissions:
        ports = int(each.get("FromPort") or 0), int(each.get("ToPort") or 0)
        for name, (where, member) in PEERS.items():
            for entry in each.get(where) or ():
                found.append(Rule(each["IpProtocol"], *ports, name, entry[member], entry.get("Description") or ""))
    return found
