"""What a stack file may say, and how a mistake in it is explained."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings

DIGEST = "sha256:" + "0" * 64

WORKLOAD: dict[str, Any] = {
    "accountId": "111111111111",
    "owner": "team-shop",
    "controller": {"image": {"digest": DIGEST}},
    "publication": {"consumers": [{"accountId": "222222222222"}]},
}

EDGE: dict[str, Any] = {
    "accountId": "222222222222",
    "owner": "team-platform",
    "certificates": [{"domains": ["*.example.com"]}],
    "dns": {"zoneId": "Z0123456789EXAMPLE"},
    "connections": {
        "shop": {
            "slot": 0,
            "owner": "team-shop",
            "backends": [{"stack": "shop"}],
            "routes": [{"hosts": ["shop.example.com"]}],
        },
        "blog": {
            "slot": 1,
            "owner": "team-blog",
            "backends": [{"stack": "blog"}],
            "routes": [{"hosts": ["blog.example.com"]}],
        },
    },
}


def as_text(values: dict[str, Any]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def changed(values: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `values` with the value at `path` (`network.zoneIds`, `consumers.0.x`) replaced."""
    copied = copy.deepcopy(values)
    *above, last = path.split(".")
    place: Any = copied
    for part in above:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    place[int(last) if isinstance(place, list) else last] = value
    return copied


def problems(model: type[WorkloadSettings] | type[EdgeSettings], values: dict[str, Any]) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        load(model, as_text(values), project="eks-service", stack="shop")
    return caught.value.problems


def workload_problem(path: str, value: Any) -> Problem:
    (problem,) = problems(WorkloadSettings, changed(WORKLOAD, path, value))
    return problem


def edge_problem(path: str, value: Any) -> Problem:
    (problem,) = problems(EdgeSettings, changed(EDGE, path, value))
    return problem


def test_four_keys_make_a_workload_and_the_rest_has_the_defaults_of_the_design():
    settings = load(WorkloadSettings, as_text(WORKLOAD), project="eks-service", stack="shop")
    assert (settings.network.cidr, settings.network.subnet_prefix, settings.cluster.version) == (
        "10.11.0.0/16",
        21,
        "1.36",
    )
    assert (settings.nodes.min, settings.nodes.max, settings.nodes.disk_gib) == (3, 6, 50)
    assert settings.cluster.public_access_cidrs == ()
    assert settings.publication.parameter.prefix == "/central-ingress/connections"


def test_five_keys_make_an_edge_and_the_rest_has_the_defaults_of_the_design():
    settings = load(EdgeSettings, as_text(EDGE), project="central-ingress", stack="prod")
    assert (settings.network.cidr, settings.network.public_prefix) == ("10.12.0.0/16", 23)
    assert settings.load_balancer.deletion_protection is True
    assert settings.load_balancer.redirect_http is False
    assert settings.connections["shop"].routes[0].paths == ("/*",)


def test_a_key_without_a_value_counts_as_missing():
    settings = load(
        WorkloadSettings, as_text(WORKLOAD) | {"connectionName": "", "nodes": ""}, project="eks-service", stack="shop"
    )
    assert settings.connection_name is None
    assert settings.nodes.min == 3


def test_text_of_digits_or_of_a_json_word_at_the_top_stays_text():
    values = as_text(WORKLOAD) | {"owner": "42", "environment": "true"}
    settings = load(WorkloadSettings, values, project="eks-service", stack="shop")
    assert (settings.account_id, settings.owner, settings.environment) == ("111111111111", "42", "true")


def test_all_mistakes_come_at_once_each_at_its_key_path():
    values = changed(
        changed(changed(WORKLOAD, "nodes.min", 0), "network.zoneIds", ["eu-west-1a", "euw1-az1"]), "owner", ""
    )
    assert [problem.where for problem in problems(WorkloadSettings, values)] == [
        "network.zoneIds[0]",
        "nodes.min",
        "owner",
    ]


def test_the_title_names_the_file():
    with pytest.raises(SettingsError, match=r"^eks-service/Pulumi\.shop\.yaml has mistakes:\n"):
        load(WorkloadSettings, {}, project="eks-service", stack="shop")


@pytest.mark.parametrize(
    ("path", "value", "where", "reason", "remedy"),
    [
        ("cluster.version", 1.36, "cluster.version", "is the number 1.36, but must be text", 'in quotes: "1.36"'),
        ("cluster.version", "1.20", "cluster.version", "is '1.20', which EKS no longer supports", '"1.36" (until'),
        ("cluster.logTypes", ["audti"], "cluster.logTypes[0]", "not among its values", "Did you mean audit?"),
        ("cluster.deletionProtection", "yes", "cluster.deletionProtection", "must be true or false", "without quotes"),
        ("cluster.admins", "arn", "cluster.admins", "is 'arn', but must be a list", "[one, two]"),
        ("nodes.min", "3", "nodes.min", "is '3', but must be a whole number", "without quotes"),
        ("nodes.min", 0, "nodes.min", "is 0, but must be at least 1", "Write 1 or more."),
        ("nodes.diskGib", 5, "nodes.diskGib", "is 5, but must be at least 20", "from 20 to 16384"),
        ("nodes.min", 7, "nodes.min", "is 7, more than max (6)", "raise max"),
        ("nodes", [1], "nodes", "is a list, but must be a mapping", "a mapping"),
        ("owner", {"a": 1}, "owner", "is a mapping, but must be text", "text"),
        ("network.cidr", "10.0.0.0/8", "network.cidr", "whose prefix is not from /16 to /28", "from /16 to /28"),
        ("network.cidr", "10.0.0.1/16", "network.cidr", "has host bits set", "Write 10.0.0.0/16."),
        ("network.zoneIds", ["euw1-az1"], "network.zoneIds", "has 1 entry, but needs at least 2", "at least 2"),
        ("network.zoneIds", ["euw1-az1"] * 2, "network.zoneIds[1]", "repeats 'euw1-az1'", "once"),
        ("network", {"zones": 2, "zoneIds": ["euw1-az1", "euw1-az2"]}, "network.zones", "beside zoneIds", "one of"),
        ("network.zones", 9, "network.zones", "is 9, but must be at most 6", "from 2 to 6"),
        ("controller", {"install": True}, "controller.image", "is missing", "install: false"),
        ("controller.minReplicas", 11, "controller.minReplicas", "more than maxReplicas (10)", "raise maxReplicas"),
        ("controller.image.digest", "latest", "controller.image.digest", "is 'latest'", "sha256: and 64"),
        ("publication.healthPath", 3, "publication.healthPath", "is the number 3", 'in quotes: "3"'),
        ("publication.consumers", [], "publication.consumers", "has 0 entries", "at least 1"),
        (
            "publication.consumers.0.accountId",
            222222222222,
            "publication.consumers[0].accountId",
            "is the number 222222222222, but must be text",
            'in quotes: "222222222222"',
        ),
        (
            "publication.consumers.0.principalArn",
            "arn:aws:iam::111111111111:root",
            "publication.consumers[0].principalArn",
            "of another account than accountId (222222222222)",
            "correct accountId",
        ),
        (
            "publication.consumers.0.principalArn",
            "*",
            "publication.consumers[0].principalArn",
            "is '*'",
            "arn:aws:iam::<account>:root",
        ),
        (
            "publication.consumers",
            [{"accountId": "222222222222"}, {"accountId": "222222222222"}],
            "publication.consumers[1]",
            "admits account 222222222222 a second time",
            "once",
        ),
        ("tags", {"Owner": "x"}, "tags.Owner", "is a tag that this system sets itself", "Set `owner` instead."),
        ("tags", {"aws:x": "x"}, "tags.aws:x", "which AWS reserves", "another key"),
        ("registry.create", None, "registry.create", "is empty, but must be true or false", "true or false"),
    ],
)
def test_a_mistake_in_a_workload_is_explained(path: str, value: Any, where: str, reason: str, remedy: str):
    problem = workload_problem(path, value)
    assert problem.where == where
    assert reason in problem.reason
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("path", "value", "where", "reason", "remedy"),
    [
        (
            "connections.blog.slot",
            0,
            "connections.shop.slot",
            "is 0, which connection blog of team-blog has",
            "1 is free",
        ),
        ("connections.blog.slot", 120, "connections.blog.slot", "must be at most 119", "from 0 to 119"),
        ("connections.Blog", EDGE["connections"]["blog"] | {"slot": 2}, "connections.Blog", "is 'Blog'", "lower-case"),
        (
            "connections.blog.routes.0.hosts",
            ["blog"],
            "connections.blog.routes[0].hosts[0]",
            "'blog'",
            "shop.example.com",
        ),
        ("connections.blog.routes.0.paths", ["x"], "connections.blog.routes[0].paths[0]", "is 'x'", "begins with /"),
        ("connections.blog.backends", [], "connections.blog.backends", "has 0 entries", "at least 1"),
        ("certificates", [{}], "certificates[0]", "has neither domains nor arn", "Write domains"),
        (
            "certificates",
            [{"domains": ["a.*.example.com"]}],
            "certificates[0].domains[0]",
            "a.*.example",
            "*.example.com",
        ),
        (
            "firewall.allow",
            ["0.0.0.0/0"],
            "firewall.allow[0]",
            "whose prefix is not from /1 to /32",
            "Write 0.0.0.0/1, 128.0.0.0/1.",
        ),
        (
            "firewall.groups",
            {"AWSManagedRulesCommonRulesSet": "count"},
            "firewall.groups.AWSManagedRulesCommonRulesSet",
            "not among its values",
            "Did you mean AWSManagedRulesCommonRuleSet?",
        ),
        ("loadBalancer.allowedCidrs", ["10.0.0.0/8"] * 2, "loadBalancer.allowedCidrs[1]", "repeats", "once"),
    ],
)
def test_a_mistake_in_an_edge_is_explained(path: str, value: Any, where: str, reason: str, remedy: str):
    problem = edge_problem(path, value)
    assert problem.where == where
    assert reason in problem.reason
    assert remedy in problem.remedy


def test_a_certificate_is_issued_or_adopted_and_not_both():
    arn = "arn:aws:acm:eu-west-1:222222222222:certificate/1"
    assert "both" in edge_problem("certificates.0.arn", arn).reason
    assert edge_problem("certificates", [{"arn": arn, "zoneId": "Z0123456789"}]).where == "certificates[0].zoneId"


def test_an_unknown_key_gets_the_nearest_known_one_and_the_right_one_is_not_also_missing():
    values = {("acountId" if key == "accountId" else key): value for key, value in WORKLOAD.items()}
    assert problems(WorkloadSettings, values) == (Problem("acountId", "is not a known key", "Did you mean accountId?"),)


def test_a_key_in_the_wrong_place_gets_the_right_place():
    assert workload_problem("cidr", "10.0.0.0/16").remedy == "Did you mean network.cidr?"


def test_a_key_like_no_other_gets_the_list_of_known_ones():
    assert (
        workload_problem("network.foo", 1).remedy
        == "Write one of cidr, existing, podCidr, subnetPrefix, zoneIds, zones."
    )


def test_a_missing_key_says_what_to_write():
    values = {key: value for key, value in WORKLOAD.items() if key != "owner"}
    assert problems(WorkloadSettings, values) == (Problem("owner", "is missing", "Write text for it."),)


def test_no_message_speaks_the_language_of_the_validation_library():
    broken: dict[str, Any] = {
        "network": {"zoneIds": "x", "cidr": 5, "zones": "a"},
        "nodes": {"min": None, "instanceTypes": {}},
    }
    broken |= {
        "cluster": {"version": [], "logTypes": [1], "deletionProtection": 1},
        "tags": {"a": 1},
        "publication": {},
    }
    with pytest.raises(SettingsError) as caught:
        load(WorkloadSettings, as_text(broken), project="eks-service", stack="shop")
    text = str(caught.value).lower()
    assert [
        word
        for word in ("pydantic", "tuple", "literal", "dict", "value error", "input should", "none", "http")
        if word in text
    ] == []
    assert len(caught.value.problems) == 13


def test_a_stack_file_cannot_be_changed_once_loaded():
    settings = load(WorkloadSettings, as_text(WORKLOAD), project="eks-service", stack="shop")
    with pytest.raises(Exception, match="frozen"):
        settings.owner = "other"  # ty: ignore[invalid-assignment]
