"""Certificates, names and firewalls: `aws:acm/…`, `aws:route53/…`, `aws:wafv2/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import route53
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.readings.reading import Reading, by_id, given
from privatelink_ingress.local.adapters.wafv2 import key_of


def _is_record(item: Any, id_: str, state: Properties) -> bool:
    key = (route53.plain(item["Name"]), item["Type"], item.get("SetIdentifier"))
    return key == (state["fqdn"], state["type"], state.get("setIdentifier"))


def _record(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    found: Properties = dict.fromkeys(("aliases", "records", "ttl"))
    found["healthCheckId"] = item.get("HealthCheckId")
    if alias := item.get("AliasTarget"):
        found["aliases"] = [
            {
                "name": route53.plain(alias["DNSName"]),
                "zoneId": alias["HostedZoneId"],
                "evaluateTargetHealth": alias["EvaluateTargetHealth"],
            }
        ]
    else:
        found["records"] = [value["Value"] for value in item["ResourceRecords"]]
        found["ttl"] = item["TTL"]
    return found


def _acl(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    # AWS has the bodies by their keys.
    bodies = [
        {"key": key, "content": body["Content"], "contentType": body["ContentType"]}
        for key, body in item.get("CustomResponseBodies", {}).items()
    ]
    return {"capacity": item["Capacity"], **({"customResponseBodies": bodies} if bodies else {})}


def _zone(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    vpcs = call(aws, "route53", "GetHostedZone", {"id": id_}, type_=t.HOSTED_ZONE).get("VPCs") or []
    return {"vpcs": [{"vpcId": each["VPCId"], "vpcRegion": each["VPCRegion"]} for each in vpcs]}


READINGS: Mapping[str, Reading] = {
    t.CERTIFICATE: Reading(
        "acm",
        "DescribeCertificate",
        by_id("CertificateArn"),
        "Certificate",
        rename={"validationMethod": "", "validationOptions": ""},
        more=lambda aws, id_, state, item: {"status": item["Status"]},
    ),
    # AWS has no resource for a validation: it lasts as long as its certificate.
    t.CERTIFICATE_VALIDATION: Reading(
        "acm",
        "DescribeCertificate",
        given(CertificateArn="certificateArn"),
        "Certificate",
        lambda item, id_, state: item["Status"] == "ISSUED",
        matched=False,
    ),
    t.DNS_RECORD: Reading(
        "route53",
        "ListResourceRecordSets",
        given(HostedZoneId="zoneId", StartRecordName="fqdn"),
        "ResourceRecordSets",
        _is_record,
        more=_record,
        matched=False,
    ),
    t.HOSTED_ZONE: Reading(
        "route53",
        "GetHostedZone",
        by_id("Id"),
        "HostedZone.Config",
        rename={"name": "", "forceDestroy": "", "vpcs": ""},
        more=_zone,
    ),
    t.QUERY_LOG: Reading(
        "route53", "GetQueryLoggingConfig", by_id("Id"), "QueryLoggingConfig", rename=route53.QUERY_LOG
    ),
    t.IP_SET: Reading("wafv2", "GetIPSet", lambda id_, state: key_of(state["arn"]), "IPSet", rename={"scope": ""}),
    t.RULE_GROUP: Reading(
        "wafv2",
        "GetRuleGroup",
        lambda id_, state: key_of(state["arn"]),
        "RuleGroup",
        rename={"scope": "", "namePrefix": "", "rulesJson": ""},
        more=_acl,
    ),
    t.WEB_ACL: Reading(
        "wafv2",
        "GetWebACL",
        lambda id_, state: key_of(state["arn"]),
        "WebACL",
        rename={"scope": "", "namePrefix": "", "ruleJson": ""},
        more=_acl,
    ),
    t.WEB_ACL_ASSOCIATION: Reading(
        "wafv2",
        "ListResourcesForWebACL",
        given(WebACLArn="webAclArn"),
        "ResourceArns",
        lambda item, id_, state: item == state["resourceArn"],
        matched=False,
    ),
    t.WEB_ACL_LOGGING: Reading("wafv2", "GetLoggingConfiguration", by_id("ResourceArn"), "LoggingConfiguration"),
}
