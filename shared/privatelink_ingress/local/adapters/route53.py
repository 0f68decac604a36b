"""Hosted zones and records: `aws:route53/…`."""

from __future__ import annotations

import uuid
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call

COMMENT = "Managed by Pulumi"
"""The provider's default."""


def _create_zone(aws: Aws, inputs: Properties) -> Created:
    rest = {key: value for key, value in inputs.items() if key not in ("comment", "forceDestroy", "tags", "vpcs")}
    vpcs = inputs.get("vpcs") or []
    config = {"comment": inputs.get("comment", COMMENT), "privateZone": bool(vpcs)}
    reference = {"callerReference": str(uuid.uuid4()), "hostedZoneConfig": config}
    first = {"vpc": vpc(aws, vpcs[0])} if vpcs else {}
    answer = call(aws, "route53", "CreateHostedZone", rest | reference | first, type_=t.HOSTED_ZONE)
    zone_id = answer["HostedZone"]["Id"].rsplit("/", 1)[1]
    for further in vpcs[1:]:
        extra = {"hostedZoneId": zone_id, "vpc": vpc(aws, further)}
        call(aws, "route53", "AssociateVPCWithHostedZone", extra, type_=t.HOSTED_ZONE)
    if inputs.get("tags"):
        tags = {"resourceType": "hostedzone", "resourceId": zone_id, "addTags": inputs["tags"]}
        call(aws, "route53", "ChangeTagsForResource", tags, type_=t.HOSTED_ZONE)
    servers = answer.get("DelegationSet", {}).get("NameServers", [])
    outputs = {
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "nameServers": sorted(servers),
        "primaryNameServer": servers[0] if servers else "",
        "zoneId": zone_id,
    }
    return Created(zone_id, outputs)


def vpc(aws: Aws, block: Properties) -> Properties:
    """A VPC of a private zone, in the provider's Region unless its block has another."""
    return {"vpcId": block["vpcId"], "vpcRegion": block.get("vpcRegion") or aws.region}


def _delete_zone(aws: Aws, id_: str, outputs: Properties) -> None:
    if outputs.get("forceDestroy"):
        for record in _records(aws, t.HOSTED_ZONE, id_):
            if record["Type"] not in ("NS", "SOA"):
                _change(aws, t.HOSTED_ZONE, id_, "DELETE", record)
    call(aws, "route53", "DeleteHostedZone", {}, type_=t.HOSTED_ZONE, extra={"Id": id_})


def _create_record(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    zone_id = rest.pop("zoneId")
    action = "UPSERT" if rest.pop("allowOverwrite", False) else "CREATE"
    zone = call(aws, "route53", "GetHostedZone", {}, type_=t.DNS_RECORD, extra={"Id": zone_id})["HostedZone"]["Name"]
    fqdn = _within(rest.pop("name"), zone.rstrip("."))
    rest["name"] = fqdn
    if values := rest.pop("records", None):
        rest["resourceRecords"] = [{"value": _value(rest["type"], value)} for value in values]
    if aliases := rest.pop("aliases", None):
        rest["aliasTarget"] = {**aliases[0], "hostedZoneId": aliases[0]["zoneId"]}
        del rest["aliasTarget"]["zoneId"]
    for input_, member, key in (
        ("weightedRoutingPolicies", "weight", "weight"),
        ("failoverRoutingPolicies", "failover", "type"),
        ("latencyRoutingPolicies", "region", "region"),
    ):
        if policies := rest.pop(input_, None):
            rest[member] = policies[0][key]
    call(
        aws,
        "route53",
        "ChangeResourceRecordSets",
        {"hostedZoneId": zone_id, "changeBatch": {"changes": [{"action": action, "resourceRecordSet": rest}]}},
        type_=t.DNS_RECORD,
        rename={
            "changeBatch.changes.resourceRecordSet.multivalueAnswerRoutingPolicy": "MultiValueAnswer",
            "changeBatch.changes.resourceRecordSet.aliasTarget.name": "DNSName",
        },
    )
    id_ = "_".join(filter(None, (zone_id, fqdn, inputs["type"], inputs.get("setIdentifier"))))
    return Created(id_, {"fqdn": fqdn, "name": plain(inputs["name"])})


def _delete_record(aws: Aws, id_: str, outputs: Properties) -> None:
    """AWS deletes a record set only when it is given exactly as it stands."""
    key = (outputs["fqdn"], outputs["type"], outputs.get("setIdentifier"))
    for record in _records(aws, t.DNS_RECORD, outputs["zoneId"]):
        if (plain(record["Name"]), record["Type"], record.get("SetIdentifier")) == key:
            _change(aws, t.DNS_RECORD, outputs["zoneId"], "DELETE", record)


def look_up_records(aws: Aws, args: Properties) -> Properties:
    """All records of a hosted zone, as the function `getRecords` has them."""
    zone_id = args["zoneId"]
    found = [
        {
            "name": record["Name"],
            "type": record["Type"],
            "ttl": record.get("TTL", 0),
            "aliasTarget": {
                "dnsName": record["AliasTarget"]["DNSName"],
                "hostedZoneId": record["AliasTarget"]["HostedZoneId"],
                "evaluateTargetHealth": record["AliasTarget"]["EvaluateTargetHealth"],
            }
            if "AliasTarget" in record
            else None,
            "resourceRecords": [{"value": one["Value"]} for one in record.get("ResourceRecords", ())],
        }
        for record in _records(aws, t.GET_DNS_RECORDS, zone_id)
    ]
    return args | {"id": zone_id, "resourceRecordSets": found}


def _records(aws: Aws, type_: str, zone_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    extra: dict[str, Any] = {"HostedZoneId": zone_id}
    while True:
        page = call(aws, "route53", "ListResourceRecordSets", {}, type_=type_, extra=extra)
        found += page["ResourceRecordSets"]
        if not page["IsTruncated"]:
            return found
        extra |= {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}


def _change(aws: Aws, type_: str, zone_id: str, action: str, record: dict[str, Any]) -> None:
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    extra = {"HostedZoneId": zone_id, "ChangeBatch": batch}
    call(aws, "route53", "ChangeResourceRecordSets", {}, type_=type_, extra=extra)


def _within(name: str, zone: str) -> str:
    """The provider completes a name that does not end in the zone's."""
    name = plain(name)
    return name if name == zone or name.endswith(f".{zone}") else f"{name}.{zone}" if name else zone


def plain(name: str) -> str:
    """A name as the provider keeps it: no dot at its end, no capitals, and an asterisk for its escape."""
    return name.rstrip(".").replace("\\052", "*").lower()


def _value(type_: str, value: str) -> str:
    return f'"{value}"' if type_ in ("TXT", "SPF") and not value.startswith('"') else value


def _create_query_log(aws: Aws, inputs: Properties) -> Created:
    config = call(aws, "route53", "CreateQueryLoggingConfig", inputs, type_=t.QUERY_LOG, rename=QUERY_LOG)
    id_ = config["QueryLoggingConfig"]["Id"]
    return Created(id_, {"arn": f"arn:aws:route53:::queryloggingconfig/{id_}"})


def _delete_query_log(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "route53", "DeleteQueryLoggingConfig", {}, type_=t.QUERY_LOG, extra={"Id": id_})


QUERY_LOG = {"zoneId": "HostedZoneId", "cloudwatchLogGroupArn": "CloudWatchLogsLogGroupArn"}
"""API members of a query logging configuration, by its inputs."""

ADAPTERS: dict[str, Adapter] = {
    t.HOSTED_ZONE: Adapter(_create_zone, _delete_zone),
    t.DNS_RECORD: Adapter(_create_record, _delete_record),
    t.QUERY_LOG: Adapter(_create_query_log, _delete_query_log),
}
