"""What stacks and connections cost by list price; the expected sums are worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.capacity import bills, cost, prices
from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.cost import Traffic
from privatelink_ingress.plan.capacity.prices import EVERYWHERE
from privatelink_ingress.plan.edge.firewall.web_acl import plan_firewall
from privatelink_ingress.plan.workload import endpoints
from privatelink_ingress.settings.edge import Firewall
from privatelink_ingress.settings.workload import WorkloadSettings


def shard_bill(region: str, *, million_requests: float = 0.0, firewall: dict[str, Any] | None = None) -> Bill:
    web_acl = plan_firewall(Firewall.model_validate_json(json.dumps(firewall or {})), {}, name="")
    return cost.shard_cost(
        region,
        zones=3,
        firewall_rules=len(web_acl.rules),
        firewall_capacity=web_acl.capacity,
        firewall_fees=web_acl.fees,
        million_requests=million_requests,
    )


def workload(**changes: Any) -> WorkloadSettings:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **changes,
    }
    return WorkloadSettings.model_validate_json(json.dumps(values))


def workload_bill(settings: WorkloadSettings, *, zones: int = 3, gb: float = 0.0) -> Bill:
    return cost.workload_cost(settings, "us-east-1", endpoints=endpoints.services(settings), zones=zones, gb=gb)


def lines(bill: Bill) -> dict[str, float]:
    items = dict.fromkeys(line.item for line in bill.lines)
    return {item: round(sum(line.usd for line in bill.lines if line.item == item), 2) for item in items}


def test_one_more_connection_in_three_zones_costs_2190_in_virginia() -> None:
    assert lines(cost.connection_cost("us-east-1")) == {"endpoint": 21.90}
    assert not cost.connection_cost("us-east-1").estimate


def test_zones_and_backends_multiply() -> None:
    assert cost.connection_cost("us-east-1", zones=2).usd == pytest.approx(14.60)
    assert cost.connection_cost("us-east-1", backends=2).usd == pytest.approx(43.80)


def test_fifty_connections_in_frankfurt_cost_1314() -> None:
    assert 50 * cost.connection_cost("eu-central-1").usd == pytest.approx(1314)


def test_traffic_is_counted_once_however_many_backends_share_it() -> None:
    one = lines(cost.connection_cost("us-east-1", traffic=Traffic(gb=500, million_requests=20)))
    assert one == {"endpoint": 21.90, "endpoint-data": 5.0, "alb-units": 4.0, "firewall-requests": 12.0}
    two = lines(cost.connection_cost("us-east-1", backends=2, traffic=Traffic(gb=500, million_requests=20)))
    assert two == {**one, "endpoint": 43.80}


def test_a_shard_costs_its_load_balancer_addresses_and_firewall_before_any_connection() -> None:
    assert lines(shard_bill("us-east-1")) == {
        "alb": 16.43,
        "ipv4": 10.95,
        "web-acl": 5.0,
        "firewall-rule": 7.0,
    }


def test_each_firewall_list_costs_a_rule_more() -> None:
    lists = {"deny": ["192.0.2.0/24"], "allow": ["198.51.100.0/24"]}
    assert lines(shard_bill("us-east-1", firewall=lists))["firewall-rule"] == 9.0


def test_groups_with_a_price_of_their_own_cost_by_the_month_and_by_the_request() -> None:
    bots = {"groups": {"AWSManagedRulesBotControlRuleSet": "block", "AWSManagedRulesAntiDDoSRuleSet": "count"}}
    found = lines(shard_bill("us-east-1", firewall=bots))
    assert (found["bot-control"], found["anti-ddos"], found["firewall-rule"]) == (10.0, 20.0, 9.0)
    assert not {"bot-control-requests", "anti-ddos-requests"} & found.keys()
    busy = lines(shard_bill("us-east-1", firewall=bots, million_requests=20))
    assert (busy["bot-control-requests"], busy["anti-ddos-requests"]) == (20.0, 3.0)


def test_a_firewall_within_its_base_capacity_adds_nothing_per_request() -> None:
    assert "firewall-capacity" not in lines(shard_bill("us-east-1", million_requests=100))


@pytest.mark.parametrize(("capacity", "steps"), [(1_501, 1), (2_000, 1), (2_001, 2)])
def test_each_started_500_units_above_the_base_add_to_every_million_requests(capacity: int, steps: int) -> None:
    bill = cost.shard_cost("us-east-1", zones=3, firewall_rules=7, firewall_capacity=capacity, million_requests=100)
    assert lines(bill)["firewall-capacity"] == pytest.approx(steps * 100 * 0.20)


def test_a_shard_that_verifies_client_certificates_pays_for_its_trust_store() -> None:
    def bill(verifies: bool) -> dict[str, float]:
        return lines(
            cost.shard_cost("us-east-1", zones=3, firewall_rules=7, firewall_capacity=1, verifies_clients=verifies)
        )

    assert bill(True) == {**bill(False), "trust-store": 3.65}


def test_a_workload_costs_its_control_plane_endpoints_and_load_balancer() -> None:
    assert lines(workload_bill(workload())) == {"eks": 73.0, "endpoint": 87.6, "nlb": 16.43}


def test_more_endpoints_and_an_advanced_parameter_are_in_the_workloads_bill() -> None:
    publication = {"consumers": [{"accountId": "222222222222"}], "parameter": {"tier": "Advanced"}}
    settings = workload(endpoints={"extra": ["logs", "sts"]}, publication=publication)
    bill = lines(workload_bill(settings, zones=2, gb=1000))
    assert bill == {"eks": 73.0, "endpoint": 87.6, "nlb": 16.43, "advanced-parameter": 0.05, "nlb-units": 6.0}


def test_each_feature_of_a_workload_has_a_line_for_the_endpoints_that_it_brings() -> None:
    settings = workload(podLogs={"install": True}, metrics={"install": True}, endpoints={"extra": ["sts"]})
    bill = workload_bill(settings)
    assert {line.what: round(line.usd, 2) for line in bill.lines if line.item == "endpoint"} == {
        "endpoints for nodes: ec2, ecr.api, ecr.dkr, eks-auth": 87.6,
        "endpoints for endpoints.extra: sts": 21.9,
        "endpoints for metrics: monitoring": 21.9,
        "endpoints for metrics and podLogs: logs": 21.9,
    }


def test_a_gb_passes_the_endpoint_and_both_load_balancers() -> None:
    assert cost.per_gb("us-east-1").usd == pytest.approx(0.024)
    assert not cost.per_gb("us-east-1").estimate


def test_where_no_price_is_known_that_of_another_region_stands_in_as_an_estimate() -> None:
    (line,) = cost.connection_cost("eu-west-1").lines
    assert (line.price_region, line.estimate, line.price.usd) == ("eu-central-1", True, 0.012)
    (line,) = cost.connection_cost("ap-southeast-2").lines
    assert (line.price_region, line.estimate, line.price.usd) == ("us-east-1", True, 0.01)


def test_in_europe_frankfurt_stands_in_before_virginia() -> None:
    settings = workload()
    bill = cost.workload_cost(settings, "eu-west-1", endpoints=endpoints.services(settings), zones=3, gb=1)
    assert {line.item: (line.price_region, line.estimate) for line in bill.lines} == {
        "eks": (EVERYWHERE, False),
        "endpoint": ("eu-central-1", True),
        "nlb": ("us-east-1", True),
        "nlb-units": ("us-east-1", True),
    }


def test_the_least_nodes_of_each_group_and_their_disks_are_counted_where_their_price_is_known() -> None:
    groups = {"a": {"min": 2, "diskGib": 30}, "b": {"min": 1, "instanceTypes": ["m7i.xlarge"], "capacityType": "SPOT"}}
    settings = workload(nodes={"groups": groups})
    page = "https://aws.amazon.com/ec2/pricing/on-demand/"
    price = {"source": page, "confidence": "aws", "read": "2026-11-29"}
    known = prices.shipped().with_prices(
        [
            (cost.node_item("m7i.large"), "us-east-1", prices.Price(usd=0.1, unit="hour", **price)),
            ("disk", "us-east-1", prices.Price(usd=0.08, unit="GB-month", **price)),
        ]
    )
    bill = cost.workload_cost(settings, "us-east-1", endpoints={}, zones=3, price_list=known)
    assert {line.what: round(line.usd, 2) for line in bill.lines if line.item != "eks"} == {
        "nodes: 2 x m7i.large": 146.0,
        "disks: 2 x 30 GiB": 4.8,
        "disks: 1 x 50 GiB": 4.0,
        "network load balancer": 16.43,
    }
    assert bill.unknown == ("SPOT nodes: 1 x m7i.xlarge in us-east-1",)
    given = cost.workload_cost(settings, "us-east-1", endpoints={}, zones=3, nodes=5, price_list=known)
    assert "nodes: 5 x m7i.large" in {line.what for line in given.lines}
    assert cost.instance_types(settings) == {"m7i.large"}


def test_a_price_of_every_region_is_never_an_estimate() -> None:
    bill = shard_bill("eu-west-1")
    assert {line.item for line in bill.lines if line.price_region == EVERYWHERE} == {"ipv4", "web-acl", "firewall-rule"}
    assert not any(line.estimate for line in bill.lines if line.price_region == EVERYWHERE)


def test_every_price_has_a_source_on_a_page_of_aws() -> None:
    everything = [price for regions in prices.shipped().prices.values() for price in regions.values()]
    assert [price for price in everything if not price.source.startswith(("https://aws.", "https://docs.aws."))] == []


@pytest.mark.parametrize("item", prices.shipped().prices)
def test_every_item_has_a_price_in_every_region(item: str) -> None:
    for region in ("us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2"):
        found = prices.shipped().price(item, region)
        assert found
        assert found.usd > 0


def test_bills_add_up() -> None:
    one, other = cost.connection_cost("us-east-1"), shard_bill("us-east-1")
    assert bills.together([one, other]).usd == pytest.approx(one.usd + other.usd)
    assert bills.together([]).usd == 0
