"""IPv6 of a shard: what each stage of `loadBalancer.ipv6` registers, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import connection, inputs, services

Run = Callable[..., StackRun]

HOST = "shop.example.com"
SHOP = connection("shop", 0)
ANYWHERE = "::/0"


@pytest.fixture
def run(edge_run: Run) -> Run:
    def at(stage: str, *, balancer: dict[str, Any] | None = None, **settings: Any) -> StackRun:
        load_balancer = {"ipv6": stage, **(balancer or {})}
        shop = settings.pop("shop", SHOP)
        connections = {"shop": shop}
        return edge_run(stacks=services("shop"), connections=connections, loadBalancer=load_balancer, **settings)

    return at


def subnets(edge: StackRun, tier: str) -> list[dict[str, Any]]:
    return [each for name, each in sorted(inputs(edge, t.SUBNET).items()) if f"-{tier}-" in name]


def records(edge: StackRun) -> set[tuple[str, str]]:
    return {(each["name"], each["type"]) for each in inputs(edge, t.DNS_RECORD).values() if each.get("aliases")}


def clients(edge: StackRun) -> set[str]:
    rules = inputs(edge, t.INGRESS_RULE).values()
    return {each[key] for each in rules for key in ("cidrIpv4", "cidrIpv6") if each.get(key)}


@pytest.mark.parametrize(
    ("stage", "ranges", "type_", "admitted", "record_types"),
    [
        ("none", 0, "ipv4", {"0.0.0.0/0"}, {"A"}),
        ("network", 1, "ipv4", {"0.0.0.0/0"}, {"A"}),
        ("addresses", 1, "dualstack", {"0.0.0.0/0", ANYWHERE}, {"A"}),
        ("published", 1, "dualstack", {"0.0.0.0/0", ANYWHERE}, {"A", "AAAA"}),
    ],
)
def test_each_stage_includes_the_ones_before_it(
    run: Run, stage: str, ranges: int, type_: str, admitted: set[str], record_types: set[str]
) -> None:
    edge = run(stage)
    assert len(edge.of_type(t.VPC_IPV6_RANGE)) == ranges
    routes = [each.get("destinationIpv6CidrBlock") for each in inputs(edge, t.ROUTE).values()]
    assert routes.count(ANYWHERE) == ranges
    assert edge.only(t.LOAD_BALANCER).inputs["ipAddressType"] == type_
    assert clients(edge) == admitted
    assert records(edge) == {(HOST, record_type) for record_type in record_types}
    assert edge.exports.get("ipv6", "none") == stage


def test_each_public_subnet_has_the_64_of_its_zone_and_the_endpoints_subnets_none(run: Run) -> None:
    edge = run("published")
    assert [each["ipv6CidrBlock"] for each in subnets(edge, "public")] == [
        "2001:db8:1234:1a00::/64",
        "2001:db8:1234:1a01::/64",
        "2001:db8:1234:1a02::/64",
    ]
    assert {each.inputs["tags"].get("IpAddressType") for each in edge.of_type(t.SUBNET) if "-public-" in each.name} == {
        "dualstack"
    }
    assert [each.get("ipv6CidrBlock") for each in subnets(edge, "endpoint")] == [None, None, None]
    assert {each["ipAddressType"] for each in inputs(edge, t.TARGET_GROUP).values() if "ipAddressType" in each} <= {
        "ipv4"
    }


def test_the_load_balancer_waits_for_the_ipv6_route_and_the_names_for_the_load_balancer(run: Run) -> None:
    edge = run("published")
    [route] = [each for each in edge.of_type(t.ROUTE) if each.inputs.get("destinationIpv6CidrBlock")]
    balancer = edge.only(t.LOAD_BALANCER)
    assert route.urn in balancer.depends_on
    [record] = [each for each in edge.of_type(t.DNS_RECORD) if each.inputs["type"] == "AAAA"]
    assert record.name == f"shop-{HOST}-AAAA"
    assert record.inputs["aliases"] == [
        {"name": balancer.outputs["dnsName"], "zoneId": balancer.outputs["zoneId"], "evaluateTargetHealth": False}
    ]


def test_a_list_of_both_families_is_two_ip_sets_and_either_matches(run: Run) -> None:
    deny = ["203.0.113.0/24", "2001:db8:bad::/48"]
    edge = run("published", firewall={"deny": deny, "allow": ["2001:db8:600d::/48"]})
    sets = {name: (each["ipAddressVersion"], each["addresses"]) for name, each in inputs(edge, t.IP_SET).items()}
    assert sets == {
        "edge-deny": ("IPV4", ["203.0.113.0/24"]),
        "edge-deny-ipv6": ("IPV6", ["2001:db8:bad::/48"]),
        "edge-allow-ipv6": ("IPV6", ["2001:db8:600d::/48"]),
    }
    arns = {each.name: each.outputs["arn"] for each in edge.of_type(t.IP_SET)}
    rules = {each["name"]: each["statement"] for each in edge.only(t.WEB_ACL).inputs["rules"]}
    either = [{"ipSetReferenceStatement": {"arn": arns[name]}} for name in ("edge-deny", "edge-deny-ipv6")]
    assert rules["deny"] == {"orStatement": {"statements": either}}
    assert rules["allow"] == {"ipSetReferenceStatement": {"arn": arns["edge-allow-ipv6"]}}


def test_the_rule_of_an_ipv6_network_has_a_name_without_colons(run: Run) -> None:
    edge = run("published", balancer={"allowedCidrs": ["198.51.100.0/24", "2001:db8::/32"]})
    [rule] = [each for each in edge.of_type(t.INGRESS_RULE) if each.inputs.get("cidrIpv6")]
    assert (rule.name, rule.inputs["cidrIpv6"]) == ("edge-load-balancer-in-443-2001-db8--/32", "2001:db8::/32")
    assert rule.inputs.get("cidrIpv4") is None


@pytest.mark.parametrize(
    ("stage", "settings", "message"),
    [
        (
            "none",
            {"firewall": {"deny": ["2001:db8::/32"]}},
            "firewall.deny[0]: is 2001:db8::/32, but no IPv6 client reaches the load balancer while loadBalancer.ipv6 "
            "is none Remove it, or write loadBalancer.ipv6: published.",
        ),
        (
            "network",
            {"balancer": {"allowedCidrs": ["0.0.0.0/0", "2001:db8::/32"]}},
            "loadBalancer.allowedCidrs[1]: is 2001:db8::/32, but no IPv6 client reaches",
        ),
        (
            "none",
            {"shop": {**SHOP, "routes": [{"hosts": [HOST], "sources": ["198.51.100.0/24", "2001:db8::/32"]}]}},
            "connections.shop.routes[0].sources[1]: is 2001:db8::/32, but no IPv6 client reaches",
        ),
        (
            "published",
            {"balancer": {"allowedCidrs": ["198.51.100.0/24"]}},
            "loadBalancer.allowedCidrs: has no IPv6 network, but AAAA records lead IPv6 clients to the load balancer "
            "Add ::/0 or IPv6 networks, or write ipv6: addresses.",
        ),
        (
            "published",
            {"balancer": {"allowedCidrs": ["::/0"]}},
            "loadBalancer.allowedCidrs: has no IPv4 network, but A records lead IPv4 clients to the load balancer "
            "Add 0.0.0.0/0 or IPv4 networks.",
        ),
    ],
    ids=["firewall", "allowed", "source", "no-ipv6", "no-ipv4"],
)
def test_networks_of_clients_that_cannot_come_are_refused(
    run: Run, stage: str, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        run(stage, **settings)
    assert message in " ".join(str(refused.value).split())
