"""Two shards in one account, Region and hosted zone: every command takes them, and `check` finds what they share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.check import check
from tests.support import two_shards
from tests.support.two_shards import PROD, SECOND


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return two_shards.write(tmp_path)


def run(root: Path, command: str, *options: str) -> Result:
    return CliRunner().invoke(app, [command, *options, "--root", str(root)])


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def findings(root: Path) -> list[tuple[str, str, str, str]]:
    return [(one.file, one.problem.where, one.problem.reason, one.problem.remedy) for one in check(root).findings]


def test_the_stack_files_of_two_shards_are_right(root: Path):
    assert findings(root) == []


def test_two_stacks_with_one_validation_record_are_found_and_the_remedy_is_accepted(root: Path):
    change(root, SECOND, "\n      validationRecords: existing", "")
    assert findings(root) == [
        (
            SECOND,
            "certificates[0]",
            f"would create the record that validates example.com, as certificates[0] of {PROD} does",
            "Write validationRecords: existing beside its domains, or the arn of that certificate.",
        )
    ]
    arn = "arn:aws:acm:eu-west-1:222222222222:certificate/0123"
    change(root, SECOND, '- domains: [example.com, "*.example.com"]', f"- arn: {arn}")
    assert findings(root) == []


def test_one_host_on_two_shards_is_found_and_the_remedy_is_accepted(root: Path):
    change(root, SECOND, "hosts: [cart.example.com]", "hosts: [cart.example.com, Shop.example.com]")
    assert findings(root) == [
        (
            SECOND,
            "connections.cart.routes[0].hosts[1]",
            f"shop.example.com already has its DNS record from connections.shop of {PROD}",
            "Set dns: false on connections.cart, or give it another host.",
        )
    ]
    change(root, SECOND, "owner: team-cart\n", "owner: team-cart\n      dns: false\n")
    assert findings(root) == []


def test_one_wildcard_on_two_shards_is_found(root: Path):
    change(root, PROD, "hosts: [news.example.com]", 'hosts: ["*.example.com"]')
    change(root, SECOND, "hosts: [mail.example.com]", 'hosts: ["*.example.com"]')
    change(root, "eks-service/Pulumi.mail.yaml", "install: true", "install: false")
    assert [(file, where) for file, where, _, _ in findings(root)] == [(SECOND, "connections.mail.routes[0].hosts[0]")]


def test_capacity_shows_both(root: Path):
    shards = json.loads(run(root, "capacity", "--json").stdout)["shards"]
    assert [shard["name"] for shard in shards] == ["prod", "prod-2"]


def test_a_new_connection_takes_a_slot_of_the_shard_that_is_named(root: Path):
    text = (root / "eks-service/Pulumi.cart.yaml").read_text().replace("cart", "wiki")
    (root / "eks-service/Pulumi.wiki.yaml").write_text(text)
    result = run(root, "onboard", "wiki", "--stack", "wiki", "--host", "wiki.example.com", "--shard", "prod-2", "--yes")
    assert result.exit_code == 0
    assert "    wiki:\n      slot: 1\n" in (root / SECOND).read_text()
    assert findings(root) == []


def test_a_demo_of_two_shards_ends_as_expected(root: Path):
    result = run(root, "demo", "--out", str(root / ".demo"))
    assert result.exit_code == 0, result.output
    for name in two_shards.WORKLOADS:
        assert f"{name}.example.com A → central-ingress-prod" in result.stdout
    assert "Not as expected" not in result.stdout


def test_a_demo_names_the_expectation_that_failed(root: Path, monkeypatch: pytest.MonkeyPatch):
    from privatelink_ingress.cli import expectations

    monkeypatch.setattr(expectations, "met", lambda found, expected: expected.status != 404 and "cart" not in found.url)
    for file in (SECOND, "eks-service/Pulumi.cart.yaml", "eks-service/Pulumi.mail.yaml"):
        (root / file).unlink()
    result = run(root, "demo", "--out", str(root / ".demo"))
    assert result.exit_code == 1
    assert "Not as expected: GET https://unknown.example.com/ must be answered with 404." in result.stdout
