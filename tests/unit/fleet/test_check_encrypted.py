"""`check` of files with `secure:` values: all but these is checked, and the end says that not everything is proven."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.check import check
from privatelink_ingress.fleet.encrypted import shows_a_stand_in
from tests.support import stack_edits
from tests.support.examples import examples
from tests.support.programs import REPOSITORY
from tests.support.stack_edits import copied

PROD, BLOG, SHOP = "central-ingress/Pulumi.prod.yaml", "eks-service/Pulumi.blog.yaml", "eks-service/Pulumi.shop.yaml"

SECRETS = [
    (PROD, "222222222222", "accountId"),
    (PROD, "team-platform", "owner"),
    (PROD, "10.12.0.0/16", "network.cidr"),
    (PROD, "Z0123456789EXAMPLE", "dns.zoneId"),
    (PROD, "shop.example.com", "connections.shop.routes[0].hosts[0]"),
    (PROD, "count", "firewall.groups.AWSManagedRulesAnonymousIpList"),
    (SHOP, "team-shop", "owner"),
]


def encrypt(root: Path, file: str, value: str) -> None:
    written = rf'(?<=[ \[])"?{re.escape(value)}"?(?=[,\]\s])'
    text, count = re.subn(written, "{secure: v1:abc}", (root / file).read_text(), count=1)
    assert count == 1
    (root / file).write_text(text)


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def run(root: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "--root", str(root), *options])
    return result.exit_code, result.stdout


@pytest.mark.parametrize(("file", "value", "place"), SECRETS)
def test_an_encrypted_value_is_named_and_the_exit_code_says_that_not_everything_is_proven(
    repository: Path, file: str, value: str, place: str
):
    encrypt(repository, file, value)
    code, text = run(repository, "--json")
    report = json.loads(text)
    assert (code, report["problems"], report["unproven"]) == (3, [], [f"{file}: {place}"])
    assert f"{file}: {place} is encrypted: only `pulumi preview` can check what depends on it." in report["notes"]
    assert not shows_a_stand_in(text)


def test_the_last_line_says_that_not_everything_is_proven(repository: Path):
    encrypt(repository, SHOP, "team-shop")
    code, text = run(repository)
    assert code == 3
    assert text.splitlines()[-1] == (
        "No mistakes in 4 stack files, but not everything is proven: 1 encrypted value cannot be read here."
    )


@pytest.mark.parametrize(("file", "value", "place"), SECRETS)
def test_the_rest_of_the_file_is_checked_and_compared_with_the_others(
    repository: Path, file: str, value: str, place: str
):
    encrypt(repository, file, value)
    change(repository, BLOG, "team-blog", "team-blog\n  eks-service:connectionName: shop")
    code, text = run(repository, "--json")
    wrong = [problem["where"] for problem in json.loads(text)["problems"]]
    # The other finding names the owner of shop, so it is only known with the owner.
    both = ["connections.blog.backends[0].stack", "connectionName"]
    assert (code, wrong) == (1, both[1:] if value == "team-shop" else both)


@pytest.mark.parametrize(("file", "value", "place"), SECRETS)
def test_a_mistake_beside_an_encrypted_value_is_found(repository: Path, file: str, value: str, place: str):
    encrypt(repository, file, value)
    change(repository, PROD, "rateLimit: 2000", "rateLimit: 9")
    code, text = run(repository, "--json")
    assert (code, [problem["where"] for problem in json.loads(text)["problems"]]) == (1, ["firewall.rateLimit"])


def test_a_value_that_no_check_reads_changes_nothing(repository: Path):
    change(repository, SHOP, "config:\n", "config:\n  other:token: {secure: v1:abc}\n")
    assert run(repository)[0] == 0


def test_a_whole_setting_that_is_encrypted_leaves_the_other_files_checked(repository: Path):
    change(
        repository,
        PROD,
        '  central-ingress:certificates:\n    - domains: [example.com, "*.example.com"]',
        "  central-ingress:certificates: {secure: v1:abc}",
    )
    code, text = run(repository, "--json")
    report = json.loads(text)
    assert (code, report["problems"], report["unproven"]) == (3, [], [f"{PROD}: certificates"])
    assert report["notes"][-1] == (
        f"The files are not compared with each other: that takes the encrypted values of {PROD}."
    )


SAMPLES = (PROD, "central-ingress/Pulumi.prod-blog.yaml", SHOP, BLOG)


def leaves(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key and item of a file, mappings and lists too."""
    if at:
        yield at
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from leaves(inner, (*at, str(key)))


EVERYWHERE = [
    (file, ".".join(at))
    for file in SAMPLES
    for at in leaves(YAML(typ="safe").load((REPOSITORY / file).read_text())["config"])
]


@examples(quick=3, whole=12)
@given(places=st.lists(st.sampled_from(EVERYWHERE), min_size=1, max_size=2, unique=True))
@example(places=[(PROD, "central-ingress:network.zoneIds.0")])
@example(places=[(PROD, "central-ingress:accountId"), (BLOG, "eks-service:publication.consumers.0.accountId")])
@example(
    places=[
        (SHOP, "eks-service:publication.consumers.0.accountId"),
        (SHOP, "eks-service:publication.consumers.0.albSubnetCidrs.2"),
    ]
)
@example(
    places=[
        (SHOP, "eks-service:publication.consumers.0.accountId"),
        ("central-ingress/Pulumi.prod-blog.yaml", "central-ingress:connections.blog.backends.0.stack"),
    ]
)
@example(places=[(PROD, "central-ingress:certificates.0.domains.1")])
@example(places=[(SHOP, "eks-service:publication.consumers.0.accountId")])
@example(places=[(BLOG, "eks-service:publication.consumers.0.albSubnetCidrs.2")])
def test_right_stack_files_stay_right_whichever_value_is_encrypted(places: list[tuple[str, str]]):
    with tempfile.TemporaryDirectory() as directory:
        root = copied(Path(directory))
        for file, place in sorted(places, reverse=True):  # what is within another one first
            stack_edits.change(root / file, place, {"secure": "v1:abc"})
        report = check(root)
        assert report.findings == []
        assert report.unproven


def test_a_mistake_that_no_value_can_mend_stays_one(repository: Path):
    stack_edits.change(repository / PROD, "network.zoneIds.0", {"secure": "v1:abc"})
    stack_edits.change(repository / SHOP, "publication.consumers.0.accountId", "333333333333")
    found = [(one.file, one.problem.where) for one in check(repository).findings]
    assert found == [(SHOP, "publication.consumers")]


def test_onboard_writes_no_stand_in_into_a_file(repository: Path):
    news = (repository / BLOG).read_text().replace("blog", "news")
    (repository / "eks-service/Pulumi.news.yaml").write_text(news.replace('"222222222222"', '"333333333333"'))
    encrypt(repository, PROD, "222222222222")
    options = ["--stack", "news", "--host", "news.example.com", "--edit-workload", "--yes", "--root", str(repository)]
    result = CliRunner().invoke(app, ["onboard", "news", *options])
    assert result.exit_code == 1
    assert "accountId is encrypted" in result.stderr
