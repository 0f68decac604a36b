"""Web ACLs and their IP sets, in place: `aws:wafv2/…`."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import wafv2
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call

_FIXED = ("name", "namePrefix", "scope", "capacity", "tags")
"""Inputs that no update has: another value replaces the resource, and tags have requests of their own."""


def _versioned(type_: str, noun: str) -> Update:
    """Updates a resource with a lock token: the request includes the token of the replaced version."""

    def update(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
        key = wafv2.key_of(old["arn"])
        token = call(aws, "wafv2", f"Get{noun}", {}, type_=type_, extra=key)["LockToken"]
        rest = {name: value for name, value in new.items() if name not in _FIXED}
        if type_ == t.IP_SET:
            rest = {"addresses": []} | {name: value for name, value in rest.items() if name != "ipAddressVersion"}
        extra = {**key, "LockToken": token}
        answer = call(aws, "wafv2", f"Update{noun}", rest, type_=type_, extra=extra)
        outputs: Properties = {"lockToken": answer["NextLockToken"]}
        if type_ == t.WEB_ACL:
            outputs["capacity"] = call(aws, "wafv2", "GetWebACL", {}, type_=type_, extra=key)["WebACL"]["Capacity"]
        return outputs

    return update


UPDATES: Mapping[str, Update] = {
    t.IP_SET: _versioned(t.IP_SET, "IPSet"),
    t.RULE_GROUP: _versioned(t.RULE_GROUP, "RuleGroup"),
    t.WEB_ACL: _versioned(t.WEB_ACL, "WebACL"),
}
