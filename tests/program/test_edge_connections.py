"""What each connection registers, and what adding, changing and removing one touches."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import connection, exports, id_of, inputs, named, services

GUARD = "pulumi:index:Stash"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:lb/targetGroup:TargetGroup"
TARGET = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
RULE = "aws:lb/listenerRule:ListenerRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
RECORD = "aws:route53/record:Record"
SUBNET = "aws:ec2/subnet:Subnet"
SHOP, BLOG = connection("shop", 0), connection("blog", 1)

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run) -> Run:
    def with_connections(*, stacks: dict[str, StackOutputs] | None = None, **connections: Any) -> StackRun:
        stacks = services(*connections) if stacks is None else stacks
        return edge_run(stacks=stacks, connections=connections)

    return with_connections


def state(edge: StackRun) -> dict[str, Any]:
    """All that the engine would compare, by URN; the stack's own exports apart.

    The removal guard waits for whatever there is: a list in the state, which the engine changes nothing for.
    """
    return {
        one.urn: (one.inputs, one.provider, one.parent, () if one.type == GUARD else one.depends_on)
        for one in edge.registrations
        if one.type != "pulumi:pulumi:Stack"
    }


def test_an_endpoint_has_its_planned_address_in_each_zone(run: Run) -> None:
    edge = run(shop=SHOP)
    endpoint = edge.only(ENDPOINT)
    subnets = [id_of(edge, SUBNET, f"edge-network-endpoint-euw1-az{number}") for number in (1, 2, 3)]
    assert endpoint.inputs["subnetIds"] == subnets
    assert endpoint.inputs["subnetConfigurations"] == [
        {"subnetId": subnet, "ipv4": address}
        for subnet, address in zip(subnets, ("10.12.128.16", "10.12.130.16", "10.12.132.16"), strict=True)
    ]
    assert endpoint.inputs["serviceName"] == "com.amazonaws.vpce.eu-west-1.vpce-svc-00000000000000001"
    assert endpoint.inputs["vpcEndpointType"] == "Interface"
    assert endpoint.inputs["privateDnsEnabled"] is False
    assert endpoint.inputs["securityGroupIds"] == [id_of(edge, "aws:ec2/securityGroup:SecurityGroup", "edge-endpoint")]


def test_a_replaced_endpoint_leaves_its_addresses_before_its_successor_comes(run: Run) -> None:
    assert run(shop=SHOP).only(ENDPOINT).delete_before_replace is True


def test_targets_are_the_planned_addresses_by_zone_and_no_interface_is_looked_up(run: Run) -> None:
    """D41 and the article's look-up of network interfaces by position."""
    edge = run(shop=SHOP)
    arn = edge.only(GROUP).outputs["arn"]
    assert inputs(edge, TARGET) == {
        f"shop-0-http-80-0-euw1-az{number}": {"targetGroupArn": arn, "targetId": address, "port": 80}
        for number, address in ((1, "10.12.128.16"), (2, "10.12.130.16"), (3, "10.12.132.16"))
    }
    # The key of the alarms' topic, the zone of the hosts, and what an earlier life of the stack left: its load balancer
    # and its logs.
    looked_up = {one.token for one in edge.invokes}
    assert looked_up == {
        "aws:kms/getKey:getKey",
        "aws:lb/getLoadBalancer:getLoadBalancer",
        "aws:route53/getZone:getZone",
        "aws:s3/getBucket:getBucket",
        "aws:cloudwatch/getLogGroups:getLogGroups",
    }


def test_the_target_group_follows_the_contract(run: Run) -> None:
    """D08."""
    contract = exports("shop", 1, port=443, protocol="HTTPS", health_path="/ready")
    edge = run(stacks={"organization/eks-service/shop": StackOutputs(contract)}, shop=SHOP)
    group = edge.only(GROUP).inputs
    assert (group["name"], group["port"], group["protocol"]) == ("prod-shop-0-https-443", 443, "HTTPS")
    assert group["targetType"] == "ip"
    assert group["healthCheck"] == {
        "path": "/ready",
        "protocol": "HTTPS",
        "port": "traffic-port",
        "matcher": "200",
        "interval": 10,
        "timeout": 5,
        "healthyThreshold": 2,
        "unhealthyThreshold": 2,
    }
    assert {target["port"] for target in inputs(edge, TARGET).values()} == {443}


def test_rules_forward_what_the_routes_say(run: Run) -> None:
    """D17."""
    routes = [{"hosts": ["shop.example.com", "*.example.com"], "paths": ["/cart/*", "/"]}]
    edge = run(shop={**SHOP, "routes": routes})
    arn = edge.only(GROUP).outputs["arn"]
    found = {name: (rule["priority"], rule["conditions"], rule["actions"]) for name, rule in inputs(edge, RULE).items()}
    forward = [{"type": "forward", "forward": {"targetGroups": [{"arn": arn, "weight": 1}]}}]
    assert found == {
        f"shop-{key}-0": (
            priority,
            [{"hostHeader": {"values": [host]}}, {"pathPattern": {"values": [path]}}],
            forward,
        )
        for key, priority, host, path in (
            ("exact-host-exact-path", 1, "shop.example.com", "/"),
            ("exact-host-prefix-1", 15_001, "shop.example.com", "/cart/*"),
            ("wildcard-host-exact-path", 25_001, "*.example.com", "/"),
            ("wildcard-host-prefix-1", 40_001, "*.example.com", "/cart/*"),
        )
    }


def test_requests_stop_before_targets_go_and_targets_before_the_endpoint(run: Run) -> None:
    """D34."""
    edge = run(shop=SHOP)
    assert {target.urn for target in edge.of_type(TARGET)} <= set(edge.only(RULE).depends_on)
    assert all(edge.only(ENDPOINT).urn in target.depends_on for target in edge.of_type(TARGET))


def test_each_host_is_an_alias_that_one_sick_connection_cannot_take_away(run: Run) -> None:
    edge = run(shop={**SHOP, "routes": [{"hosts": ["*.example.com", "SHOP.example.com"]}]})
    balancer = edge.only("aws:lb/loadBalancer:LoadBalancer").outputs
    alias = {"name": balancer["dnsName"], "zoneId": balancer["zoneId"], "evaluateTargetHealth": False}
    records = {name: record for name, record in inputs(edge, RECORD).items() if "aliases" in record}
    assert records == {
        f"shop-{host}": {"zoneId": "Z0123456789EXAMPLE", "name": host, "type": "A", "aliases": [alias]}
        for host in ("*.example.com", "shop.example.com")
    }


def test_a_connections_resources_carry_its_owner_and_name(run: Run) -> None:
    edge = run(shop=SHOP)
    for type_ in (ENDPOINT, GROUP, RULE):
        tags = edge.only(type_).inputs["tags"]
        assert (tags["Owner"], tags["Connection"]) == ("team-shop", "shop")


def test_removing_the_middle_connection_touches_only_its_own_resources(run: Run) -> None:
    """D16."""
    middle = connection("news", 1)
    before = state(run(shop=SHOP, news=middle, blog=connection("blog", 2), stacks=services("shop", "blog", "news")))
    after = state(run(shop=SHOP, blog=connection("blog", 2), stacks=services("shop", "blog", "news")))
    assert after.items() <= before.items()
    gone = sorted(urn.split("$")[-1] for urn in before.keys() - after.keys() if "StackReference" not in urn)
    assert gone == sorted(
        [
            "privatelink-ingress:index:Connection::news",
            "privatelink-ingress:index:Backend::news-0",
            f"{ENDPOINT}::news-0-0",
            f"{GROUP}::news-0-http-80",
            *(f"{TARGET}::news-0-http-80-0-euw1-az{number}" for number in (1, 2, 3)),
            f"{RULE}::news-exact-host-any-path-0",
            f"{RECORD}::news-news.example.com",
            f"{DASHBOARD}::news",
            *(f"{ALARM}::news-unhealthy-0-euw1-az{number}" for number in (1, 2, 3)),
            *(f"{ALARM}::news-{key}-0" for key in ("errors", "latency", "dropped")),
        ]
    )


def test_changing_a_connections_routes_touches_only_its_rules_and_names(run: Run) -> None:
    changed = copy.deepcopy(SHOP)
    changed["routes"] = [{"hosts": ["shop.example.com", "store.example.com"]}]
    before, after = state(run(shop=SHOP, blog=BLOG)), state(run(shop=changed, blog=BLOG))
    assert before.keys() <= after.keys()
    assert [urn.rsplit("::", 1)[-1] for urn in after.keys() - before.keys()] == ["shop-store.example.com"]
    changed_urns = [urn.rpartition("$")[2] for urn in before if before[urn] != after[urn]]
    assert sorted(changed_urns) == [f"{DASHBOARD}::shop", f"{RULE}::shop-exact-host-any-path-0"]


def test_of_connections_that_share_a_host_one_has_its_record(run: Run) -> None:
    shop = {**SHOP, "routes": [{"hosts": ["www.example.com"], "paths": ["/shop/*"]}], "dns": False}
    blog = {**BLOG, "routes": [{"hosts": ["www.example.com"]}]}
    edge = run(shop=shop, blog=blog)
    (record,) = [one for one in edge.of_type(RECORD) if "aliases" in one.inputs]
    assert record.name == "blog-www.example.com"
    assert "Connection$aws:route53/record:Record::" in record.urn
    alone = state(run(blog=blog, stacks=services("shop", "blog")))
    assert alone[record.urn] == state(edge)[record.urn]


def test_rules_have_the_conditions_and_the_rewrite_of_their_route(run: Run) -> None:
    route = {
        "hosts": ["shop.example.com"],
        "methods": ["POST"],
        "headers": {"X-Tenant": ["a*"]},
        "query": [{"value": "1"}],
        "sources": ["198.51.100.0/24"],
        "rewrite": {
            "host": {"regex": "^shop[.](.+)$", "replace": "store.$1"},
            "path": {"regex": "^/v1/(.*)$", "replace": "/$1"},
        },
    }
    rule = run(shop={**SHOP, "routes": [route]}).only(RULE).inputs
    assert rule["conditions"] == [
        {"hostHeader": {"values": ["shop.example.com"]}},
        {"httpRequestMethod": {"values": ["POST"]}},
        {"sourceIp": {"values": ["198.51.100.0/24"]}},
        {"httpHeader": {"httpHeaderName": "X-Tenant", "values": ["a*"]}},
        {"queryStrings": [{"value": "1"}]},
    ]
    assert rule["transforms"] == [
        {
            "type": "host-header-rewrite",
            "hostHeaderRewriteConfig": {"rewrite": {"regex": "^shop[.](.+)$", "replace": "store.$1"}},
        },
        {
            "type": "url-rewrite",
            "urlRewriteConfig": {"rewrite": {"regex": "^/v1/(.*)$", "replace": "/$1"}},
        },
    ]


def test_an_edge_without_connections_is_complete(run: Run) -> None:
    edge = run()
    assert edge.of_type(ENDPOINT) == ()
    assert edge.exports["connections"] == {}
    assert edge.only("aws:lb/listener:Listener").inputs["port"] == 443


def test_a_connections_own_certificate_is_attached_under_it(run: Run) -> None:
    shop = {
        **SHOP,
        "routes": [{"hosts": ["www.shop.example.com"]}],
        "certificate": {"domains": ["www.shop.example.com"]},
    }
    edge = run(shop=shop, blog=BLOG)
    certificate = named(edge, "aws:acm/certificate:Certificate", "shop-www.shop.example.com")
    assert certificate.inputs["domainName"] == "www.shop.example.com"
    assert "Connection$privatelink-ingress:index:Certificates$" in certificate.urn
    record = named(edge, RECORD, "shop-www.shop.example.com-Z0123456789EXAMPLE").inputs
    assert (record["zoneId"], record["type"]) == ("Z0123456789EXAMPLE", "CNAME")
    validated = named(edge, "aws:acm/certificateValidation:CertificateValidation", "shop-www.shop.example.com").inputs
    attached = edge.only("aws:lb/listenerCertificate:ListenerCertificate")
    assert attached.name == "shop-www.shop.example.com"
    assert attached.inputs == {
        "listenerArn": edge.only("aws:lb/listener:Listener").outputs["arn"],
        "certificateArn": validated["certificateArn"],
    }
    assert attached.parent == named(edge, "privatelink-ingress:index:Connection", "shop").urn
