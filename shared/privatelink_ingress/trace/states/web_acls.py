"""Loads web ACLs from states, in the words of the WAFv2 API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.trace.states.resources import Outputs, Resources
from privatelink_ingress.trace.topology import WebAcl, WebAclRule

_NAMES = {"ipSetReferenceStatement": "IPSetReferenceStatement", "arn": "ARN"}
"""What the API spells otherwise than with a first capital letter."""


def web_acls(resources: Resources) -> dict[str, WebAcl]:
    """The web ACLs by ARN of their load balancer. Of an existing web ACL, the state knows the ARN alone."""
    acls = {one["arn"]: one for one in resources.of(t.WEB_ACL)}
    addresses = {one["arn"]: one.get("addresses") or [] for one in resources.of(t.IP_SET)}
    return {
        tie["resourceArn"]: _web_acl(acls[tie["webAclArn"]], addresses)
        if tie["webAclArn"] in acls
        else WebAcl(name=tie["webAclArn"], arn=tie["webAclArn"], default_allows=True, rules=(), known=False)
        for tie in resources.of(t.WEB_ACL_ASSOCIATION)
    }


def _web_acl(acl: Outputs, addresses: Mapping[str, list[str]]) -> WebAcl:
    rules = tuple(
        WebAclRule(
            name=rule["name"],
            action=next(iter(rule.get("action") or rule["overrideAction"])).lower(),
            statement=_with_addresses(_api(rule["statement"]), addresses),
            status=_status(rule),
        )
        for rule in sorted(acl.get("rules") or (), key=lambda rule: rule["priority"])
    )
    return WebAcl(name=acl["name"], arn=acl["arn"], default_allows="allow" in acl["defaultAction"], rules=rules)


def _status(rule: Mapping[str, Any]) -> int | None:
    block = (rule.get("action") or {}).get("block") or {}
    code = (block.get("customResponse") or {}).get("responseCode")
    return int(code) if code else None


def _with_addresses(statement: Mapping[str, Any], addresses: Mapping[str, list[str]]) -> Mapping[str, Any]:
    """The statement; if it refers to an IP set directly, with the addresses of that set."""
    arn = statement.get("IPSetReferenceStatement", {}).get("ARN")
    if arn not in addresses:
        return statement
    return {"IPSetReferenceStatement": {"ARN": arn, "Addresses": addresses[arn]}}


def _api(value: Any) -> Any:
    match value:
        case Mapping():
            return {
                _NAMES.get(key, key[:1].upper() + key[1:]): _api(item)
                for key, item in value.items()
                if item is not None
            }
        case list():
            return [_api(item) for item in value]
    return value
