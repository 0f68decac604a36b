"""A trace ends where the deployed system ends it, and names the reason and the remedy."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privatelink_ingress.cli.views import trace as trace_view
from privatelink_ingress.problems import UserError
from privatelink_ingress.trace import listeners
from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.security_groups import Permission
from privatelink_ingress.trace.trace import trace
from tests.support.topologies import (
    ALB,
    EDGE_GROUP,
    NLB,
    NODE_GROUP,
    SERVICE,
    changed,
    forward,
    last,
    rule,
    whole,
)


def test_a_request_that_meets_no_obstacle_reaches_the_node_port_over_every_hop():
    result = trace("https://shop.example.com/cart?item=1", whole())
    assert result.outcome == "reached"
    assert [(hop.name, hop.verdict) for hop in result.hops] == [
        ("Route 53", "passes"),
        ("Load balancer", "passes"),
        ("Certificate", "passes"),
        ("Web ACL", "passes"),
        ("Listener rule", "passes"),
        ("Target group", "passes"),
        ("Interface endpoint", "passes"),
        ("PrivateLink", "passes"),
        ("Network load balancer", "passes"),
        ("Node port", "passes"),
        ("Ingress", "not seen"),
    ]
    assert result.hops[-2].evidence == "1 of 1 nodes at port 30080, zones euw1-az1"


def test_an_unknown_host_is_answered_404_by_the_default_rule_and_the_missing_record_is_said():
    result = trace("https://nobody.example.com/", whole())
    assert (result.outcome, result.status) == ("answered", 404)
    assert result.hops[0].verdict == "warns"
    assert "no alias record answers for nobody.example.com" in result.hops[0].evidence
    assert last(result) == ("Listener rule", "answers")


def test_plain_http_is_refused_because_nothing_listens_on_port_80():
    result = trace("http://shop.example.com/", whole())
    assert (result.outcome, result.reached) == ("stopped", False)
    assert result.hops[-1].reason == "nothing listens on port 80: no client can connect"
    assert "redirectHttp" in result.hops[-1].remedy


@pytest.mark.parametrize(
    ("collection", "key", "fields", "hop", "reason"),
    [
        ("security_groups", "sg-alb", {"ingress": ()}, "Load balancer", "clients time out"),
        ("security_groups", "sg-alb", {"egress": ()}, "Interface endpoint", "security groups keep the load balancer"),
        ("security_groups", "sg-endpoint", {"ingress": ()}, "Interface endpoint", "from port 80"),
        ("security_groups", "sg-nlb", {"ingress": ()}, "Network load balancer", "10.12.0.0/23, 10.12.2.0/23"),
        ("security_groups", "sg-nlb", {"egress": ()}, "Node port", "port 30080 of every node"),
        ("security_groups", "sg-node", {"ingress": ()}, "Node port", "port 30080 of every node"),
        ("target_groups", NODE_GROUP, {"targets": ()}, "Node port", "no node is registered"),
        ("nodes", "i-1", {"state": "stopped"}, "Node port", "no node runs"),
        ("services", SERVICE, {"connections": {"vpce-1": "pendingAcceptance"}}, "PrivateLink", "has not accepted"),
        ("services", SERVICE, {"load_balancer_arns": ()}, "Network load balancer", "traffic ends at the service"),
        ("load_balancers", NLB, {"listeners": ()}, "Network load balancer", "nothing listens on port 80"),
    ],
)
def test_a_closed_hop_stops_the_request_there_with_its_reason(collection, key, fields, hop, reason):
    result = trace("https://shop.example.com/", changed(whole(), collection, key, **fields))
    assert result.outcome == "stopped"
    assert last(result) == (hop, "stops")
    assert reason in result.hops[-1].reason


def test_a_pending_connection_comes_with_the_command_that_accepts_it():
    topology = changed(whole(), "services", SERVICE, connections={"vpce-1": "pendingAcceptance"})
    remedy = trace("https://shop.example.com/", topology).hops[-1].remedy
    assert remedy == (
        "Write accepterRoleArn at the backend and run `pulumi up` in central-ingress/. Or in account 111111111111: "
        "aws ec2 accept-vpc-endpoint-connections --region eu-west-1 --service-id vpce-svc-0a --vpc-endpoint-ids vpce-1"
    )


def test_a_pending_connection_is_seen_without_credentials_of_the_workload_account():
    topology = dataclasses.replace(whole(), services={})
    (endpoint,) = topology.endpoints
    waiting = dataclasses.replace(topology, endpoints=(dataclasses.replace(endpoint, state="pendingAcceptance"),))
    hop = trace("https://shop.example.com/", waiting).hops[-1]
    assert (hop.name, hop.verdict, hop.reason) == ("PrivateLink", "stops", "the owner has not accepted the connection")
    assert "Or in the service's account: aws ec2 accept-vpc-endpoint-connections" in hop.remedy


def test_a_rejected_connection_is_not_said_to_wait():
    topology = changed(whole(), "services", SERVICE, connections={"vpce-1": "rejected"})
    hop = trace("https://shop.example.com/", topology).hops[-1]
    assert (hop.name, hop.reason) == ("PrivateLink", "the owner has rejected the connection")
    assert "accept-vpc-endpoint-connections" not in hop.remedy


def test_a_service_in_an_account_without_credentials_is_not_claimed_to_be_reached():
    result = trace("https://shop.example.com/", dataclasses.replace(whole(), services={}))
    assert (result.outcome, last(result)) == ("not seen", ("PrivateLink", "not seen"))
    assert "Give that account's credentials" in result.hops[-1].remedy


def test_one_lost_zone_is_a_warning_and_not_a_stop():
    topology = whole()
    targets = (*topology.target_groups[EDGE_GROUP].targets, model.Target(id="10.12.132.16", port=80, state="unhealthy"))
    result = trace("https://shop.example.com/", changed(topology, "target_groups", EDGE_GROUP, targets=targets))
    assert result.reached
    [warning] = [hop for hop in result.hops if hop.verdict == "warns"]
    assert (warning.name, warning.reason) == ("Interface endpoint", "10.12.132.16 cannot be reached")


def test_without_enforcement_the_inner_security_group_does_not_count():
    topology = changed(whole(), "security_groups", "sg-nlb", ingress=())
    topology = changed(topology, "load_balancers", NLB, enforces_private_link_rules=False)
    assert trace("https://shop.example.com/", topology).reached


def test_a_host_outside_the_certificates_is_stopped_before_any_rule():
    topology = whole()
    alias = model.Alias(name="a.b.example.com", type="A", target="alb.example.com", zone="example.com")
    result = trace("https://a.b.example.com/", dataclasses.replace(topology, aliases=(alias,)))
    assert last(result) == ("Certificate", "stops")
    assert result.hops[-1].reason == "no certificate covers a.b.example.com: clients refuse the connection"


def test_an_exact_record_wins_over_a_wildcard_record():
    records = (
        model.Alias(name="*.example.com", type="A", target="gone.example.com", zone="example.com"),
        *whole().aliases,
    )
    topology = dataclasses.replace(whole(), aliases=records)
    assert trace("https://shop.example.com/", topology).reached
    assert last(trace("https://other.example.com/", topology)) == ("Route 53", "stops")


WILDCARD = model.Alias(name="*.example.com", type="A", target="alb.example.com", zone="example.com")


@pytest.mark.parametrize(
    ("host", "beside", "answering"),
    [
        ("new.example.com", {}, "*.example.com"),
        ("a.new.example.com", {}, "*.example.com"),
        ("new.shop.example.com", {}, None),
        (
            "new.shop.example.com",
            {"aliases": (dataclasses.replace(WILDCARD, name="*.shop.example.com"),)},
            "*.shop.example.com",
        ),
        ("new.example.com", {"aliases": (dataclasses.replace(WILDCARD, name="new.example.com", type="AAAA"),)}, None),
        ("new.example.com", {"cnames": frozenset({("_token.new.example.com", "x.acm-validations.example")})}, None),
        ("a.new.example.com", {"hosted_zones": (model.HostedZone(id="Z2", name="new.example.com"),)}, None),
    ],
    ids=[
        "a name that does not exist",
        "below such a name",
        "below a name with a record",
        "with a wildcard of its own there",
        "a name with a record of another type",
        "above a validation record",
        "in a hosted zone of its own",
    ],
)
def test_a_wildcard_record_answers_neither_for_a_name_that_exists_nor_below_it(
    host: str, beside: dict[str, Any], answering: str | None
):
    aliases = (WILDCARD, *whole().aliases, *beside.get("aliases", ()))
    topology = dataclasses.replace(whole(), **beside | {"aliases": aliases})
    evidence = trace(f"https://{host}/", topology).hops[0].evidence
    assert evidence.split(" A → ")[0] == (answering or f"no alias record answers for {host}")


def test_a_client_of_ipv6_follows_the_aaaa_record_and_the_security_group():
    url, source = "https://shop.example.com/", "2001:db8::7"
    stopped = trace(url, whole(), source=source).hops[-1]
    assert (stopped.name, stopped.reason) == (
        "Route 53",
        "a client with only an IPv6 address such as 2001:db8::7 gets no address for shop.example.com",
    )
    [ipv4] = whole().aliases
    published = dataclasses.replace(whole(), aliases=(ipv4, dataclasses.replace(ipv4, type="AAAA")))
    stopped = trace(url, published, source=source).hops[-1]
    assert (stopped.name, stopped.reason) == (
        "Load balancer",
        "none of its security groups admits 2001:db8::7 to port 443: this client times out",
    )
    ingress = (
        *published.security_groups["sg-alb"].ingress,
        Permission(protocol="tcp", from_port=443, to_port=443, cidrs=("2001:db8::/32",)),
    )
    result = trace(url, changed(published, "security_groups", "sg-alb", ingress=ingress), source=source)
    assert result.reached
    assert result.hops[0].evidence.startswith("shop.example.com AAAA → ")


def test_a_websocket_goes_the_way_of_https_and_keeps_its_scheme_in_remedies():
    result = trace("wss://shop.example.com/socket", whole())
    assert (result.outcome, result.hops[1].name) == ("reached", "Load balancer")
    stopped = trace("ws://shop.example.com/socket", whole()).hops[-1]
    assert (stopped.reason, stopped.remedy) == (
        "nothing listens on port 80: no client can connect",
        "Use wss:// without a port.",
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://shop.example.com:8443/cart", "nothing listens on port 8443: no client can connect"),
        ("http://shop.example.com:8443/cart", "nothing listens on port 8443: no client can connect"),
        ("http://shop.example.com:443/cart", "port 443 speaks HTTPS, not http"),
    ],
)
def test_another_port_is_answered_with_the_one_that_is_open(url: str, reason: str):
    hop = trace(url, whole()).hops[-1]
    assert (hop.name, hop.verdict, hop.reason) == ("Load balancer", "stops", reason)
    assert hop.remedy == "Use https:// without a port."


@pytest.mark.parametrize(
    ("field", "values", "url", "expected"),
    [
        ("host-header", ("SHOP.example.com",), "https://shop.EXAMPLE.com/", True),
        ("host-header", ("*.example.com",), "https://a.b.example.com/", True),
        ("host-header", ("?.example.com",), "https://ab.example.com/", False),
        ("path-pattern", ("/api/*",), "https://x.example.com/api", False),
        ("path-pattern", ("/api/*",), "https://x.example.com/api/v1/x", True),
        ("path-pattern", ("/API",), "https://x.example.com/api", False),
        ("query-string", ("version=v1",), "https://x.example.com/?VERSION=V1", True),
        ("query-string", ("*=v?",), "https://x.example.com/?any=v2", True),
        ("query-string", ("*=a=b",), "https://x.example.com/?any=a%3Db", True),
        ("query-string", (r"*=\*",), "https://x.example.com/?any=b", False),
        ("host-header", (), "https://x.example.com/", False),
        ("jwt", ("x",), "https://x.example.com/", False),
        ("query-string", ("version=v1",), "https://x.example.com/?other=v1", False),
        ("http-request-method", ("GET", "HEAD"), "https://x.example.com/", True),
        ("http-request-method", ("POST",), "https://x.example.com/", False),
        ("source-ip", ("0.0.0.0/0",), "https://x.example.com/", False),
    ],
)
def test_conditions_match_as_the_load_balancer_matches_them(field, values, url, expected):
    assert Request.parse(url).matches(listeners.Condition(field=field, values=values)) is expected


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("http-request-method", ("PUT", "POST"), True),
        ("http-request-method", ("GET",), False),
        ("http-header", ("ACME*",), True),
        ("http-header", ("second",), True),
        ("http-header", ("third",), False),
        ("source-ip", ("198.51.100.0/24", "2001:db8::/32"), True),
        ("source-ip", ("203.0.113.0/24",), False),
    ],
)
def test_method_headers_and_source_of_a_request_can_be_said(field, values, expected):
    request = Request.parse(
        "https://x.example.com/",
        method="POST",
        headers=["x-tenant=acme=1", "X-Tenant=second", "X-Other=third"],
        source="198.51.100.7",
    )
    condition = listeners.Condition(field=field, values=values, header="X-Tenant" if field == "http-header" else None)
    assert request.matches(condition) is expected


def test_a_rule_by_method_is_reached_with_that_method_only():
    rules = (
        rule(1, forward(EDGE_GROUP), host_header=("shop.example.com",), http_request_method=("POST",)),
        rule(None, listeners.Action(type="fixed-response", status=404)),
    )
    topology = whole()
    listener = dataclasses.replace(topology.load_balancers[ALB].listeners[0], rules=rules)
    balancers = {
        **topology.load_balancers,
        ALB: dataclasses.replace(topology.load_balancers[ALB], listeners=(listener,)),
    }
    changed = dataclasses.replace(topology, load_balancers=balancers)
    posted = trace("https://shop.example.com/", changed, method="POST")
    assert posted.reached
    assert trace_view.headline(posted).plain.startswith("POST https://shop.example.com/ → reached")
    assert trace("https://shop.example.com/", changed).status == 404


@pytest.mark.parametrize(
    ("wrong", "option"),
    [({"method": "post"}, "--method"), ({"headers": ["X-A"]}, "--header"), ({"source": "10.0.0.0/8"}, "--source")],
)
def test_options_that_make_no_request_are_refused(wrong, option):
    with pytest.raises(UserError) as raised:
        trace("https://shop.example.com/", whole(), **wrong)
    assert [problem.where for problem in raised.value.problems] == [option]
