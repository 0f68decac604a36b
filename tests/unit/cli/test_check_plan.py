"""`check --plan`: the plan of a stack as JSON, to compare two versions of its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.views import plan as view

ROOT = Path(__file__).parents[3]


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", "--root", str(root), *arguments])


def plan(root: Path, *stack: str) -> dict[str, Any]:
    result = run(root, "--plan", *stack)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lines(root: Path, stack: str) -> list[str]:
    return run(root, "--plan", stack).stdout.splitlines()


def test_the_plan_of_an_edge_has_its_addresses_priorities_and_policies():
    edge = plan(ROOT, "prod")
    (shop,) = edge["connections"]
    assert shop["rules"][0]["priority"] == 20_001
    assert [target["address"] for target in shop["backends"][0]["targets"]] == [
        "10.12.128.16",
        "10.12.130.16",
        "10.12.132.16",
    ]
    assert edge["logs"]["bucket_policy"]["Statement"][0]["Sid"] == "OnlyTls"


def test_the_plan_of_an_attached_stack_has_its_connections_on_the_shards_subnets():
    (blog,) = plan(ROOT, "prod-blog")["connections"]
    assert blog["backends"][0]["targets"][0] == {"zone_id": "euw1-az1", "address": "10.12.128.20"}


def test_the_plan_of_a_workload_has_its_publication():
    assert plan(ROOT, "shop")["publication"]["contract"]["connection_name"] == "shop"


@pytest.mark.parametrize("name", ["central-ingress/prod", "organization/central-ingress/prod"])
def test_a_stack_can_be_named_with_project_and_organization(name: str):
    assert plan(ROOT, name) == plan(ROOT, "prod")


def test_without_a_stack_it_prints_every_plan_by_project_and_stack():
    plans = plan(ROOT)
    assert list(plans) == ["central-ingress/prod", "central-ingress/prod-blog", "eks-service/blog", "eks-service/shop"]
    assert plans["eks-service/blog"] == plan(ROOT, "eks-service/blog")


def test_a_changed_slot_changes_priorities_and_addresses_and_nothing_else(repository: Path):
    before = lines(repository, "prod")
    file = repository / "central-ingress/Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("slot: 0", "slot: 7"))
    after = lines(repository, "prod")
    assert [(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new] == [
        *((f'"address": "10.12.{third}.16",', f'"address": "10.12.{third}.44",') for third in (128, 130, 132)),
        ('"priority": 20001,', '"priority": 20281,'),
    ]


def test_the_order_of_keys_hosts_and_backends_in_a_file_changes_no_plan(repository: Path):
    before = lines(repository, "prod-blog")
    file = repository / "central-ingress/Pulumi.prod-blog.yaml"
    file.write_text(file.read_text().replace("[/, /posts/*, /feed.xml]", "[/feed.xml, /posts/*, /]"))
    assert lines(repository, "prod-blog") == before


def test_an_unknown_stack_gets_the_nearest_name():
    result = run(ROOT, "--plan", "pord")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "No such stack:",
        "  STACK: is 'pord', which has no stack file",
        "    → Did you mean prod?",
    ]
    assert "Did you mean central-ingress/prod?" in run(ROOT, "--plan", "central-ingres/prod").stderr


def test_a_name_that_two_projects_have_must_say_which(repository: Path):
    (repository / "eks-service/Pulumi.shop.yaml").rename(repository / "eks-service/Pulumi.prod.yaml")
    file = repository / "eks-service/Pulumi.prod.yaml"
    file.write_text(
        file.read_text().replace("eks-service:owner:", "eks-service:connectionName: shop\n  eks-service:owner:")
    )
    edge = repository / "central-ingress/Pulumi.prod.yaml"
    edge.write_text(edge.read_text().replace("- stack: shop", "- stack: prod"))
    result = run(repository, "--plan", "prod")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "The stack is ambiguous:",
        "  STACK: is 'prod', which several projects have",
        "    → Write central-ingress/prod or eks-service/prod.",
    ]


def test_mistakes_are_shown_instead_of_a_plan(repository: Path):
    file = repository / "central-ingress/Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("slot: 0", "slot: 120"))
    result = run(repository, "--plan", "prod")
    assert result.exit_code == 1
    assert "connections.shop.slot: is 120, but must be at most 119" in result.stdout


def test_an_encrypted_file_leaves_no_plan(repository: Path):
    file = repository / "central-ingress/Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("owner: team-platform", "owner:\n    secure: v1:abc"))
    result = run(repository, "--plan", "prod")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "The plan cannot be printed:",
        "  --plan: needs all stack files, and a value is encrypted or in an environment",
        "    → Run `pulumi preview` in the project of the stack instead.",
    ]


def test_a_note_goes_to_the_error_stream_and_not_into_the_json(repository: Path):
    file = repository / "central-ingress/Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("    zoneIds: [euw1-az1, euw1-az2, euw1-az3]", "    zones: 3"))
    result = run(repository, "--plan", "prod")
    json.loads(result.stdout)
    assert "network.zoneIds is not set" in result.stderr


def test_a_stack_without_the_option_is_a_mistake():
    result = run(ROOT, "prod")
    assert result.exit_code == 2
    assert "check takes a stack only with --plan" in result.stderr


def test_a_part_without_a_stable_text_is_refused():
    with pytest.raises(TypeError, match="has no stable text"):
        view.as_json({"hook": print})
