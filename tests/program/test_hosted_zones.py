"""The hosted zone of a stack's records is looked up before anything is planned."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.adapters.base import AdapterError
from tests.program.test_edge_connections import SHOP
from tests.support.programs import run_attached, run_edge, sample_connections
from tests.support.strict_backend import StrictBackend

ZONE, OTHER = "Z0123456789EXAMPLE", "Z9876543210EXAMPLE"
RIGHTS = "route53:GetHostedZone and route53:ListTagsForResource on it."
ELSEWHERE = f"If the zone belongs to another account, write a role of that account under hostedZoneRoles.{ZONE}."


def answering(**zones: dict[str, Any]) -> StrictBackend:
    """A backend on which each zone, by id, is as given, and no other exists."""

    def answer(args: dict[str, Any], _: Any) -> dict[str, Any]:
        if args["zoneId"] not in zones:
            raise AdapterError(f"NoSuchHostedZone: No hosted zone found with ID: {args['zoneId']}")
        return {"id": args["zoneId"], "name": "example.com", "privateZone": False, **zones[args["zoneId"]]}

    return StrictBackend(answers={"aws:route53/getZone:getZone": answer})


def refused(backend: StrictBackend, run: Any = run_edge, **changes: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(backend=backend, preview=True, **changes)
    return str(caught.value)


def test_a_zone_that_holds_every_name_is_looked_up_once_per_stack_and_changes_nothing():
    run = run_edge(backend=answering(**{ZONE: {}}))
    asked = [one.args for one in run.invokes if one.token == "aws:route53/getZone:getZone"]
    assert asked == [{"zoneId": ZONE}]
    assert {one.urn for one in run.registrations} == {one.urn for one in run_edge().registrations}


@pytest.mark.parametrize("name", ["example.com", "example.com.", "EXAMPLE.com"])
def test_the_name_of_a_zone_may_end_in_a_dot_and_have_any_case(name: str):
    assert run_edge(backend=answering(**{ZONE: {"name": name}})).exports


def test_a_zone_that_does_not_exist_is_refused_by_the_preview_with_the_right_that_the_look_up_needs():
    assert refused(answering()) == (
        "The hosted zones cannot be looked up:\n"
        f"  dns.zoneId: is {ZONE}, which cannot be looked up: "
        f"invoke of aws:route53/getZone:getZone failed: NoSuchHostedZone: No hosted zone found with ID: {ZONE} ()\n"
        f"    Write the id of a public hosted zone of account 222222222222, and allow the deploying role {RIGHTS} "
        f"{ELSEWHERE}"
    )


def test_a_private_zone_is_refused_by_the_preview():
    assert refused(answering(**{ZONE: {"privateZone": True}})) == (
        "The edge of stack prod cannot be built:\n"
        f"  dns.zoneId: is {ZONE}, the private hosted zone of example.com, which neither clients nor ACM can read\n"
        "    Write the id of the public hosted zone of example.com."
    )


def test_every_host_and_certificate_name_outside_the_zone_is_named_with_its_key():
    text = refused(answering(**{ZONE: {"name": "ample.com"}}))
    assert [line for line in text.splitlines() if not line.startswith("    ")] == [
        "The edge of stack prod cannot be built:",
        f"  certificates[0].domains[0]: example.com is not in ample.com, the hosted zone {ZONE} of dns.zoneId",
        f"  certificates[0].domains[1]: *.example.com is not in ample.com, the hosted zone {ZONE} of dns.zoneId",
        f"  connections.blog.routes[0].hosts[0]: blog.example.com is not in ample.com, the hosted zone {ZONE} of "
        "dns.zoneId",
        f"  connections.shop.routes[0].hosts[0]: shop.example.com is not in ample.com, the hosted zone {ZONE} of "
        "dns.zoneId",
    ]
    assert "Write the zone of example.com as certificates[0].zoneId; names of two zones need two certificates." in text
    assert "Write a host of that zone, or set dns: false on shop and create the record yourself." in text


def test_a_certificate_with_a_zone_of_its_own_is_compared_with_that_zone():
    hosts = {"routes": [{"hosts": ["shop.example.net"]}], "dns": False}
    shop = {**SHOP, **hosts, "certificate": {"domains": ["shop.example.net"], "zoneId": OTHER}}
    zones = {ZONE: {}, OTHER: {"name": "example.net"}}
    assert run_edge(connections={"shop": shop}, backend=answering(**zones)).exports
    text = refused(answering(**zones | {OTHER: {"name": "example.org"}}), connections={"shop": shop})
    assert (
        "  connections.shop.certificate.domains[0]: shop.example.net is not in example.org, the hosted zone "
        f"{OTHER} of connections.shop.certificate.zoneId\n"
        "    Write the zone of shop.example.net as connections.shop.certificate.zoneId;"
    ) in text
    assert f"connections.shop.certificate.zoneId: is {OTHER}, which cannot be looked up" in refused(
        answering(**{ZONE: {}}), connections={"shop": shop}
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"dns": False, "certificate": {"domains": ["shop.example.net"], "validationRecords": "existing"}},
        {"dns": False, "certificate": {"arn": "arn:aws:acm:eu-west-1:222222222222:certificate/1"}},
    ],
)
def test_names_whose_records_the_stack_does_not_own_may_be_in_any_zone(elsewhere: dict[str, Any]):
    shop = {**SHOP, "routes": [{"hosts": ["shop.example.net"]}], **elsewhere}
    backend = answering(**{ZONE: {}})
    backend.certificates = {"arn:aws:acm:eu-west-1:222222222222:certificate/1": ["*.example.net"]}
    assert run_edge(connections={"shop": shop}, backend=backend).exports


def test_an_attached_stack_is_refused_alike_and_the_key_is_the_stack_that_has_the_zone():
    assert refused(answering(**{ZONE: {"name": "example.net"}}), run_attached) == (
        "Stack prod-blog cannot be attached to prod:\n"
        "  connections.blog.routes[0].hosts[0]: blog.example.com is not in example.net, the hosted zone "
        f"{ZONE} of edgeStack\n"
        "    Write a host of that zone, or set dns: false on blog and create the record yourself."
    )
    assert f"edgeStack: is {ZONE}, the private hosted zone" in refused(
        answering(**{ZONE: {"privateZone": True}}), run_attached
    )


def test_an_attached_stack_without_records_in_the_zone_looks_nothing_up():
    blog = sample_connections()["blog"] | {"dns": False}
    run = run_attached(connections={"blog": blog}, backend=answering())
    assert [one.token for one in run.invokes] == []
