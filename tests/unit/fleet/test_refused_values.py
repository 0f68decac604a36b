"""Values that AWS refuses, or of which one hides another, are found by `check` in their place, with what to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.fleet.check import check
from tests.support.stack_edits import change

PROD, SHOP = "central-ingress/Pulumi.prod.yaml", "eks-service/Pulumi.shop.yaml"
ROLE = "arn:aws:iam::111111111111:role/"
HOSTS = "connections.shop.routes.0.hosts"
MANY = [f"10.{number // 256}.{number % 256}.0/24" for number in range(10_001)]

REFUSED: list[tuple[str, str, Any, str, str, str]] = [
    # Numbers: true, 1.0 and "1" are not 1.
    (PROD, "logs.retentionDays", True, "", "is true, but must be a whole number", "without quotes"),
    (PROD, "logs.retentionDays", 3.0, "", "is 3.0, but must be a whole number", "without quotes"),
    (SHOP, "cluster.logRetentionDays", "365", "", "is '365', but must be a whole number", "without quotes"),
    (SHOP, "podLogs.retentionDays", False, "", "is false, but must be a whole number", "without quotes"),
    (SHOP, "nodes.max", 10**17, "", "must be at most 100000", "from 1 to 100000"),
    (SHOP, "controller.maxReplicas", 2**31, "", "must be at most 2147483647", "from 2 to 2147483647"),
    # Networks.
    (PROD, "network.cidr", "127.0.0.0/8", "", "whose prefix is not from /16 to /28", "such as 10.12.0.0/16."),
    (PROD, "firewall.deny", MANY, "", "has 10001 entries", "Keep to 10000."),
    (PROD, "firewall.allow", MANY, "", "has 10001 entries", "Keep to 10000."),
    (PROD, "connections.shop.routes.0.sources", ["255.255.255.255/32"], "[0]", "do not take", "Remove it"),
    (SHOP, "cluster.publicAccessCidrs", ["0.0.0.0/8"], "[0]", "never reaches a public endpoint", "public addresses"),
    (SHOP, "cluster.publicAccessCidrs", ["224.0.0.0/24"], "[0]", "of which 224.0.0.0/3 never", "public addresses"),
    (SHOP, "cluster.publicAccessCidrs", ["198.18.0.0/16"], "[0]", "of which 198.18.0.0/15 never", "public addresses"),
    # Names.
    (SHOP, "cluster.admins", [f"{ROLE}{'x' * 65}"], "[0]", "is 'arn:", "at most 64 characters"),
    (SHOP, "cluster.viewers", [f"{ROLE}{'a/' * 256}b"], "[0]", "characters", "the ARN of an IAM role"),
    (SHOP, "cluster.admins", [f"{ROLE}/x"], "[0]", "is 'arn:", "the ARN of an IAM role"),
    (SHOP, "cluster.admins", [f"{ROLE}x/"], "[0]", "is 'arn:", "the ARN of an IAM role"),
    (SHOP, "roles.permissionsBoundary", f"{ROLE[:-5]}policy/{'x' * 129}", "", "is 'arn:", "at most 128 characters"),
    (SHOP, "publication.consumers.0.principalArn", f"{ROLE}{'x' * 65}", "", "is 'arn:", "role or user without a path"),
    (PROD, HOSTS, ["-shop.example.com"], "[0]", "is '-shop.example.com'", "no hyphen beside a dot"),
    (PROD, HOSTS, ["shop-.example.com"], "[0]", "is 'shop-.example.com'", "no hyphen beside a dot"),
    (PROD, "connections.shop.routes.0.headers", {"X-*": ["a"]}, ".X-*", "has a wildcard", "Write the whole name."),
    (PROD, "owner", "x" * 100_000, "", f"is '{'x' * 200}'… of 100,000 characters", "a team's name"),
    # Keys that are one key for AWS, or for the settings.
    (PROD, "tags", {"owner": "x"}, ".owner", "is a tag that this system sets itself", "Set `owner` instead."),
    (SHOP, "tags", {"NAME": "x"}, ".NAME", "is a tag that this system sets itself", "Choose another key."),
    (PROD, "tags", {"team": "a", "Team": "b"}, ".team", "is the same tag as Team", "Keep one of the two."),
    (PROD, "retiredSlots", {"news ": 3}, ".news ", "begins or ends with whitespace", "Write news."),
    (SHOP, "nodes.labels", {"\ta": "b"}, ".\\ta", "begins or ends with whitespace", "Write a."),
    # Regions of partitions that this system does not know.
    (PROD, "aws:region", "us-iso-east-1", "", "of an isolated partition", "aws, aws-cn, aws-eusc, aws-us-gov"),
    (SHOP, "aws:region", "us-isob-east-1", "", "of an isolated partition", "aws, aws-cn, aws-eusc, aws-us-gov"),
]


def ids(case: Any) -> str | None:
    return case if isinstance(case, str) and len(case) < 60 else None


@pytest.mark.parametrize(("file", "key", "value", "at", "reason", "remedy"), REFUSED, ids=ids)
def test_a_value_that_aws_refuses_is_found_in_its_place(
    repository: Path, file: str, key: str, value: Any, at: str, reason: str, remedy: str
):
    change(repository / file, key, value)
    place = key.replace(".0.", "[0].") + at
    (found,) = [one.problem for one in check(repository).findings if (one.file, one.problem.where) == (file, place)]
    assert reason in found.reason
    assert remedy in found.remedy


def test_a_connection_is_not_lost_behind_another_ones_blank(repository: Path):
    text = (repository / PROD).read_text()
    entry = text[text.index("    shop:") :]
    (repository / PROD).write_text(text + entry.replace("    shop:", '    "shop ":'))
    (found,) = check(repository).findings
    assert (found.problem.where, found.problem.remedy) == ("connections.shop ", "Write shop.")


def test_a_key_cannot_move_the_cursor_of_a_terminal(repository: Path):
    change(repository / PROD, "tags", {"a\x1b[31m\u202e\nb": "x"})
    (found,) = check(repository).findings
    assert found.problem.where == r"tags.a\x1b[31m\u202e\nb"
    assert "\x1b" not in str(found.problem)


@pytest.mark.parametrize("value", [["x"], "*", "a/b", {"a": "b"}])
def test_a_shard_without_a_name_is_one_mistake_and_no_file_is_made_up_for_the_other_keys(repository: Path, value: Any):
    change(repository / PROD, "edgeStack", value)
    places = [one.problem.where for one in check(repository).findings if one.file == PROD]
    assert places == ["edgeStack"]


@pytest.mark.parametrize("region", ["eusc-de-east-1", "abcd-a-b-c-1", "mx-central-1", "cn-northwest-1"])
@pytest.mark.parametrize("file", [PROD, SHOP])
def test_zones_that_are_counted_are_counted_in_every_region(repository: Path, file: str, region: str):
    change(repository / file, "aws:region", region)
    change(repository / file, "network", {"zones": 3})
    assert check(repository).findings


def test_a_region_of_another_partition_is_not_offered_as_a_remedy(repository: Path):
    change(repository / PROD, "aws:region", "cn-north-1")
    change(repository / PROD, "network", {"zones": 3})
    (found,) = [one.problem for one in check(repository).findings if "backends[0]" in one.problem.where]
    assert found.remedy == "Give eu-west-1 its own edge."


@pytest.mark.parametrize(
    ("host", "remedies"),
    [
        ("*.*.example.com", ["Write *.example.com, or list the hosts, or set dns: false on shop."]),
        ("a*b.example.com", ["Write *.example.com, or list the hosts, or set dns: false on shop."]),
        ("*example.com", ["List the hosts, or set dns: false on shop."]),
        ("*.com", []),
    ],
)
def test_the_remedy_for_a_wildcard_is_one_that_dns_and_certificates_can_hold(
    repository: Path, host: str, remedies: list[str]
):
    change(repository / PROD, HOSTS, [host])
    found = [one.problem for one in check(repository).findings if one.file == PROD]
    assert [one.remedy for one in found if "DNS record" in one.reason] == remedies
    assert all("domains of an entry" not in one.remedy for one in found)
    for sample in [one.problem.remedy for one in check(repository).findings if one.file == SHOP]:
        assert sample.startswith(f"Write a host that {host} stands for.")
