"""Settings of the firewall: groups and rules of AWS by name, exemptions by host and path, in the shard's file."""

from __future__ import annotations

import json
import typing
from typing import Any

import boto3
import iso3166
import pytest

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.firewall import GroupSettings
from privatelink_ingress.settings.firewall_answers import PageStatus
from privatelink_ingress.settings.load import SettingsError
from tests.unit.settings.test_load import EDGE, as_text, changed, edge_problem, problems

COMMON, SQL = "AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"


def loaded(path: str, value: Any) -> EdgeSettings:
    settings = load_edge(as_text(changed(EDGE, path, value)), project="central-ingress", stack="prod")
    assert isinstance(settings, EdgeSettings)
    return settings


def test_a_word_in_the_place_of_a_group_is_its_action() -> None:
    pinned = {"action": "count", "version": "Version_1.23", "count": ["NoUserAgent_HEADER"]}
    groups = loaded("firewall.groups", {SQL: "count", COMMON: pinned}).firewall.groups
    assert groups[SQL] == GroupSettings(action="count")
    assert groups[COMMON] == GroupSettings(action="count", version="Version_1.23", count=("NoUserAgent_HEADER",))


EXEMPT = "connections.shop.firewall.exempt"


@pytest.mark.parametrize(
    ("path", "value", "where", "reason", "remedy"),
    [
        (
            "firewall.groups",
            {"AWSManagedRulesLinux": "block"},
            "firewall.groups.AWSManagedRulesLinux",
            "not among",
            "Linux",
        ),
        (
            "firewall.groups",
            {SQL: "cuont"},
            f"firewall.groups.{SQL}",
            "is 'cuont'",
            "Write block or count, or the keys action",
        ),
        ("firewall.groups", {SQL: {"actoin": "block"}}, f"firewall.groups.{SQL}.actoin", "not a known key", "action?"),
        (
            "firewall.groups",
            {SQL: {"version": "2.5"}},
            f"firewall.groups.{SQL}.version",
            "is '2.5'",
            "such as Version_1.23",
        ),
        (
            "firewall.groups",
            {SQL: {"count": ["SQLi_BODI"]}},
            f"firewall.groups.{SQL}.count[0]",
            f"is 'SQLi_BODI', which {SQL} lacks",
            "Did you mean SQLi_BODY?",
        ),
        (
            "firewall.groups",
            {COMMON: {"count": ["SizeRestrictions_BODY"]}},
            f"firewall.groups.{COMMON}.count[0]",
            "is set by largeBodies",
            "largeBodies: allow",
        ),
        (EXEMPT, [{"group": "CommonRuleSet"}], f"{EXEMPT}[0].group", "'CommonRuleSet'", COMMON),
        (
            EXEMPT,
            [{"group": COMMON, "rules": ["GenericLFI_BODYS"]}],
            f"{EXEMPT}[0].rules[0]",
            f"which {COMMON} lacks",
            "Did you mean GenericLFI_BODY?",
        ),
        (
            EXEMPT,
            [{"group": COMMON, "rules": ["SizeRestrictions_BODY"]}],
            f"{EXEMPT}[0].rules[0]",
            "is set by largeBodies",
            "largeBodies: allow",
        ),
        (
            EXEMPT,
            [{"group": "AWSManagedRulesBotControlRuleSet", "rules": ["CategoryAI"]}],
            f"{EXEMPT}[0].rules[0]",
            "can only be exempted as a whole",
            "or count the rule",
        ),
        (
            EXEMPT,
            [{"group": "AWSManagedRulesAmazonIpReputationList", "rules": ["AWSManagedIPDDoSList"]}],
            f"{EXEMPT}[0].rules[0]",
            "the rule only counts",
            "Remove it.",
        ),
        (
            EXEMPT,
            [{"group": "AWSManagedRulesAntiDDoSRuleSet"}],
            f"{EXEMPT}[0].group",
            "cannot be exempted",
            "Remove the entry.",
        ),
        (
            "connections.shop.firewall",
            {"largeBodyPaths": ["/upload/*"]},
            "connections.shop.firewall.largeBodyPaths",
            "has no effect while large bodies are blocked",
            "largeBodies: allow",
        ),
        (
            "firewall.hosts",
            {"Shop.example.com": {"largeBodies": "allow"}},
            "firewall.hosts.Shop.example.com",
            "is a host of connection shop, which this file has",
            "Write it as connections.shop.firewall.",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_the_nearest_name(
    path: str, value: Any, where: str, reason: str, remedy: str
) -> None:
    problem = edge_problem(path, value)
    assert problem.where == where
    assert reason in problem.reason
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("path", "value", "where", "reason", "remedy"),
    [
        ("firewall.stage", "cuont", "firewall.stage", "is 'cuont'", "Did you mean count?"),
        ("firewall.rateLimit", 9, "firewall.rateLimit", "is 9", "from 10 to 2000000000"),
        ("firewall.rateWindow", 90, "firewall.rateWindow", "is 90", "60, 120, 300, 600"),
        ("firewall.countries", {}, "firewall.countries", "has neither allow nor block", "Write block"),
        (
            "firewall.countries",
            {"allow": ["DE"], "block": ["KP"]},
            "firewall.countries",
            "has both allow and block",
            "Write block",
        ),
        ("firewall.countries", {"block": ["UK"]}, "firewall.countries.block[0]", "is 'UK'", "Did you mean GB, United"),
        ("firewall.countries", {"block": ["Germany"]}, "firewall.countries.block[0]", "'Germany'", "mean DE, Germany?"),
        (
            "firewall.countries",
            {"block": ["AUT"]},
            "firewall.countries.block[0]",
            "is 'AUT'",
            "Did you mean AT, Austria?",
        ),
        ("firewall.countries", {"block": ["XX"]}, "firewall.countries.block[0]", "is 'XX'", "two letters"),
        ("firewall.countries", {"block": ["KP", "KP"]}, "firewall.countries.block[1]", "repeats 'KP'", "once"),
        ("firewall.blockPage", {}, "firewall.blockPage", "has neither html, text nor json", "Write one of"),
        (
            "firewall.blockPage",
            {"html": "a", "text": "b"},
            "firewall.blockPage",
            "has html and text",
            "Write one of html, text and json.",
        ),
        ("firewall.blockPage", {"json": "{"}, "firewall.blockPage.json", "is not JSON", "Correct it."),
        ("firewall.blockPage", {"text": "ä" * 2049}, "firewall.blockPage.text", "has 4,098 bytes", "Shorten it."),
        ("firewall.rateLimitPage", {"text": "a", "status": 428}, "firewall.rateLimitPage.status", "is 428", "429"),
        ("firewall.tokenSeconds", 59, "firewall.tokenSeconds", "is 59", "from 60 to 259200"),
        ("firewall.logs", {"keep": "blocked"}, "firewall.logs.keep", "is 'blocked'", "all, findings"),
        (
            "firewall.logs",
            {"hide": {"headers": ["X-Key", "x-key"]}},
            "firewall.logs.hide.headers[1]",
            "in other letters",
            "once",
        ),
        (
            "firewall.groups",
            {SQL: {"inspection": "common"}},
            f"firewall.groups.{SQL}.inspection",
            "is a key of AWSManagedRulesBotControlRuleSet",
            "Remove it.",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesATPRuleSet": "block"},
            "firewall.groups.AWSManagedRulesATPRuleSet.login",
            "is missing",
            "Write path, username and password",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesATPRuleSet": {"login": {"path": "login", "username": "u", "password": "p"}}},
            "firewall.groups.AWSManagedRulesATPRuleSet.login.path",
            "is 'login'",
            "such as /login",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesACFPRuleSet": "count"},
            "firewall.groups.AWSManagedRulesACFPRuleSet.registration",
            "is missing",
            "Write page, path and email",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesACFPRuleSet": {"registration": {"page": "/new", "path": "accounts", "email": "mail"}}},
            "firewall.groups.AWSManagedRulesACFPRuleSet.registration.path",
            "is 'accounts'",
            "such as /accounts",
        ),
        (
            "firewall.groups",
            {SQL: {"registration": {"page": "/new", "path": "/accounts", "email": "mail"}}},
            f"firewall.groups.{SQL}.registration",
            "is a key of AWSManagedRulesACFPRuleSet",
            "Remove it.",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesAntiDDoSRuleSet": {"challenge": False, "challengeExempt": ["^/api/"]}},
            "firewall.groups.AWSManagedRulesAntiDDoSRuleSet.challengeExempt",
            "has no effect without a challenge",
            "Remove it.",
        ),
        (
            EXEMPT,
            [{"group": "AWSManagedRulesLinuxRuleSet"}],
            f"{EXEMPT}[0].group",
            "which the web ACL does not have",
            "or add AWSManagedRulesLinuxRuleSet to firewall.groups",
        ),
        ("connections.shop.firewall", {"challenge": ["cart"]}, "connections.shop.firewall.challenge[0]", "'cart'", "/"),
    ],
)
def test_a_value_that_waf_does_not_take_is_refused_with_what_to_write(
    path: str, value: Any, where: str, reason: str, remedy: str
) -> None:
    problem = edge_problem(path, value)
    assert problem.where == where
    assert reason in problem.reason
    assert remedy in problem.remedy


def test_a_rule_that_counts_for_every_host_is_not_exempted_as_well() -> None:
    values = changed(EDGE, "firewall.groups", {SQL: {"count": ["SQLi_BODY"]}})
    values = changed(values, EXEMPT, [{"group": SQL, "rules": ["SQLi_COOKIE", "SQLi_BODY"]}])
    (problem,) = problems(EdgeSettings, values)
    assert (problem.where, problem.remedy) == (f"{EXEMPT}[0].rules[1]", "Remove one of the two.")


def test_the_countries_are_those_of_waf() -> None:
    client = boto3.client("wafv2", region_name="eu-west-1")
    known = client.meta.service_model.shape_for("CountryCode").enum
    taken = loaded("firewall.countries", {"block": known}).firewall.countries
    assert taken is not None
    assert set(taken.block or ()) == set(known) == {country.alpha2 for country in iso3166.countries}


def test_the_statuses_and_windows_are_those_that_the_api_can_have() -> None:
    shape = boto3.client("wafv2", region_name="eu-west-1").meta.service_model.shape_for("ResponseStatusCode")
    statuses = typing.get_args(PageStatus)
    assert all(shape.metadata["min"] <= status <= shape.metadata["max"] for status in statuses)
    assert loaded("firewall.rateWindow", 600).firewall.rate_window == 600


def test_all_wrong_rules_are_named_at_once() -> None:
    groups = {SQL: {"count": ["A", "SQLi_BODY", "B"]}, COMMON: {"count": ["C"]}}
    found = problems(EdgeSettings, changed(EDGE, "firewall.groups", groups))
    assert [problem.where.partition(".groups.")[2] for problem in found] == [
        f"{COMMON}.count[0]",
        f"{SQL}.count[0]",
        f"{SQL}.count[2]",
    ]


def test_two_spellings_of_one_host_are_refused() -> None:
    (problem,) = problems(EdgeSettings, changed(EDGE, "firewall.hosts", {"a.example.org": {}, "A.example.org": {}}))
    assert (problem.where, problem.reason) == ("firewall.hosts.A.example.org", "is the same host as a.example.org")


def attached(firewall: Any, hosts: Any = ("blog.example.com", "*.blog.example.com")) -> tuple[Problem, ...]:
    entry = {"slot": 1, "owner": "team-blog", "backends": [{"stack": "blog"}], "routes": [{"hosts": hosts}]}
    values = {"accountId": "222222222222", "owner": "a", "edgeStack": "organization/central-ingress/prod"}
    connections = json.dumps({"blog": entry | {"firewall": firewall}})
    with pytest.raises(SettingsError) as caught:
        load_edge(values | {"connections": connections}, project="central-ingress", stack="prod-blog")
    return caught.value.problems


def test_an_attached_stack_is_refused_with_the_line_for_the_shards_file() -> None:
    assert attached({"largeBodies": "allow"}) == (
        Problem(
            "connections.blog.firewall",
            "belongs to the web ACL of stack prod, and this stack only adds connections to it",
            "Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:firewall.hosts:\n"
            '      "blog.example.com": {"largeBodies": "allow"}\n'
            '      "*.blog.example.com": {"largeBodies": "allow"}',
        ),
    )


def test_the_refusal_comes_together_with_other_mistakes_of_the_entry() -> None:
    assert [problem.where for problem in attached({"largeBodies": "allow"}, "blog.example.com")] == [
        "connections.blog.firewall",
        "connections.blog.routes[0].hosts",
    ]
