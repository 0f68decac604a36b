"""Hosted zones of the emulated AWS: consistent records, aliases to what exists, zones with a chosen id."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import balancer, change, network, refused

ZONE = "Z0123456789PREPARED"


@pytest.fixture
def zone(edge: Session) -> str:
    prepare_hosted_zone("222222222222", ZONE, "example.com")
    return ZONE


def simple(name: str, type_: str, value: str) -> dict[str, Any]:
    return {"Name": name, "Type": type_, "TTL": 60, "ResourceRecords": [{"Value": value}]}


def alias(target: str, zone_id: str) -> dict[str, Any]:
    return {
        "Name": "shop.example.com",
        "Type": "A",
        "AliasTarget": {"DNSName": target, "HostedZoneId": zone_id, "EvaluateTargetHealth": False},
    }


def names(session: Session, zone: str) -> list[tuple[str, str]]:
    found = session.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [(record["Name"], record["Type"]) for record in found]


def test_a_prepared_zone_has_the_chosen_id_once_and_in_one_account(edge: Session, workload: Session, zone: str) -> None:
    prepare_hosted_zone("222222222222", ZONE, "example.com")
    zones = edge.client("route53").list_hosted_zones()["HostedZones"]
    assert [(found["Id"], found["Name"]) for found in zones] == [(f"/hostedzone/{ZONE}", "example.com.")]
    assert workload.client("route53").list_hosted_zones()["HostedZones"] == []
    assert names(edge, zone) == [("example.com.", "NS"), ("example.com.", "SOA")]


def test_a_prepared_zone_takes_records(edge: Session, zone: str) -> None:
    change(edge, zone, "CREATE", **simple("www.example.com", "A", "192.0.2.1"))
    assert ("www.example.com.", "A") in names(edge, zone)


def test_a_cname_stands_alone(edge: Session, zone: str) -> None:
    change(edge, zone, "CREATE", **simple("a.example.com", "A", "192.0.2.1"))
    with refused("InvalidChangeBatch", "conflicts with other records"):
        change(edge, zone, "CREATE", **simple("a.example.com", "CNAME", "b.example.com"))
    change(edge, zone, "CREATE", **simple("c.example.com", "CNAME", "b.example.com"))
    with refused("InvalidChangeBatch", "conflicts with other records"):
        change(edge, zone, "CREATE", **simple("c.example.com", "A", "192.0.2.1"))
    with refused("InvalidChangeBatch", "at apex"):
        change(edge, zone, "CREATE", **simple("example.com", "CNAME", "b.example.com"))


def test_a_record_is_created_once_whatever_its_value(edge: Session, zone: str) -> None:
    change(edge, zone, "CREATE", **simple("a.example.com", "A", "192.0.2.1"))
    with refused("InvalidChangeBatch", "already exists"):
        change(edge, zone, "CREATE", **simple("a.example.com", "A", "192.0.2.2"))
    change(edge, zone, "UPSERT", **simple("a.example.com", "A", "192.0.2.2"))


@pytest.mark.parametrize(("type_", "value"), [("A", "shop"), ("A", "2001:db8::1"), ("AAAA", "192.0.2.1")])
def test_an_address_record_holds_an_address(edge: Session, zone: str, type_: str, value: str) -> None:
    with refused("InvalidChangeBatch", value):
        change(edge, zone, "CREATE", **simple("a.example.com", type_, value))


def test_a_name_of_another_domain_is_refused(edge: Session, zone: str) -> None:
    with refused("InvalidChangeBatch", "not permitted in zone example.com."):
        change(edge, zone, "CREATE", **simple("a.notexample.com", "A", "192.0.2.1"))


def test_an_alias_points_to_a_balancer_by_its_own_zone(edge: Session, zone: str) -> None:
    made = balancer(edge, network(edge))
    with refused("InvalidChangeBatch", "was not found"):
        change(edge, zone, "CREATE", **alias("gone-1.eu-west-1.elb.amazonaws.com", "Z32O12XQLNTSW2"))
    with refused("InvalidChangeBatch", "does not lie within the target zone"):
        change(edge, zone, "CREATE", **alias(made["DNSName"], "Z2IFOLAFXWLO4F"))
    with refused("InvalidChangeBatch", "no such zone"):
        change(edge, zone, "CREATE", **alias(made["DNSName"], "Z2P70J7EXAMPLE"))
    change(edge, zone, "CREATE", **alias(f"dualstack.{made['DNSName']}", made["CanonicalHostedZoneId"]))
    assert ("shop.example.com.", "A") in names(edge, zone)


def test_a_deleted_record_can_be_created_again(edge: Session, zone: str) -> None:
    record = simple("a.example.com", "A", "192.0.2.1")
    change(edge, zone, "CREATE", **simple("b.example.com", "A", "192.0.2.1"))
    for action in ("CREATE", "DELETE", "CREATE"):
        change(edge, zone, action, **record)
    assert ("a.example.com.", "A") in names(edge, zone)
