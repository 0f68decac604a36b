"""Stack files with an `environment` of Pulumi ESC: what they write is checked, the rest is said not to be proven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.repository import read_right
from tests.support import stack_edits

PROD, BLOG, SHOP = "central-ingress/Pulumi.prod.yaml", "eks-service/Pulumi.blog.yaml", "eks-service/Pulumi.shop.yaml"
NOTE = "environment supplies values that only Pulumi reads: only `pulumi preview` can check what depends on them."


def supply(root: Path, file: str, environment: str = "[shop-production]") -> None:
    path = root / file
    path.write_text(f"environment: {environment}\n{path.read_text()}")


def without(root: Path, file: str, line: str) -> None:
    text = (root / file).read_text()
    assert f"{line}" in text
    kept = [one for one in text.splitlines(keepends=True) if not one.startswith(line)]
    (root / file).write_text("".join(kept))


def run(root: Path, *command: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*command, "--root", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def check(root: Path) -> tuple[int, dict[str, Any]]:
    code, text = run(root, "check", "--json")
    return code, json.loads(text)


def test_a_right_file_with_an_environment_is_right_and_not_proven(repository: Path):
    supply(repository, SHOP)
    code, report = check(repository)
    assert (code, report["problems"], report["warnings"]) == (3, [], [])
    assert (report["unproven"], report["notes"]) == ([f"{SHOP}: environment"], [f"{SHOP}: {NOTE}"])
    assert run(repository, "check")[1].splitlines()[-1] == (
        "No mistakes in 4 stack files, but not everything is proven: 1 environment cannot be read here."
    )


@pytest.mark.parametrize("environment", ["[]", "null", "~"])
def test_an_empty_environment_supplies_nothing(repository: Path, environment: str):
    supply(repository, SHOP, environment)
    assert check(repository)[0] == 0


@pytest.mark.parametrize("environment", ["shop-production", "7", "[7]", "[[shop]]", '[""]', "true"])
def test_an_environment_that_the_engine_cannot_open_is_a_mistake(repository: Path, environment: str):
    supply(repository, SHOP, environment)
    code, report = check(repository)
    assert (code, [(one["file"], one["where"]) for one in report["problems"]]) == (1, [(SHOP, "environment")])
    supply_right = report["problems"][0]["remedy"]
    assert supply_right == "Write a list of their names, such as [shop-production]."


def test_a_written_out_environment_counts_as_one(repository: Path):
    supply(repository, SHOP, "{values: {pulumiConfig: {'eks-service:owner': team-shop}}}")
    assert check(repository)[0] == 3


@pytest.mark.parametrize("line", ["  eks-service:accountId", "  aws:region", "  eks-service:owner"])
def test_a_key_that_the_file_leaves_out_may_come_from_the_environment(repository: Path, line: str):
    supply(repository, SHOP)
    without(repository, SHOP, line)
    code, report = check(repository)
    assert (code, report["problems"], report["unproven"]) == (3, [], [f"{SHOP}: environment"])
    assert report["notes"][-1] == f"The files are not compared with each other: that takes the environment of {SHOP}."


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("accountId", "12", "accountId"),
        ("nodes.min", 0, "nodes.min"),
        ("nodes.mn", 3, "nodes.mn"),
        ("tags", {"Owner": 7}, "tags.Owner"),
        ("network.cidr", "10.11.0.0/33", "network.cidr"),
        ("publication.consumers", [{"albSubnetCidrs": []}], "publication.consumers[0].accountId"),
        ("aws:region", "europe", "aws:region"),
    ],
)
def test_a_mistake_in_a_value_that_the_file_writes_is_certain(repository: Path, key: str, value: Any, where: str):
    stack_edits.change(repository / SHOP, key, value)
    supply(repository, SHOP)
    code, report = check(repository)
    assert (code, [one["where"] for one in report["problems"]]) == (1, [where])


@pytest.mark.parametrize(
    ("key", "value"),
    [("nodes", {"min": 9}), ("network", {"zones": 3, "subnetPrefix": 16}), ("cluster", {"logTypes": []})],
)
def test_a_mistake_that_other_keys_may_correct_is_not_told(repository: Path, key: str, value: Any):
    stack_edits.change(repository / SHOP, key, value)
    assert check(repository)[0] in (0, 1)
    supply(repository, SHOP)
    code, report = check(repository)
    assert (code, report["problems"]) == (3, [])


def test_a_conflict_with_such_a_file_is_a_warning_and_one_between_others_a_mistake(repository: Path):
    stack_edits.change(repository / BLOG, "connectionName", "shop")
    assert check(repository)[0] == 1
    supply(repository, SHOP)
    code, report = check(repository)
    assert (code, report["problems"]) == (1, [one for one in report["problems"] if SHOP not in one["reason"]])
    told = [one["reason"] for one in report["warnings"] if one["where"] == "connectionName"]
    assert told == [f"is shop, which {BLOG} of team-blog has, unless the environment of a stack file says otherwise"]


@pytest.mark.parametrize("command", [["capacity"], ["cost"]])
def test_a_count_goes_by_what_the_file_writes_and_says_so(repository: Path, command: list[str]):
    supply(repository, SHOP)
    code, text = run(repository, *command)
    assert (code, NOTE in text) == (0, True)


@pytest.mark.parametrize("command", [["capacity"], ["cost"], ["images", "status"], ["offboard", "shop"], ["orphans"]])
@pytest.mark.parametrize("hidden", ["environment", "encrypted"])
def test_a_command_that_needs_a_file_which_cannot_be_read_refuses_instead_of_leaving_it_out(
    repository: Path, command: list[str], hidden: str
):
    if hidden == "environment":
        supply(repository, PROD)
        without(repository, PROD, "  central-ingress:accountId")
        kind = "is encrypted, or in an environment, and this command has to know it"
    else:
        stack_edits.change(repository / PROD, "certificates", {"secure": "v1:abc"})
        kind = "is encrypted, or in an environment, and this command has to know it"
    code, text = run(repository, *command)
    assert (code, f"{PROD}: file: {kind}" in text) == (1, True)


@pytest.mark.parametrize("command", [["images", "status"], ["offboard", "shop"], ["orphans"]])
def test_no_command_looks_into_the_account_of_a_stand_in(repository: Path, command: list[str]):
    stack_edits.change(repository / SHOP, "accountId", {"secure": "v1:abc"})
    code, text = run(repository, *command)
    assert (code, f"{SHOP}: accountId: is encrypted" in text, "000000000001" in text) == (1, True, False)


def test_deploy_and_demo_refuse_an_environment_before_they_do_anything(repository: Path, tmp_path: Path):
    supply(repository, SHOP)
    for command in (["demo", "--out", str(tmp_path / "out")], ["deploy", "--preview"]):
        code, text = run(repository, *command)
        assert (code, f"{SHOP}: environment: supplies values that only Pulumi reads" in text) == (1, True)
    assert not (tmp_path / "out").exists()


def test_a_file_with_an_environment_is_still_one_of_the_repository(repository: Path):
    supply(repository, SHOP)
    assert [one.stack for one in read_right(repository).workloads] == ["blog", "shop"]
