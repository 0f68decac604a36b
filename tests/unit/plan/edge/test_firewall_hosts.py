"""What the web ACL does otherwise for some hosts: larger bodies, and exemptions from managed rules.

A pattern is tried with the regular expressions of RE2, which knows everything that is used of PCRE's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import re2
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.plan.edge.firewall import scopes, web_acl
from privatelink_ingress.plan.edge.firewall.statements import (
    AllOf,
    AnyOf,
    Label,
    ManagedRules,
    Not,
    Pattern,
    Statement,
    units,
)
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.firewall import Firewall
from privatelink_ingress.settings.managed_labels import label
from privatelink_ingress.settings.managed_rules import GROUPS, ManagedGroup

COMMON: ManagedGroup = "AWSManagedRulesCommonRuleSet"
SQL: ManagedGroup = "AWSManagedRulesSQLiRuleSet"
BOTS: ManagedGroup = "AWSManagedRulesBotControlRuleSet"
BODY = Label(label="awswaf:managed:aws:core-rule-set:SizeRestrictions_Body")


def connection(firewall: Mapping[str, Any], **route: Any) -> Connection:
    routes = [{"hosts": ["shop.example.com"]} | route]
    entry = {"slot": 0, "owner": "a", "backends": [{"stack": "shop"}], "routes": routes, "firewall": firewall}
    return Connection.model_validate_json(json.dumps(entry))


def plan(shop: Mapping[str, Any], firewall: Mapping[str, Any] | None = None, **route: Any) -> web_acl.FirewallPlan:
    settings = Firewall.model_validate_json(json.dumps(firewall or {}))
    return web_acl.plan_firewall(settings, {"shop": connection(shop, **route)}, name="edge")


def rule(planned: web_acl.FirewallPlan, key: str) -> web_acl.FirewallRule:
    return next(rule for rule in planned.rules if rule.key == key)


def matches(statement: Statement, *, host: str = "shop.example.com", path: str = "/", label: str = "") -> bool:
    """Whether a request matches, by the definition of each statement."""
    match statement:
        case Label(label=wanted):
            return wanted == label
        case Pattern(field=field, regex=regex):
            return bool(re2.search(regex, {"host": host, "path": path}[field]))
        case Not(statement=inner):
            return not matches(inner, host=host, path=path, label=label)
        case AllOf(statements=inner):
            return all(matches(one, host=host, path=path, label=label) for one in inner)
        case AnyOf(statements=inner):
            return any(matches(one, host=host, path=path, label=label) for one in inner)
    raise AssertionError(statement)


def blocks_large_body(planned: web_acl.FirewallPlan, **request: str) -> bool:
    decided = rule(planned, "body-size")
    return decided.action == "block" and matches(decided.statement, label=BODY.label, **request)


def test_large_bodies_are_blocked_for_every_host_by_default() -> None:
    planned = plan({})
    assert rule(planned, "body-size").statement == BODY
    assert blocks_large_body(planned)


def test_a_connection_lets_large_bodies_through_and_keeps_every_other_rule_of_the_group() -> None:
    planned = plan({"largeBodies": "allow"})
    assert not blocks_large_body(planned)
    assert blocks_large_body(planned, host="blog.example.com")
    assert blocks_large_body(planned, host="shop.example.com.example.org")
    assert rule(planned, "common").statement == ManagedRules(group=COMMON, overrides={"SizeRestrictions_BODY": "count"})
    assert rule(planned, "common").action == "block"


def test_a_client_may_name_the_port_with_the_host() -> None:
    assert not blocks_large_body(plan({"largeBodies": "allow"}), host="shop.example.com:443")


def test_large_bodies_pass_on_some_paths_alone() -> None:
    planned = plan({"largeBodies": "allow", "largeBodyPaths": ["/upload/*", "/photo?"]})
    for path, blocked in {"/upload/a": False, "/photo1": False, "/photo": True, "/": True, "/x/upload/a": True}.items():
        assert blocks_large_body(planned, path=path) is blocked, path


def test_a_connection_with_some_paths_of_a_host_changes_nothing_for_the_hosts_other_paths() -> None:
    planned = plan({"largeBodies": "allow"}, paths=["/api/*"])
    assert (blocks_large_body(planned, path="/api/x"), blocks_large_body(planned, path="/admin")) == (False, True)


def test_a_host_of_an_attached_stack_has_the_same_settings_in_the_shards_file() -> None:
    planned = plan({}, {"hosts": {"blog.example.com": {"largeBodies": "allow"}, "*.apps.example.com": {}}})
    assert blocks_large_body(planned)
    assert not blocks_large_body(planned, host="blog.example.com")


def test_an_exempt_rule_counts_in_its_group_and_a_rule_after_it_blocks_all_other_requests() -> None:
    exempt = {"group": COMMON, "rules": ["CrossSiteScripting_BODY"], "paths": ["/editor/*"]}
    planned = plan({"exempt": [exempt]})
    statement = rule(planned, "common").statement
    assert isinstance(statement, ManagedRules)
    assert statement.overrides == {"SizeRestrictions_BODY": "count", "CrossSiteScripting_BODY": "count"}
    decided = rule(planned, "common-CrossSiteScripting_BODY")
    marked = "awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body"
    assert decided.action == "block"
    assert decided.priority > rule(planned, "common").priority
    assert not matches(decided.statement, path="/editor/1", label=marked)
    assert matches(decided.statement, path="/", label=marked)
    assert matches(decided.statement, path="/editor/1", host="blog.example.com", label=marked)
    assert not matches(decided.statement, path="/")


def test_a_group_that_counts_decides_on_no_label() -> None:
    exempt = {"group": SQL, "rules": ["SQLi_BODY"]}
    planned = plan({"exempt": [exempt]}, {"groups": {SQL: "count"}})
    assert rule(planned, "sql-injection-SQLi_BODY").action == "count"


def test_a_rule_that_counts_for_all_needs_no_rule_after_it() -> None:
    planned = plan({}, {"groups": {COMMON: {"count": ["NoUserAgent_HEADER"]}}})
    statement = rule(planned, "common").statement
    assert isinstance(statement, ManagedRules)
    assert statement.overrides == {"NoUserAgent_HEADER": "count", "SizeRestrictions_BODY": "count"}
    assert "common-NoUserAgent_HEADER" not in {one.key for one in planned.rules}


def test_a_group_that_a_connection_is_exempt_from_does_not_see_its_requests() -> None:
    planned = plan({"exempt": [{"group": BOTS, "paths": ["/api/*"]}]}, {"groups": {BOTS: "block"}})
    statement = rule(planned, "bots").statement
    assert isinstance(statement, ManagedRules)
    assert statement.scope is not None
    assert not matches(statement.scope, path="/api/x")
    assert matches(statement.scope, path="/")
    assert matches(statement.scope, path="/api/x", host="blog.example.com")


def test_a_group_is_pinned_to_a_version() -> None:
    planned = plan({}, {"groups": {SQL: {"version": "Version_2.5"}}})
    assert rule(planned, "sql-injection").statement == ManagedRules(group=SQL, version="Version_2.5")
    assert rule(planned, "common").statement == ManagedRules(group=COMMON, overrides={"SizeRestrictions_BODY": "count"})


def test_groups_that_no_stack_file_names_are_absent_and_named_ones_are_in_a_fixed_order() -> None:
    every = plan({}, {"groups": dict.fromkeys(reversed(list(GROUPS)), "block")})
    assert [one.key for one in every.rules] == [
        *("anti-ddos", "rate-limit", "ip-reputation", "anonymous-ip", "common", "body-size", "known-bad-inputs"),
        *(
            "sql-injection",
            "linux",
            "posix",
            "windows",
            "php",
            "wordpress",
            "admin-pages",
            "account-takeover",
            "account-creation",
            "bots",
        ),
    ]
    assert "bots" not in {one.key for one in plan({}).rules}


def test_an_exemption_costs_its_host_its_path_and_a_label() -> None:
    """A regular expression costs 3 units, and each text transformation 10: the host has one, a path two."""
    exempt = {"group": COMMON, "rules": ["CrossSiteScripting_BODY"]}
    assert rule(plan({"exempt": [exempt]}), "common-CrossSiteScripting_BODY").capacity == 1 + 13
    with_path = plan({"exempt": [exempt | {"paths": ["/editor/*"]}]})
    assert rule(with_path, "common-CrossSiteScripting_BODY").capacity == 1 + 13 + 23
    assert plan({"largeBodies": "allow"}).capacity == plan({}).capacity + 13


HOSTS = st.lists(st.from_regex(r"[a-z*?]{1,30}\.example\.com", fullmatch=True), min_size=1, max_size=12, unique=True)
PATHS = st.lists(st.from_regex(r"/[a-z0-9.$~+&*?]{0,40}", fullmatch=True), min_size=1, max_size=12, unique=True)


@given(HOSTS, PATHS, st.data())
def test_whatever_the_hosts_and_paths_a_scope_and_its_complement_share_no_request(
    hosts: list[str], paths: list[str], data: st.DataObject
) -> None:
    scope = scopes.of_hosts(hosts, paths)
    host, path = data.draw(st.sampled_from(hosts)), data.draw(st.sampled_from(paths))
    inside, outside = scope.inside(), scopes.together(scope.outside())
    for request in ({"host": host, "path": path}, {"host": "other.example.org", "path": path}):
        assert matches(inside, **request) is not matches(outside, **request)
    assert matches(inside, host=host, path=path)
    assert not matches(inside, host="other.example.org", path=path)
    for statement in (inside, outside):
        assert depth(statement) <= 3, "the provider takes three levels"
        assert all(len(one.regex) <= scopes.LONGEST_REGEX for one in patterns(statement))
    assert units(inside) == sum(13 if one.field == "host" else 23 for one in patterns(inside))


def depth(statement: Statement) -> int:
    return 0 if isinstance(statement, Pattern) else 1 + max(map(depth, inner(statement)))


def patterns(statement: Statement) -> list[Pattern]:
    return [statement] if isinstance(statement, Pattern) else [p for one in inner(statement) for p in patterns(one)]


def inner(statement: Statement) -> tuple[Statement, ...]:
    match statement:
        case Not(statement=one):
            return (one,)
        case AllOf(statements=several) | AnyOf(statements=several):
            return several
    raise AssertionError(statement)


def test_every_rule_that_can_be_exempted_has_a_label_in_its_groups_namespace() -> None:
    for group, known in GROUPS.items():
        labels = {rule: label(group, rule) for rule in known.rules}
        if known.label_namespace is None:
            assert set(labels.values()) == {None}
        else:
            assert len(set(labels.values())) == len(labels)
            assert all(str(one).startswith(f"awswaf:managed:aws:{known.label_namespace}:") for one in labels.values())


def test_labels_are_as_aws_writes_them() -> None:
    """Baseline and use-case specific rule groups, AWS WAF developer guide."""
    written: dict[tuple[ManagedGroup, str], str] = {
        ("AWSManagedRulesCommonRuleSet", "UserAgent_BadBots_HEADER"): "core-rule-set:BadBots_Header",
        (
            "AWSManagedRulesCommonRuleSet",
            "SizeRestrictions_Cookie_HEADER",
        ): "core-rule-set:SizeRestrictions_Cookie_Header",
        (
            "AWSManagedRulesCommonRuleSet",
            "EC2MetaDataSSRF_QUERYARGUMENTS",
        ): "core-rule-set:EC2MetaDataSSRF_QueryArguments",
        ("AWSManagedRulesKnownBadInputsRuleSet", "Host_localhost_HEADER"): "known-bad-inputs:Host_Localhost_Header",
        ("AWSManagedRulesKnownBadInputsRuleSet", "PROPFIND_METHOD"): "known-bad-inputs:Propfind_Method",
        ("AWSManagedRulesSQLiRuleSet", "SQLi_URIPATH"): "sql-database:SQLi_URIPath",
        ("AWSManagedRulesLinuxRuleSet", "LFI_QUERYSTRING"): "linux-os:LFI_QueryString",
        ("AWSManagedRulesAnonymousIpList", "HostingProviderIPList"): "anonymous-ip-list:HostingProviderIPList",
        ("AWSManagedRulesWordPressRuleSet", "WordPressExploitablePaths_URIPATH"): (
            "wordpress-app:WordPressExploitablePaths_URIPATH"
        ),
    }
    for (group, rule), expected in written.items():
        assert label(group, rule) == f"awswaf:managed:aws:{expected}"
