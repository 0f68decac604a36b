"""Settings of the firewall: groups and rules of AWS by name, exemptions by host and path, in the shard's file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.firewall import GroupSettings
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
        ("firewall.groups", {SQL: "cuont"}, f"firewall.groups.{SQL}", "is 'cuont'", "Write block, count, or action"),
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
            "Write largeBodies: allow",
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
            "belongs to the web ACL, which stack prod holds: this stack only adds connections to it",
            "Write in central-ingress/Pulumi.prod.yaml, under firewall.hosts: "
            '"blog.example.com": {"largeBodies": "allow"}; "*.blog.example.com": {"largeBodies": "allow"}.',
        ),
    )


def test_the_line_that_the_refusal_names_is_one_that_the_shards_file_takes() -> None:
    (problem,) = attached({"exempt": [{"group": COMMON, "paths": ["/a*"]}]}, ["blog.example.org"])
    line = "{" + problem.remedy.partition("under firewall.hosts: ")[2].removesuffix(".") + "}"
    hosts = loaded("firewall.hosts", json.loads(line)).firewall.hosts
    assert [(host, one.exempt[0].paths) for host, one in hosts.items()] == [("blog.example.org", ("/a*",))]


def test_the_refusal_comes_together_with_other_mistakes_of_the_entry() -> None:
    assert [problem.where for problem in attached({"largeBodies": "allow"}, "blog.example.com")] == [
        "connections.blog.firewall",
        "connections.blog.routes[0].hosts",
    ]
