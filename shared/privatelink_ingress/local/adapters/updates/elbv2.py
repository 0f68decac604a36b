"""Load balancers, in place: `aws:lb/…`."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import lb
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.lb_attributes import (
    BALANCER_ATTRIBUTES,
    BALANCER_DEFAULTS,
    GROUP_DEFAULTS,
    split,
    with_defaults,
)


def _load_balancer(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    attributes, rest = split(with_defaults(old, new, BALANCER_DEFAULTS), BALANCER_ATTRIBUTES)
    named = {"LoadBalancerArn": id_}
    enforce = rest.get("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic")
    groups = {key: rest[key] for key in ("securityGroups",) if rest.get(key)}
    if groups and (groups["securityGroups"] != old.get("securityGroups") or enforce is not None):
        extra = named | ({lb.ENFORCE: enforce} if enforce is not None else {})
        call(aws, "elbv2", "SetSecurityGroups", groups, type_=t.LOAD_BALANCER, extra=extra)
    if rest.get("subnets") and set(rest["subnets"]) != set(old.get("subnets") or ()):
        call(aws, "elbv2", "SetSubnets", {"subnets": rest["subnets"]}, type_=t.LOAD_BALANCER, extra=named)
    if rest.get("ipAddressType") and rest["ipAddressType"] != old.get("ipAddressType"):
        given = {"ipAddressType": rest["ipAddressType"]}
        call(aws, "elbv2", "SetIpAddressType", given, type_=t.LOAD_BALANCER, extra=named)
    lb.set_attributes(aws, t.LOAD_BALANCER, id_, attributes)
    return lb.balancer_outputs(aws, id_)


def _target_group(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    attributes, check, extra, _ = lb.target_group_parts(with_defaults(old, new, GROUP_DEFAULTS))
    if check:
        named = {"TargetGroupArn": id_}
        call(aws, "elbv2", "ModifyTargetGroup", check, type_=t.TARGET_GROUP, rename=lb.CHECK_NAMES, extra=extra | named)
    lb.set_attributes(aws, t.TARGET_GROUP, id_, attributes)
    return {}


def _listener(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    attributes, rest, extra = lb.listener_parts(new)
    rest.pop("loadBalancerArn", None)
    rest.pop("tags", None)
    rename, named = lb.forward("defaultActions"), {"ListenerArn": id_}
    call(aws, "elbv2", "ModifyListener", rest, type_=t.LISTENER, rename=rename, extra=extra | named)
    lb.set_attributes(aws, t.LISTENER, id_, attributes)
    return {}


def _rule(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """Sets the priority first, alone: the provider sets one rule's at a time, and AWS refuses one in use."""
    if new.get("priority") is not None and new["priority"] != old.get("priority"):
        extra = {"RulePriorities": [{"RuleArn": id_, "Priority": int(new["priority"])}]}
        call(aws, "elbv2", "SetRulePriorities", {}, type_=t.LISTENER_RULE, extra=extra)
    rest = {key: value for key, value in lb.rule_inputs(new).items() if key not in ("priority", "listenerArn", "tags")}
    rename, named = lb.forward("actions"), {"RuleArn": id_}
    call(aws, "elbv2", "ModifyRule", rest, type_=t.LISTENER_RULE, rename=rename, extra=named)
    return {}


def _trust_store(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """The bundle, which AWS takes as a whole; the name never changes in place."""
    bundle = {name: value for name, value in new.items() if name not in ("name", "tags")}
    call(aws, "elbv2", "ModifyTrustStore", bundle, type_=t.TRUST_STORE, extra={"TrustStoreArn": id_})
    return {}


UPDATES: Mapping[str, Update] = {
    t.LISTENER: _listener,
    t.LISTENER_RULE: _rule,
    t.LOAD_BALANCER: _load_balancer,
    t.TARGET_GROUP: _target_group,
    t.TRUST_STORE: _trust_store,
}
