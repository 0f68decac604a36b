"""A trace chooses the listener rule that the load balancer would choose, and says why it passes others over."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.trace import listeners
from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.hops import Hop
from privatelink_ingress.trace.listeners import Action, Condition, Rule
from privatelink_ingress.trace.trace import Trace, trace
from tests.support import globs
from tests.support.examples import examples
from tests.support.topologies import ALB, EDGE_GROUP, changed, forward, rule, whole

SHOP = "shop.example.com"
URL = f"https://{SHOP}/cart"
NOT_FOUND = Rule(priority=None, conditions=(), action=Action(type="fixed-response", status=404))


def behind(*rules: Rule, base: model.Topology | None = None) -> model.Topology:
    topology = base or whole()
    (https,) = topology.load_balancers[ALB].listeners
    https = dataclasses.replace(https, rules=(*rules, NOT_FOUND))
    return changed(topology, "load_balancers", ALB, listeners=(https,))


def hop(result: Trace, name: str = "Listener rule") -> Hop:
    return [one for one in result.hops if one.name == name][-1]


# The oracle, from https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html alone.


@dataclasses.dataclass(frozen=True)
class Sent:
    """A request as it is on the wire."""

    method: str
    host: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    source: str

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")


def _like(pattern: str, text: str) -> bool:
    """A pattern of a query: case does not count, and a backslash before a wildcard takes its meaning from it."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    signs = {"*": ".*", "?": "."}
    wanted = "".join(signs.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(wanted, text, re.IGNORECASE | re.DOTALL) is not None


def _meets(condition: Condition, sent: Sent) -> bool:
    if condition.field == "host-header":
        return any(globs.matches_host(value, sent.host) for value in condition.values)
    if condition.field == "path-pattern":
        return any(globs.matches_path(value, sent.path) for value in condition.values)
    if condition.field == "http-request-method":
        return sent.method in condition.values
    if condition.field == "source-ip":
        return any(ipaddress.ip_address(sent.source) in ipaddress.ip_network(value) for value in condition.values)
    if condition.field == "http-header":
        held = [value for name, value in sent.headers if name.lower() == (condition.header or "").lower()]
        return any(globs.matches_host(pattern, value) for pattern in condition.values for value in held)
    assert condition.field == "query-string"
    pairs = [part.partition("=") for part in sent.query.split("&") if part]
    plain = [(urllib.parse.unquote_plus(key), urllib.parse.unquote_plus(value)) for key, _, value in pairs]
    wanted = [value.partition("=") for value in condition.values]
    return any(_like(k, key) and _like(v, value) for k, _, v in wanted for key, value in plain)


def chosen(rules: tuple[Rule, ...], sent: Sent) -> Rule:
    for one in sorted(rules, key=lambda one: one.priority or 0):
        if all(_meets(condition, sent) for condition in one.conditions):
            return one
    return NOT_FOUND


HOSTS = st.sampled_from([SHOP, "www.shop.example.com", "Blog.Example.com", "a.example.com"])
PATHS = st.one_of(
    st.sampled_from(["/", "/cart", "/Cart", "/cart/", "/cart/1", "/cart//1", "/caf%C3%A9", "/a*b", "/a%2Ab", "/~x"]),
    st.text("/ab.*~%2F", max_size=8).map(lambda text: f"/c{text.replace('.', '')}"),
)
TEXTS = st.sampled_from(["a", "A", "ab", "a*b", "a?b", "2", "21", "é", "a b", ""])
PATTERNS = st.sampled_from(["a", "A*", "?", "*", "2*", r"a\*b", r"a\?b", "*b"])


def _encoded(pair: tuple[str, str]) -> str:
    return "=".join(urllib.parse.quote(text, safe="*") for text in pair)


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    headers = st.tuples(st.sampled_from(["X-Tenant", "x-tenant", "X-Env"]), st.sampled_from(["acme", "ACME-2", "x y"]))
    return Sent(
        method=draw(st.sampled_from(["GET", "POST", "PROPFIND"])),
        host=draw(HOSTS),
        path=draw(PATHS),
        query="&".join(map(_encoded, draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=3)))),
        headers=tuple(draw(st.lists(headers, max_size=3))),
        source=draw(st.sampled_from(["198.51.100.7", "203.0.113.9"])),
    )


@st.composite
def conditions(draw: st.DrawFn) -> tuple[Condition, ...]:
    def some(values: st.SearchStrategy[str]) -> tuple[str, ...]:
        return tuple(draw(st.lists(values, min_size=1, max_size=2, unique=True)))

    host = st.sampled_from([SHOP, SHOP.upper(), "*.example.com", "?log.example.com", "*shop*", "a.example.com"])
    path = st.sampled_from(["/*", "/cart", "/cart*", "/cart/?", "/?art", "*/1", "/caf*", "/c*", "/a\\*b", "/a*b"])
    query = st.tuples(PATTERNS, PATTERNS).map("=".join)
    kinds = draw(st.sets(st.sampled_from(range(6)), min_size=1, max_size=4))
    made = {
        0: lambda: Condition(field="host-header", values=some(host)),
        1: lambda: Condition(field="path-pattern", values=some(path)),
        2: lambda: Condition(field="http-request-method", values=some(st.sampled_from(["GET", "POST"]))),
        3: lambda: Condition(field="http-header", header="X-TENANT", values=some(st.sampled_from(["acme*", "x?y"]))),
        4: lambda: Condition(field="query-string", values=some(query)),
        5: lambda: Condition(field="source-ip", values=some(st.sampled_from(["198.51.100.0/24", "2001:db8::/32"]))),
    }
    return tuple(made[kind]() for kind in sorted(kinds))


@examples(quick=50, whole=400)
@given(asked=st.lists(conditions(), min_size=1, max_size=6), sent=requests(), data=st.data())
def test_the_first_rule_by_priority_that_matches_answers(asked, sent: Sent, data: st.DataObject):
    ending = st.sampled_from([forward(EDGE_GROUP), Action(type="fixed-response", status=503)])
    rules = tuple(
        Rule(priority=place + 1, conditions=wanted, action=data.draw(ending)) for place, wanted in enumerate(asked)
    )
    expected = chosen(rules, sent)
    named = model.Alias(name=sent.host.lower(), type="A", target="alb.example.com", zone="example.com")
    (https,) = whole().load_balancers[ALB].listeners
    certificate = dataclasses.replace(https.certificates[0], domains=("*.example.com", "*.shop.example.com"))
    base = changed(
        dataclasses.replace(whole(), aliases=(named,)),
        "load_balancers",
        ALB,
        listeners=(dataclasses.replace(https, certificates=(certificate,)),),
    )
    result = trace(
        sent.url,
        behind(*rules, base=base),
        method=sent.method,
        headers=[f"{name}={value}" for name, value in sent.headers],
        source=sent.source,
    )
    found = hop(result)
    said = "the default rule" if expected.priority is None else f"priority {expected.priority}: "
    assert found.evidence.startswith(said)
    wanted = ("reached", None) if expected.action.type == "forward" else ("answered", expected.action.status)
    assert (result.outcome, result.status) == wanted


def test_rules_of_the_host_that_the_request_passes_over_are_shown_with_what_they_ask_for():
    other = rule(1, forward(EDGE_GROUP), host_header=("blog.example.com",))
    admin = rule(2, forward(EDGE_GROUP), host_header=(SHOP,), path_pattern=("/admin/*",))
    office = rule(3, forward(EDGE_GROUP), host_header=(SHOP,), source_ip=("198.51.100.0/24",))
    topology = behind(other, admin, office, rule(9, forward(EDGE_GROUP), host_header=(SHOP,)))
    assert hop(trace(URL, topology)).evidence == (
        "priority 9: host-header shop.example.com; passed over: priority 2, which asks for path-pattern /admin/*; "
        "priority 3, which asks for source-ip 198.51.100.0/24 (name the client with --source)"
    )
    assert hop(trace(URL, topology, source="198.51.100.7")).evidence == (
        "priority 3: host-header shop.example.com and source-ip 198.51.100.0/24; passed over: priority 2, which asks "
        "for path-pattern /admin/*"
    )
    assert hop(trace(URL, behind(admin))).evidence == (
        "the default rule: answers 404; passed over: priority 2, which asks for path-pattern /admin/*"
    )


def test_of_many_rules_passed_over_the_last_five_are_shown():
    many = [rule(place, forward(EDGE_GROUP), host_header=(SHOP,), path_pattern=(f"/{place}",)) for place in range(1, 9)]
    evidence = hop(trace(URL, behind(*many))).evidence
    assert re.findall(r"priority (\d)", evidence) == ["4", "5", "6", "7", "8"]
    assert evidence.endswith(", and 3 more")


@pytest.mark.parametrize("field", ["host-header", "path-pattern", "http-header"])
def test_a_rule_with_a_regular_expression_is_left_open_and_said(field: str):
    unknown = Condition(field=field, values=(), header="X-Tenant" if field == "http-header" else None)
    matching = Condition(field="http-request-method", values=("GET",))
    first = Rule(priority=1, conditions=(unknown, matching), action=Action(type="fixed-response", status=403))
    topology = behind(first, rule(2, forward(EDGE_GROUP), host_header=(SHOP,)))
    result = trace(URL, topology)
    [open_, taken] = [one for one in result.hops if one.name == "Listener rule"]
    assert (open_.verdict, taken.verdict, result.outcome) == ("not seen", "passes", "reached")
    assert "regular expression" in open_.evidence
    assert "not evaluated here: followed as if it did not match" in open_.reason
    # Where another condition already rules it out, nothing is open.
    assert [one.verdict for one in trace(URL, topology, method="POST").hops if one.name == "Listener rule"] == [
        "passes"
    ]


@pytest.mark.parametrize(
    ("location", "url", "expected"),
    [
        ("HTTPS://#{host}:443/#{path}?#{query}", "http://shop.example.com/a/b?x=1&y=%20", "https://shop.example.com:443/a/b?x=1&y=%20"),
        ("HTTPS://#{host}:443/#{path}?#{query}", "http://shop.example.com", "https://shop.example.com:443/"),
        ("#{protocol}://www.example.com:#{port}/new/#{path}?#{query}", "http://shop.example.com/a", "http://www.example.com:80/new/a"),
        ("#{protocol}://#{host}:#{port}/?from=#{host}", "http://shop.example.com/a", "http://shop.example.com:80/?from=shop.example.com"),
    ],
)  # fmt: skip
def test_a_redirect_is_shown_as_the_client_gets_it(location: str, url: str, expected: str):
    moved = Rule(priority=None, conditions=(), action=Action(type="redirect", status=301, location=location))
    http = listeners.Listener(port=80, protocol="HTTP", tls_policy=None, certificates=(), rules=(moved,))
    (https,) = whole().load_balancers[ALB].listeners
    topology = changed(whole(), "load_balancers", ALB, listeners=(https, http))
    groups = topology.security_groups["sg-alb"]
    wide = dataclasses.replace(groups.ingress[0], from_port=80)
    topology = changed(topology, "security_groups", "sg-alb", ingress=(wide,))
    result = trace(url, topology)
    assert (result.outcome, result.status) == ("answered", 301)
    assert hop(result).evidence == f"the default rule: redirects to {expected}"


def weighted(*weights: tuple[str, int]) -> model.Topology:
    topology = whole()
    blue = topology.target_groups[EDGE_GROUP]
    others = {arn: dataclasses.replace(blue, arn=arn, name=arn) for arn, _ in weights if arn != EDGE_GROUP}
    topology = dataclasses.replace(topology, target_groups={**topology.target_groups, **others})
    return behind(rule(1, Action(type="forward", target_groups=weights), host_header=(SHOP,)), base=topology)


def test_of_several_target_groups_the_greatest_weight_is_followed_and_the_others_are_named():
    evidence = hop(trace(URL, weighted((EDGE_GROUP, 90), ("green", 10), ("old", 0))), "Target group").evidence
    assert evidence.endswith("; followed with weight 90 of 100, green has 10")
    assert "weight" not in hop(trace(URL, weighted((EDGE_GROUP, 1))), "Target group").evidence


@pytest.mark.parametrize(
    ("topology", "reason"),
    [
        (weighted((EDGE_GROUP, 0)), "the load balancer answers 503"),
        (changed(whole(), "target_groups", EDGE_GROUP, targets=()), "it is empty: the load balancer answers 503"),
        (
            changed(
                whole(),
                "target_groups",
                EDGE_GROUP,
                targets=(model.Target(id="10.12.128.16", port=80, state="draining"),),
            ),
            "no target takes new requests: the load balancer answers 503",
        ),
    ],
)
def test_without_a_target_the_load_balancer_itself_answers_503(topology: model.Topology, reason: str):
    result = trace(URL, topology)
    assert (result.outcome, result.status, result.end) == ("answered", 503, "answered 503 by the load balancer")
    assert hop(result, "Target group").reason == reason


def test_of_two_certificates_for_a_host_the_issued_one_is_presented():
    (https,) = whole().load_balancers[ALB].listeners
    [held] = https.certificates
    expired = dataclasses.replace(held, arn="arn:old", domains=(SHOP,), status="EXPIRED")

    def result(*certificates: listeners.Certificate) -> Trace:
        changed_listener = dataclasses.replace(https, certificates=certificates)
        return trace(URL, changed(whole(), "load_balancers", ALB, listeners=(changed_listener,)))

    assert result(expired, held).reached
    assert hop(result(expired), "Certificate").evidence == "arn:old is EXPIRED"


def test_sign_in_comes_before_an_answer_of_the_load_balancer():
    asks = listeners.SignIn(type="authenticate-oidc", provider="https://login.example.com", cookie="Session")
    page = Action(type="fixed-response", status=503, sign_in=asks)
    result = trace(URL, behind(rule(1, page, host_header=(SHOP,))))
    assert result.hops[-1].name == "Sign-in"


@pytest.mark.parametrize("source", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.51.100.7"])
def test_a_private_address_is_not_what_the_load_balancer_sees_of_a_client(source: str):
    found = hop(trace(URL, whole(), source=source), "Load balancer")
    assert found.verdict == ("passes" if source == "198.51.100.7" else "warns")
    if found.reason:
        assert found.reason == (
            f"{source} is a private address: the load balancer sees the public address of its NAT gateway"
        )


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        ({"method": "TRACE"}, 405, "it does not support the method TRACE"),
        (
            {"headers": ["X-Forwarded-For=" + ", ".join(["192.0.2.1"] * 20), "x-forwarded-for=" + "192.0.2.1," * 11]},
            463,
            "X-Forwarded-For has 31 addresses, and it accepts 30",
        ),
        ({"headers": ["Transfer-Encoding=gzip, chunked"]}, 501, "it does not implement Transfer-Encoding: gzip"),
    ],
)
def test_what_the_load_balancer_refuses_meets_no_rule(options: dict[str, Any], status: int, reason: str):
    result = trace(URL, whole(), **options)
    assert (result.outcome, result.status, result.hops[-1].name) == ("answered", status, "Load balancer")
    assert result.hops[-1].reason == reason


def test_what_it_takes_just_so_reaches_the_rules():
    headers = ["X-Forwarded-For=" + ",".join(["192.0.2.1"] * 30), "Transfer-Encoding=Chunked"]
    assert trace(URL, whole(), method="POST", headers=headers).reached
