"""The plan of a whole edge. D09, D15-D19, D24, D25 of the article's code must stay right."""

from __future__ import annotations

import ipaddress
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.edge.addresses import BACKENDS_PER_SLOT, GENERATIONS, SLOTS, endpoint_address
from privatelink_ingress.plan.edge.shard import EdgePlan, plan_edge
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import EdgeSettings
from tests.support.examples import examples

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def entry(name: str, slot: int, **changes: Any) -> dict[str, Any]:
    return {
        "slot": slot,
        "owner": f"team-{name}",
        "backends": [{"stack": name}],
        "routes": [{"hosts": [f"{name}.example.com"]}],
        **changes,
    }


def contract(name: str, **changes: Any) -> Contract:
    number = format(sum(name.encode()), "017x")
    return Contract.model_validate(
        {
            "contract_version": 1,
            "connection_name": name,
            "owner": f"team-{name}",
            "account_id": "111111111111",
            "region": "eu-west-1",
            "endpoint_service_name": f"com.amazonaws.vpce.eu-west-1.vpce-svc-{number}",
            "endpoint_service_id": f"vpce-svc-{number}",
            "zone_ids": ZONES,
            "port": 80,
            "protocol": "HTTP",
            "health_path": "/nginx-health",
            **changes,
        }
    )


def plan(
    connections: dict[str, dict[str, Any]] | None = None,
    contracts: dict[str, Contract] | None = None,
    *,
    stack: str = "prod",
    **changes: Any,
) -> EdgePlan:
    connections = connections if connections is not None else {"shop": entry("shop", 0), "blog": entry("blog", 1)}
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": [{"domains": ["*.example.com"]}],
        "dns": {"zoneId": "Z0123456789EXAMPLE"},
        "connections": connections,
        **changes,
    }
    return plan_edge(
        EdgeSettings.model_validate_json(json.dumps(values)),
        stack=stack,
        region="eu-west-1",
        available_zones=ZONES,
        contracts=contracts or {name: contract(name) for name in connections},
    )


def refused(*args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(UserError) as error:
        plan(*args, **kwargs)
    return [f"{problem.where}: {problem.reason}" for problem in error.value.problems]


def test_every_number_of_a_connection_is_planned() -> None:
    """D15, D16, D17."""
    (blog, shop) = plan().connections
    (backend,) = shop.backends
    assert (shop.name, backend.groups[0].name) == ("shop", "prod-shop-0-http-80")
    assert (backend.groups[0].port, backend.groups[0].protocol, backend.groups[0].health_path) == (
        80,
        "HTTP",
        "/nginx-health",
    )
    assert backend.endpoint_service_name == contract("shop").endpoint_service_name
    assert {target.zone_id: target.address for target in backend.targets} == {
        "euw1-az1": "10.12.128.16",
        "euw1-az2": "10.12.130.16",
        "euw1-az3": "10.12.132.16",
    }
    assert [target.address for target in blog.backends[0].targets] == ["10.12.128.20", "10.12.130.20", "10.12.132.20"]
    assert [rule.priority for rule in shop.rules] == [20_001]
    assert [rule.priority for rule in blog.rules] == [20_041]


def test_public_and_endpoint_subnets_share_no_address() -> None:
    network = plan().network
    assert [(subnet.zone_id, subnet.cidr) for subnet in network.public] == [
        ("euw1-az1", "10.12.0.0/23"),
        ("euw1-az2", "10.12.2.0/23"),
        ("euw1-az3", "10.12.4.0/23"),
    ]
    everything = [ipaddress.ip_network(subnet.cidr) for subnet in (*network.public, *network.endpoint)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(everything, 2))


def test_an_endpoint_is_only_in_zones_that_both_sides_have() -> None:
    contracts = {"shop": contract("shop", zone_ids=("euw1-az3", "euw1-az4", "euw1-az2"))}
    (shop,) = plan({"shop": entry("shop", 0)}, contracts).connections
    assert [target.zone_id for target in shop.backends[0].targets] == ["euw1-az2", "euw1-az3"]


def test_too_few_common_zones_are_refused_together_with_everything_else() -> None:
    contracts = {"shop": contract("shop", zone_ids=("euw1-az3", "euw1-az4"), port=8080)}
    problems = refused({"shop": entry("shop", 0)}, contracts)
    assert len(problems) == 2
    assert problems[0].startswith("connections.shop: the edge is in euw1-az1, euw1-az2, euw1-az3 and the service in")
    assert problems[1] == (
        "connections.shop.backends[0].stack: stack shop publishes port 8080, which the endpoints' security group does "
        "not open"
    )


def test_every_slot_backend_and_generation_has_an_address_of_its_own_inside_the_subnet() -> None:
    subnet = plan().network.endpoint[1].cidr
    addresses = {
        endpoint_address(subnet, slot, backend=backend, generation=generation)
        for slot, backend, generation in itertools.product(SLOTS, range(BACKENDS_PER_SLOT), range(GENERATIONS))
    }
    assert len(addresses) == 480
    network = ipaddress.IPv4Network(subnet)
    inside = {str(address) for address in network.hosts()} - {str(network[number]) for number in range(1, 4)}
    assert addresses <= inside


@examples(quick=5, whole=25)
@given(
    slots=st.lists(st.integers(0, 119), min_size=2, max_size=6, unique=True),
    removed=st.integers(0, 5),
    hosts=st.integers(1, 8),
)
def test_removing_a_connection_changes_no_other(slots: list[int], removed: int, hosts: int) -> None:
    everything = {
        f"c{slot}": entry(f"c{slot}", slot, routes=[{"hosts": [f"c{slot}-{i}.example.com" for i in range(hosts)]}])
        for slot in slots
    }
    gone = f"c{slots[removed % len(slots)]}"
    before = {connection.name: connection for connection in plan(everything).connections}
    after = {
        connection.name: connection
        for connection in plan({name: value for name, value in everything.items() if name != gone}).connections
    }
    assert after == {name: connection for name, connection in before.items() if name != gone}
    addresses = [target.address for connection in before.values() for target in connection.backends[0].targets]
    priorities = [rule.priority for connection in before.values() for rule in connection.rules]
    assert len(set(addresses)) == len(addresses)
    assert len(set(priorities)) == len(priorities)


def test_a_stack_that_publishes_another_connection_of_this_edge_is_refused() -> None:
    """D18: one service never takes another's traffic."""
    connections = {"shop": entry("shop", 0), "blog": entry("blog", 1, backends=[{"stack": "shop"}], owner="team-shop")}
    assert refused(connections, {"shop": contract("shop")}) == [
        "connections.blog.backends[0].stack: stack shop publishes shop, which is another connection of this edge"
    ]


def test_a_stack_that_publishes_an_unknown_connection_is_refused() -> None:
    assert refused({"shop": entry("shop", 0)}, {"shop": contract("store", owner="team-shop")}) == [
        "connections.shop.backends[0].stack: stack shop publishes store, but this edge has no connection of that name"
    ]


def test_another_owner_than_the_services_is_refused() -> None:
    """D18."""
    assert refused({"shop": entry("shop", 0, owner="team-blog")}) == [
        "connections.shop.owner: is team-blog, but stack shop says that its owner is team-shop"
    ]


def test_a_port_that_the_endpoints_do_not_open_is_refused() -> None:
    """D08."""
    assert refused({"shop": entry("shop", 0)}, {"shop": contract("shop", port=8080)}) == [
        "connections.shop.backends[0].stack: stack shop publishes port 8080, which the endpoints' security group does "
        "not open"
    ]


def test_a_service_over_https_gets_a_target_group_of_another_name() -> None:
    contracts = {"shop": contract("shop", port=443, protocol="HTTPS")}
    (shop,) = plan({"shop": entry("shop", 0)}, contracts).connections
    (backend,) = shop.backends
    assert (backend.groups[0].name, backend.groups[0].port, backend.groups[0].protocol) == (
        "prod-shop-0-https-443",
        443,
        "HTTPS",
    )


def test_the_longest_names_still_fit_what_aws_allows() -> None:
    """D15: the article's own example was 33 characters long."""
    name = "a" * 30
    edge = plan({name: entry(name, 0)}, stack="a-rather-long-stack-name")
    assert len(edge.connections[0].backends[0].groups[0].name) == 32
    assert len(edge.load_balancer_name) <= 32
    assert len(edge.logs.bucket) <= 63
    assert all(len(delivery.name) <= 60 for delivery in edge.logs.deliveries)


def test_target_groups_of_connections_with_the_same_prefix_differ() -> None:
    names = ("a" * 29 + "b", "a" * 29 + "c")
    edge = plan({name: entry(name, slot) for slot, name in enumerate(names)})
    assert len({connection.backends[0].groups[0].name for connection in edge.connections}) == 2


def test_the_record_of_a_host_that_two_connections_share_belongs_to_one_of_them() -> None:
    routes = {
        "shop": [{"hosts": ["www.example.com"], "paths": ["/shop/*"]}],
        "blog": [{"hosts": ["blog.example.com", "WWW.example.com"]}],
    }
    both = {name: entry(name, slot, routes=routes[name]) for slot, name in enumerate(routes)}
    (problem,) = refused(both)
    assert problem == (
        "connections.shop.routes[0].hosts[0]: connections.blog (team-blog) already has the DNS record of "
        "www.example.com"
    )
    blog, shop = plan(both | {"shop": both["shop"] | {"dns": False}}).connections
    assert (blog.records, shop.records) == (("blog.example.com", "www.example.com"), ())
    assert shop.hosts == ("www.example.com",)


def test_a_host_pattern_that_dns_cannot_hold_is_refused() -> None:
    routes = [{"hosts": ["*.example.com", "shop-?.example.com"]}]
    problems = refused({"shop": entry("shop", 0, routes=routes)}, certificates=[{"domains": ["*.example.com"]}])
    assert problems[-1] == (
        "connections.shop.routes[0].hosts[1]: shop-?.example.com cannot have a DNS record: in Route 53, only a whole "
        "first label can be a wildcard"
    )
    elsewhere = entry("shop", 0, routes=routes, dns=False)
    (shop,) = plan({"shop": elsewhere}, certificates=[{"domains": ["*.example.com"]}]).connections
    assert shop.records == ()


def test_the_same_route_of_two_connections_is_refused_before_anything_is_built() -> None:
    """D17."""
    connections = {
        "shop": entry("shop", 0),
        "blog": entry("blog", 1, routes=[{"hosts": ["shop.example.com"]}]),
    }
    assert refused(connections) == [
        "connections.blog.routes[0]: answers the same requests as connections.shop.routes[0] (team-shop), "
        "for example GET https://shop.example.com/"
    ]


def test_only_https_is_open_to_clients_unless_the_redirect_is_wanted() -> None:
    """D24."""
    assert plan().client_ports == (443,)
    assert plan(loadBalancer={"redirectHttp": True}).client_ports == (443, 80)


def test_more_client_networks_than_a_security_group_has_rules_are_refused() -> None:
    cidrs = [f"10.{number}.0.0/16" for number in range(31)]
    assert plan(loadBalancer={"allowedCidrs": cidrs}).load_balancer.allowed_cidrs == tuple(cidrs)
    assert refused(loadBalancer={"allowedCidrs": cidrs, "redirectHttp": True}) == [
        "loadBalancer.allowedCidrs: need 62 rules for 2 ports, but a security group has 60"
    ]


def test_a_stack_whose_name_cannot_be_part_of_aws_names_is_refused() -> None:
    assert refused(stack="My_Stack")[0].startswith("stack: is My_Stack")


def test_the_log_bucket_names_account_region_and_stack() -> None:
    """D11."""
    assert plan().logs.bucket == "central-ingress-prod-logs-222222222222-eu-west-1"
    assert plan(logs={"bucket": "our-logs"}).logs.bucket == "our-logs"


def test_only_the_load_balancer_may_write_logs_and_only_over_tls() -> None:
    """D09: without a policy AWS refuses to turn the logs on."""
    bucket = "arn:aws:s3:::central-ingress-prod-logs-222222222222-eu-west-1"
    balancers = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer"
    tls, delivery = json.loads(plan().logs.bucket_policy)["Statement"]
    assert tls == {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert delivery == {
        "Sid": "LoadBalancerLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": [
            f"{bucket}/access/AWSLogs/222222222222/*",
            f"{bucket}/connection/AWSLogs/222222222222/*",
            f"{bucket}/health-check/AWSLogs/222222222222/*",
        ],
        "Condition": {"ArnLike": {"aws:SourceArn": f"{balancers}/app/central-ingress-prod/*"}},
    }


def test_logs_go_to_cloudwatch_unless_turned_off() -> None:
    assert [(delivery.log_type, delivery.log_group) for delivery in plan().logs.deliveries] == [
        ("ALB_ACCESS_LOGS", "/aws/vendedlogs/central-ingress-prod/access"),
        ("ALB_CONNECTION_LOGS", "/aws/vendedlogs/central-ingress-prod/connection"),
    ]
    assert plan(logs={"cloudwatch": False}).logs.deliveries == ()
