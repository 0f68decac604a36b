"""What connections use of their shard's quotas."""

from __future__ import annotations

import json
from typing import Any

from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.routing.routes import RoutePlan, plan_all, plan_routes
from privatelink_ingress.settings.edge import Connection, EdgeSettings
from privatelink_ingress.settings.limits import Limits

LIMITS = quotas.effective(Limits())


def entry(slot: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "slot": slot,
        "owner": "team-shop",
        "backends": [{"stack": "shop"}],
        "routes": [{"hosts": ["shop.example.com"]}],
        **changes,
    }


def connection(**changes: Any) -> RoutePlan:
    return plan_routes("shop", Connection.model_validate_json(json.dumps(entry(**changes))))


def shard(**changes: Any) -> EdgeSettings:
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": [{"domains": ["*.example.com"]}],
        "dns": {"zoneId": "Z0123456789EXAMPLE"},
        **changes,
    }
    return EdgeSettings.model_validate_json(json.dumps(values))


def shard_usage(
    settings: EdgeSettings, *attached: RoutePlan, zones: int = 3, firewall_capacity: int = 0
) -> dict[str, int]:
    connections = (*plan_all(settings.connections), *attached)
    return usage.shard_usage(settings, zones=zones, firewall_capacity=firewall_capacity, connections=connections)


def test_a_plain_connection_takes_one_of_each_and_a_target_in_every_zone() -> None:
    assert usage.connection_usage(connection(), zones=3) == {
        "endpoints": 1,
        "targetGroups": 1,
        "rules": 1,
        "certificates": 0,
        "targets": 3,
        "slots": 1,
        "targetGroupsPerAction": 1,
        "conditionValues": 1,
        "wildcards": 0,
    }


def test_two_backends_take_two_endpoints_and_target_groups_but_no_further_rule_or_slot() -> None:
    both = usage.connection_usage(
        connection(backends=[{"stack": "shop"}, {"stack": "shop-green", "position": 1}]), zones=3
    )
    assert {key: both[key] for key in ("endpoints", "targetGroups", "targets", "targetGroupsPerAction")} == {
        "endpoints": 2,
        "targetGroups": 2,
        "targets": 6,
        "targetGroupsPerAction": 2,
    }
    assert (both["rules"], both["slots"]) == (1, 1)


def test_five_hosts_fill_a_rule_and_six_take_two() -> None:
    hosts = [f"h{number}.example.com" for number in range(6)]
    five = usage.connection_usage(connection(routes=[{"hosts": hosts[:5]}]), zones=3)
    assert (five["rules"], five["conditionValues"]) == (1, 5)
    assert usage.connection_usage(connection(routes=[{"hosts": hosts}]), zones=3)["rules"] == 2


def test_routes_that_cannot_become_rules_count_none_and_their_plan_says_why() -> None:
    hosts = [f"h{number}.example.com" for number in range(201)]  # 41 rules of one band, which has 40
    routes = connection(routes=[{"hosts": hosts}])
    assert [problem.where for problem in routes.problems] == ["connections.shop.routes"]
    assert usage.connection_usage(routes, zones=3)["rules"] == 0


def test_wildcards_are_those_of_the_rule_with_most() -> None:
    routes = [{"hosts": ["shop.example.com"], "paths": ["/a*b*c/*"]}, {"hosts": ["*.example.com"], "paths": ["/x"]}]
    assert usage.connection_usage(connection(routes=routes), zones=3)["wildcards"] == 3


def test_a_certificate_of_its_own_counts_and_the_default_one_does_not() -> None:
    own = connection(slot=1, certificate={"domains": ["shop.example.com"]})
    settings = shard(certificates=[{"domains": ["a.example.com"]}, {"domains": ["b.example.com"]}])
    assert shard_usage(settings)["certificates"] == 1
    assert shard_usage(settings, own)["certificates"] == 2


def test_a_shard_sums_its_own_connections_and_those_of_attached_stacks() -> None:
    settings = shard(connections={"shop": entry(0), "blog": entry(1)})
    used = shard_usage(settings, connection(slot=2), zones=2)
    assert {key: used[key] for key in ("endpoints", "targetGroups", "rules", "targets", "slots")} == {
        "endpoints": 3,
        "targetGroups": 3,
        "rules": 3,
        "targets": 6,
        "slots": 3,
    }
    # Of a rule the largest counts, however many rules there are.
    assert used["conditionValues"] == 1


def test_an_empty_shard_uses_what_its_firewall_and_its_clients_take() -> None:
    settings = shard(loadBalancer={"allowedCidrs": ["10.0.0.0/8", "11.0.0.0/8"], "redirectHttp": True})
    used = shard_usage(settings, firewall_capacity=1_178)
    assert {key: number for key, number in used.items() if number} == {
        "securityGroupRules": 4,
        "firewallCapacity": 1_178,
    }


def test_exceeded_and_free_follow_the_limits() -> None:
    used = usage.combine([{"endpoints": 50, "targetGroups": 101}])
    assert usage.exceeded(used, LIMITS) == ("targetGroups",)
    assert usage.free(used, LIMITS)["endpoints"] == 0
    assert usage.free(used, LIMITS)["targetGroups"] == -1


def test_quotas_of_one_part_never_fill_a_shard() -> None:
    # Its own plan refuses it, at the key where it is written.
    assert usage.exceeded(usage.combine([{"conditionValues": 6, "firewallCapacity": 1501}]), LIMITS) == ()
    assert {key for key, quota in QUOTAS.items() if quota.per == "part"} == {
        "securityGroupRules",
        "firewallCapacity",
        "targetGroupsPerAction",
        "conditionValues",
        "wildcards",
    }


def test_by_default_fifty_plain_connections_fit_or_twenty_five_with_two_backends() -> None:
    empty = usage.combine([])
    assert usage.first_exhausted(empty, LIMITS, Needs().usage(3)) == ("endpoints", 50)
    assert usage.first_exhausted(empty, LIMITS, Needs(backends=2).usage(3)) == ("endpoints", 25)


def test_certificates_are_exhausted_first_when_each_connection_brings_one() -> None:
    assert usage.first_exhausted(usage.combine([]), LIMITS, Needs(certificates=1).usage(3)) == ("certificates", 25)


def test_of_endpoints_and_target_groups_exhausted_together_the_hard_quota_is_named() -> None:
    raised = quotas.effective(Limits(endpoints=100))
    assert usage.first_exhausted(usage.combine([]), raised, Needs().usage(3)) == ("targetGroups", 100)


def test_a_shard_beyond_its_limits_has_no_room() -> None:
    assert usage.first_exhausted(usage.combine([{"endpoints": 60}]), LIMITS, Needs().usage(3)) == ("endpoints", 0)
