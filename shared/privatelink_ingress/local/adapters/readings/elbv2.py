"""Load balancers: `aws:lb/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import lb, trust_stores
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.described import scalar
from privatelink_ingress.local.adapters.lb_attributes import (
    BALANCER_ATTRIBUTES,
    GROUP_ATTRIBUTES,
    HEALTH_CHECK,
    listener_attribute,
)
from privatelink_ingress.local.adapters.readings.reading import Reading, by_ids, given, is_
from privatelink_ingress.local.engine import schema


def _attributes(aws: Aws, type_: str, arn: str, state: Properties, table: Mapping[str, str]) -> Properties:
    """The properties that are attributes in the API, by the paths of `table`: recorded ones, and possible drift."""
    looked_for = state.keys() | schema.not_computed(type_)
    noun = type_.rpartition(":")[2]
    operation, extra = f"Describe{noun}Attributes", {f"{noun}Arn": arn}
    attributes = call(aws, "elbv2", operation, {}, type_=type_, extra=extra)["Attributes"]
    values = {attribute["Key"]: attribute["Value"] for attribute in attributes}
    found: Properties = {}
    for path, key in table.items():
        name, _, inner = path.partition(".")
        if name not in looked_for or key not in values:
            continue
        kind = schema.inputs_of(type_)[name].kind
        if not inner:
            # AWS writes an attribute that was never set as an empty text.
            found[name] = scalar(values[key], kind.name) if values[key] or kind.name == "string" else None
        elif kind.name == "block" and "." not in inner:
            kind = kind.properties[inner].kind
            found.setdefault(name, {})[inner] = scalar(values[key], kind.name)
    return found


def _balancer(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    found = _attributes(aws, t.LOAD_BALANCER, id_, state, BALANCER_ATTRIBUTES)
    if item["Type"] == "application":
        # It always balances over zones, and the provider does not compare it.
        found.pop("enableCrossZoneLoadBalancing", None)
    return lb.balancer_outputs(aws, id_) | found | {"internal": item["Scheme"] == "internal"}


def _group(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    check = {name: item[member] for name, member in HEALTH_CHECK.items() if member in item}
    matcher = item.get("Matcher", {}).get("HttpCode") or item.get("Matcher", {}).get("GrpcCode")
    return {
        "healthCheck": check | ({"matcher": matcher} if matcher else {}),
        "loadBalancerArns": item.get("LoadBalancerArns", []),
        **_attributes(aws, t.TARGET_GROUP, id_, state, GROUP_ATTRIBUTES),
    }


def _listener(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    table = {name: key for name in state if (key := listener_attribute(name))}
    certificate = next((each["CertificateArn"] for each in item.get("Certificates") or ()), None)
    alpn = next(iter(item.get("AlpnPolicy") or ()), None)
    return {"certificateArn": certificate, "alpnPolicy": alpn} | _attributes(aws, t.LISTENER, id_, state, table)


def _rule(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    conditions = []
    for condition in item["Conditions"]:
        block = {}
        for member, value in condition.items():
            if member == "QueryStringConfig":
                pairs = [{name.lower(): text for name, text in pair.items()} for pair in value["Values"]]
                block["queryStrings"] = pairs
            elif member.endswith("Config"):
                name = member.removesuffix("Config")
                block[name[0].lower() + name[1:]] = {key[0].lower() + key[1:]: each for key, each in value.items()}
        conditions.append(block)
    return {"conditions": conditions}


READINGS: Mapping[str, Reading] = {
    t.LISTENER: Reading(
        "elbv2",
        "DescribeListeners",
        by_ids("ListenerArns"),
        "Listeners",
        rename=lb.forward("defaultActions") | {"certificateArn": "", "alpnPolicy": ""},
        more=_listener,
    ),
    t.LISTENER_CERTIFICATE: Reading(
        "elbv2",
        "DescribeListenerCertificates",
        given(ListenerArn="listenerArn"),
        "Certificates",
        is_("CertificateArn", "certificateArn"),
        matched=False,
    ),
    t.LISTENER_RULE: Reading(
        "elbv2",
        "DescribeRules",
        by_ids("RuleArns"),
        "Rules",
        rename=lb.forward("actions") | {"conditions": "", "listenerArn": ""},
        kept=("actions.authenticateOidc.clientSecret",),
        more=_rule,
    ),
    t.LOAD_BALANCER: Reading(
        "elbv2",
        "DescribeLoadBalancers",
        by_ids("LoadBalancerArns"),
        "LoadBalancers",
        rename={"loadBalancerType": "Type", "subnets": "", "internal": ""},
        more=_balancer,
    ),
    t.TARGET: Reading(
        "elbv2",
        "DescribeTargetHealth",
        given(TargetGroupArn="targetGroupArn"),
        "TargetHealthDescriptions.Target",
        lambda item, id_, state: item["Id"] == state["targetId"] and state.get("port") in (None, item.get("Port")),
        matched=False,
    ),
    t.TARGET_GROUP: Reading(
        "elbv2",
        "DescribeTargetGroups",
        by_ids("TargetGroupArns"),
        "TargetGroups",
        rename={"healthCheck": ""},
        more=_group,
    ),
    t.TRUST_STORE: Reading(
        "elbv2",
        "DescribeTrustStores",
        by_ids("TrustStoreArns"),
        "TrustStores",
        # AWS keeps a copy of the bundle, and not where it came from.
        rename=dict.fromkeys(
            ("caCertificatesBundleS3Bucket", "caCertificatesBundleS3Key", "caCertificatesBundleS3ObjectVersion"), ""
        )
        | {"namePrefix": ""},
    ),
    t.TRUST_STORE_REVOCATION: Reading(
        "elbv2",
        "DescribeTrustStoreRevocations",
        lambda id_, state: trust_stores.list_of(id_),
        "TrustStoreRevocations",
        rename=dict.fromkeys(("revocationsS3Bucket", "revocationsS3Key", "revocationsS3ObjectVersion"), ""),
    ),
}
