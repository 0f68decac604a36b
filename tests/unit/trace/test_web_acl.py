"""A trace says what the rules of the web ACL do where the request tells, and names the rules that AWS alone knows."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import Trace, trace
from privatelink_ingress.trace.web_acl import Judgement, judge
from tests.support.examples import examples
from tests.support.topologies import ALB, last, whole

BODY = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"
LABELLED = {"LabelMatchStatement": {"Scope": "LABEL", "Key": BODY}}


def rule(name: str, action: str, statement: Mapping[str, Any]) -> model.WebAclRule:
    return model.WebAclRule(name=name, action=action, statement=statement)


def group(name: str, action: str = "none", /, **over: Any) -> model.WebAclRule:
    statement = {"VendorName": "AWS", "Name": f"AWSManagedRules{name}"} | over
    return rule(name.lower(), action, {"ManagedRuleGroupStatement": statement})


def regex(pattern: str, field: Mapping[str, Any], *steps: str) -> dict[str, Any]:
    transformations = [{"Priority": place, "Type": step} for place, step in enumerate(steps)]
    body = {"RegexString": pattern, "FieldToMatch": field, "TextTransformations": transformations}
    return {"RegexMatchStatement": body}


def addresses(*cidrs: str) -> dict[str, Any]:
    return {"IPSetReferenceStatement": {"ARN": "arn", "Addresses": list(cidrs)}}


HOST = regex(r"^shop\.example\.com$", {"SingleHeader": {"Name": "host"}}, "LOWERCASE")
UPLOADS = regex("^(?:/upload/.*)$", {"UriPath": {}}, "URL_DECODE", "NORMALIZE_PATH")
COUNTED: dict[str, Any] = {"RuleActionOverrides": [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]}


def judged(*rules: model.WebAclRule, url: str = "https://shop.example.com/", **request: Any) -> Judgement:
    acl = model.WebAcl(name="edge", default_allows=True, rules=rules)
    return judge(acl, Request.parse(url, **request))


def test_without_a_rule_that_matches_the_default_action_decides() -> None:
    assert judged() == Judgement(action="allow")
    closed = model.WebAcl(name="edge", default_allows=False, rules=())
    assert judge(closed, Request.parse("https://shop.example.com/")) == Judgement(action="block", status=403)
    paged = dataclasses.replace(closed, default_status=429)
    assert judge(paged, Request.parse("https://shop.example.com/")) == Judgement(action="block", status=429)


@pytest.mark.parametrize(("size", "action"), [(8_192, "allow"), (8_193, "block")])
def test_a_body_that_waf_cannot_read_whole_is_blocked_by_the_label_of_a_rule_that_counts(
    size: int, action: str
) -> None:
    rules = group("CommonRuleSet", **COUNTED), rule("body-size", "block", LABELLED)
    found = judged(*rules, method="POST", body_size=size)
    assert (found.action, found.by) == (action, "body-size" if action == "block" else "")


def test_the_group_itself_blocks_where_the_rule_is_not_overridden() -> None:
    assert judged(group("CommonRuleSet"), body_size=8_193).by == "commonruleset:SizeRestrictions_BODY"
    assert judged(group("CommonRuleSet", "count"), body_size=8_193) == Judgement(
        action="allow", counted=("commonruleset:SizeRestrictions_BODY",), unknown=("commonruleset",)
    )


@pytest.mark.parametrize(
    ("url", "action"),
    [
        ("https://shop.example.com/upload/a", "allow"),
        ("https://SHOP.example.com/upload/a", "allow"),
        ("https://shop.example.com/upload/../admin", "block"),
        ("https://shop.example.com/upload/%2e%2e/admin", "block"),
        ("https://blog.example.com/upload/a", "block"),
    ],
)
def test_an_exemption_holds_for_its_host_and_for_the_path_that_the_application_sees(url: str, action: str) -> None:
    outside = {"OrStatement": {"Statements": [{"NotStatement": {"Statement": one}} for one in (HOST, UPLOADS)]}}
    both = {"AndStatement": {"Statements": [LABELLED, outside]}}
    rules = group("CommonRuleSet", **COUNTED), rule("body-size", "block", both)
    assert judged(*rules, url=url, body_size=9_000).action == action


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("CommonRuleSet:SizeRestrictions_Cookie_HEADER", {"headers": [f"Cookie={'a' * 10_241}"]}),
        ("CommonRuleSet:SizeRestrictions_QUERYSTRING", {"url": f"https://shop.example.com/?{'a' * 2_049}"}),
        ("CommonRuleSet:SizeRestrictions_URIPATH", {"url": f"https://shop.example.com/{'a' * 1_024}"}),
        ("KnownBadInputsRuleSet:PROPFIND_METHOD", {"method": "PROPFIND"}),
        ("KnownBadInputsRuleSet:Host_localhost_HEADER", {"url": "https://localhost/"}),
    ],
)
def test_managed_rules_with_a_published_condition_are_evaluated(name: str, request_: dict[str, Any]) -> None:
    own, _, inner = name.partition(":")
    assert judged(group(own), **request_).by == f"{own.lower()}:{inner}"
    assert judged(group(own)).action == "allow"


def test_a_group_that_does_not_see_the_request_finds_nothing() -> None:
    outside = {"NotStatement": {"Statement": HOST}}
    assert judged(group("CommonRuleSet", ScopeDownStatement=outside), body_size=9_000) == Judgement(action="allow")


def test_lists_of_addresses_ask_for_the_clients() -> None:
    rules = rule("deny", "block", addresses("203.0.113.0/24")), rule("allow", "allow", addresses("198.51.100.0/24"))
    rules = *rules, group("CommonRuleSet")
    assert judged(*rules, source="203.0.113.9").by == "deny"
    assert judged(*rules, source="198.51.100.9", body_size=9_000) == Judgement(action="allow", by="allow")
    assert judged(*rules, body_size=9_000).action == "block"


def test_what_aws_alone_knows_is_named_and_decides_nothing() -> None:
    unread = {"LabelMatchStatement": {"Scope": "LABEL", "Key": "awswaf:managed:aws:core-rule-set:GenericLFI_Body"}}
    rules = (
        rule("rate-limit", "block", {"RateBasedStatement": {"Limit": 2000}}),
        rule("countries", "block", {"GeoMatchStatement": {"CountryCodes": ["KP"]}}),
        rule("early", "block", unread),
        group("CommonRuleSet"),
        rule("late", "block", unread),
    )
    assert judged(*rules) == Judgement(action="allow", unknown=("rate-limit", "countries", "commonruleset", "late"))


def test_a_part_that_is_not_known_leaves_open_only_what_depends_on_it() -> None:
    country = {"GeoMatchStatement": {"CountryCodes": ["KP"]}}
    elsewhere = regex("^blog$", {"SingleHeader": {"Name": "host"}}, "NONE")
    assert judged(rule("a", "block", {"AndStatement": {"Statements": [country, elsewhere]}})).unknown == ()
    assert judged(rule("a", "block", {"OrStatement": {"Statements": [country, HOST]}})).by == "a"
    assert judged(rule("a", "block", {"AndStatement": {"Statements": [country, HOST]}})).unknown == ("a",)
    assert judged(rule("a", "block", {"NotStatement": {"Statement": country}})).unknown == ("a",)
    other_step = regex("^shop", {"SingleHeader": {"Name": "host"}}, "BASE64_DECODE")
    assert judged(rule("a", "block", other_step)).unknown == ("a",)


def traced(*rules: model.WebAclRule, **request: Any) -> Trace:
    topology = whole()
    balancer = topology.load_balancers[ALB]
    acl = model.WebAcl(name="edge", default_allows=True, rules=rules)
    balancers = {**topology.load_balancers, ALB: dataclasses.replace(balancer, web_acl=acl)}
    return trace("https://shop.example.com/", dataclasses.replace(topology, load_balancers=balancers), **request)


def test_the_trace_ends_at_the_web_acl_with_the_reason_and_the_setting() -> None:
    rules = group("CommonRuleSet", **COUNTED), rule("body-size", "block", LABELLED)
    result = traced(*rules, method="POST", body_size=20_000)
    assert (result.outcome, result.status, last(result)) == ("answered", 403, ("Web ACL", "answers"))
    assert result.hops[-1].reason == "body-size blocks a body of 20,000 bytes: WAF reads 8,192 of it"
    assert "firewall.largeBodies: allow" in result.hops[-1].remedy
    assert traced(*rules, body_size=8_192).reached


def test_the_trace_names_the_rules_that_count_and_those_that_aws_alone_knows() -> None:
    (hop,) = [one for one in traced(group("CommonRuleSet", "count"), body_size=9_000).hops if one.name == "Web ACL"]
    assert hop.evidence == (
        "edge: 1 rules, then allow; counted by commonruleset:SizeRestrictions_BODY; only AWS can evaluate commonruleset"
    )


@pytest.mark.parametrize(("action", "status"), [("block", 403), ("challenge", 202), ("captcha", 405)])
def test_each_action_answers_with_the_status_of_waf(action: str, status: int) -> None:
    assert traced(rule("browsers", action, HOST)).status == status


def test_a_page_of_our_own_answers_with_its_status() -> None:
    page = model.WebAclRule(name="deny", action="block", statement=HOST, status=404)
    assert traced(page).status == 404
    block = {"Block": {"CustomResponse": {"ResponseCode": 404, "CustomResponseBodyKey": "blocked"}}}
    overrides = [{"Name": "PROPFIND_METHOD", "ActionToUse": block}]
    found = judged(group("KnownBadInputsRuleSet", RuleActionOverrides=overrides), method="PROPFIND")
    assert (found.by, found.status) == ("knownbadinputsruleset:PROPFIND_METHOD", 404)


def test_rules_on_bodies_do_not_apply_to_grpc() -> None:
    rules = group("CommonRuleSet", **COUNTED), rule("body-size", "block", LABELLED)
    assert judged(*rules, speaks="grpc", body_size=20_000).action == "allow"
    assert judged(*rules, speaks="http2", body_size=20_000).action == "block"


@pytest.mark.parametrize(
    ("operator", "sent", "action", "unknown"),
    [
        ("GT", "CN=admin", "block", ()),
        ("GT", "", "allow", ()),
        ("GT", None, "allow", ()),
        ("EQ", None, "allow", ("forged",)),
    ],
)
def test_the_size_of_a_header_is_known_and_that_of_a_missing_one_only_where_it_does_not_matter(
    operator: str, sent: str | None, action: str, unknown: tuple[str, ...]
) -> None:
    field = {"SingleHeader": {"Name": "x-amzn-mtls-clientcert-subject"}}
    size = {"SizeConstraintStatement": {"FieldToMatch": field, "ComparisonOperator": operator, "Size": 0}}
    headers = [] if sent is None else [f"X-Amzn-Mtls-Clientcert-Subject={sent}"]
    found = judged(rule("forged", "block", size), headers=headers)
    assert (found.action, found.unknown) == (action, unknown)


GROUP_ARN = "arn:aws:wafv2:eu-west-1:222222222222:regional/rulegroup/central-ingress-prod-rules-50/1"


def reference(*rules: model.WebAclRule, action: str = "none", **over: Any) -> model.WebAclRule:
    """A rule of the owner's web ACL that refers to the stack's rule group."""
    statement = {"RuleGroupReferenceStatement": {"ARN": GROUP_ARN, **over}}
    return model.WebAclRule(name="ingress", action=action, statement=statement, group=rules)


def test_the_rules_of_a_rule_group_decide_where_the_web_acl_refers_to_it() -> None:
    denied = dataclasses.replace(rule("deny", "block", addresses("203.0.113.0/24")), status=429)
    found = judged(reference(denied), rule("last", "block", HOST), source="203.0.113.9")
    assert (found.action, found.by, found.status) == ("block", "ingress:deny", 429)
    assert judged(reference(denied), rule("last", "block", HOST), source="198.51.100.9").by == "last"


def test_overrides_of_a_rule_group_count_all_of_it_or_one_rule() -> None:
    denied, host = rule("deny", "block", addresses("203.0.113.0/24")), rule("host", "block", HOST)
    found = judged(reference(denied, host, action="count"), source="203.0.113.9")
    assert (found.action, found.counted) == ("allow", ("ingress:deny", "ingress:host"))
    counted = [{"Name": "deny", "ActionToUse": {"Count": {}}}]
    found = judged(reference(denied, host, RuleActionOverrides=counted), source="203.0.113.9")
    assert (found.action, found.by, found.counted) == ("block", "ingress:host", ("ingress:deny",))


def test_a_rule_group_that_cannot_be_read_and_groups_of_other_vendors_are_left_to_aws() -> None:
    unread = dataclasses.replace(reference(), group=None)
    foreign = group("CommonRuleSet", VendorName="Acme")
    found = judged(unread, foreign, body_size=20_000)
    assert (found.action, found.unknown) == ("allow", ("ingress", "commonruleset"))


def scoped(inside: Mapping[str, Any]) -> dict[str, Any]:
    return {"RateBasedStatement": {"Limit": 100, "ScopeDownStatement": inside}}


def test_a_rate_limit_leaves_open_only_the_requests_that_it_counts() -> None:
    blog = {"NotStatement": {"Statement": HOST}}
    rules = rule("rate-limit-shop", "block", scoped(HOST)), rule("rate-limit-blog", "block", scoped(blog))
    assert judged(*rules).unknown == ("rate-limit-shop",)
    assert judged(*rules, url="https://blog.example.com/").unknown == ("rate-limit-blog",)


@pytest.mark.parametrize(
    ("path", "blocked"),
    [
        ("/editor/a", True),
        ("//editor/a", True),
        ("///editor//a", True),
        ("/%2feditor/a", True),
        ("/x%2f..%2feditor/a", True),
        ("/editor%2F..%2Fadmin", False),
        ("/editorial", False),
    ],
)
def test_a_path_is_compared_as_waf_normalizes_it(path: str, blocked: bool) -> None:
    editor = rule("editor", "block", regex("^/editor/", {"UriPath": {}}, "URL_DECODE", "NORMALIZE_PATH"))
    assert judged(editor, url=f"https://shop.example.com{path}").action == ("block" if blocked else "allow")


COUNTRY = {"GeoMatchStatement": {"CountryCodes": ["KP"]}}
KNOWN = st.sampled_from([HOST, {"NotStatement": {"Statement": HOST}}, addresses("198.51.100.0/24"), addresses()])
LEAVES = st.one_of(KNOWN, st.just(COUNTRY), st.just(scoped(HOST)))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: {"NotStatement": {"Statement": one}}),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: {"AndStatement": {"Statements": some}}),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: {"OrStatement": {"Statements": some}}),
    ),
    max_leaves=4,
)


def outcomes(statement: Mapping[str, Any], *, by_host: bool, by_source: bool) -> set[bool]:
    """What a statement can come to, with each leaf that is not known either way."""
    ((kind, body),) = statement.items()
    if kind == "NotStatement":
        return {not one for one in outcomes(body["Statement"], by_host=by_host, by_source=by_source)}
    if kind in ("AndStatement", "OrStatement"):
        parts = [outcomes(one, by_host=by_host, by_source=by_source) for one in body["Statements"]]
        join = all if kind == "AndStatement" else any
        return {join(values) for values in itertools.product(*parts)}
    if kind == "IPSetReferenceStatement":
        return {bool(body["Addresses"]) and by_source}
    if kind == "RegexMatchStatement":
        return {by_host}
    return {True, False} if kind == "GeoMatchStatement" or by_host else {False}


@examples(quick=50, whole=400)
@given(
    acl=st.lists(st.tuples(st.sampled_from(["allow", "block", "count"]), TREES), max_size=5),
    host=st.sampled_from(["shop.example.com", "blog.example.com"]),
    source=st.sampled_from(["198.51.100.7", "203.0.113.9"]),
)
def test_what_is_said_of_a_web_acl_holds_whatever_aws_alone_knows(acl, host: str, source: str) -> None:
    rules = [rule(str(place), action, statement) for place, (action, statement) in enumerate(acl)]
    can = [
        outcomes(one.statement, by_host=host == "shop.example.com", by_source=source == "198.51.100.7") for one in rules
    ]
    found = judged(*rules, url=f"https://{host}/", source=source)
    certain = [one for one, values in zip(rules, can, strict=True) if values == {True} and one.action != "count"]
    decides = certain[0].name if certain else ""
    assert (found.by, found.action) == (decides, certain[0].action if certain else "allow")
    reached = rules[: int(decides)] if certain else rules
    assert found.unknown == tuple(one.name for one in reached if can[int(one.name)] == {True, False})
    assert found.counted == tuple(one.name for one in reached if can[int(one.name)] == {True})
