"""docs/workflows: what users copy fits the sample stacks, the roles of bootstrap, and the commands that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet import deployment, repository
from privatelink_ingress.fleet.engine_failures import OLDEST_CLI
from privatelink_ingress.plan.account.bootstrap import plan_bootstrap
from privatelink_ingress.plan.account.deployers import previews
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from tests.support import pulumi_cli

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
FILES = ("deploy.yaml", "drift.yaml", "pull-request.yaml")


def workflow(name: str) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(DOCS / "workflows" / name)


def jobs(name: str) -> dict[str, dict[str, Any]]:
    """Those that have credentials."""
    return {key: job for key, job in workflow(name)["jobs"].items() if "strategy" in job}


def stacks(job: dict[str, Any]) -> dict[str, str]:
    """Account by stack."""
    return {one["stack"]: one["account"] for one in job["strategy"]["matrix"]["include"]}


def steps(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [one["with"] for one in job["steps"] if one.get("uses", "").startswith(f"{action}@")]


def bootstrap(account_id: str) -> BootstrapSettings:
    """An account whose workflows deploy a workload."""
    github = {"repository": "example/ingress", "branches": ["main"], "previews": ["preview"]}
    roles = {"trust": {"github": github}, "workload": {"connections": ["shop"]}}
    return BootstrapSettings.model_validate_json(
        json.dumps({"accountId": account_id, "owner": "team-platform", "roles": roles})
    )


def commands(job: dict[str, Any]) -> str:
    return "\n".join(one.get("run", "") for one in job["steps"])


def test_every_workflow_is_in_the_document_and_nothing_else_is_in_the_folder():
    assert tuple(sorted(path.name for path in (DOCS / "workflows").iterdir())) == FILES
    assert set(re.findall(r"\(workflows/([\w-]+\.yaml)\)", (DOCS / "workflows.md").read_text())) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_action_is_pinned_by_its_commit_with_its_release(name: str):
    used = re.findall(r"uses: (.*)", (DOCS / "workflows" / name).read_text())
    assert len(used) >= 4
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


@pytest.mark.parametrize(
    ("name", "some"), [("pull-request.yaml", "preview"), ("pull-request.yaml", "drift"), ("drift.yaml", "drift")]
)
def test_a_matrix_has_every_sample_stack_with_its_account(name: str, some: str):
    units = deployment.units(repository.read_right(ROOT))
    assert stacks(jobs(name)[some]) == {unit.label: unit.account_id for unit in units}


def test_workloads_are_deployed_before_their_edge_and_attached_stacks_last():
    found = jobs("deploy.yaml")
    order = [label for job in found.values() for label in stacks(job)]
    units = deployment.units(repository.read_right(ROOT))
    assert sorted(order) == sorted(unit.label for unit in units)
    assert [order.index(unit.label) > max((order.index(one) for one in unit.needs), default=-1) for unit in units] == [
        True
    ] * len(units)
    needs = {key: job.get("needs") for key, job in found.items()}
    assert needs == {"workloads": None, "edges": "workloads", "attached": "edges"}


def test_a_deployment_has_one_group_for_each_stack_and_is_never_stopped_half_way():
    for job in jobs("deploy.yaml").values():
        assert job["concurrency"] == {"group": "stack-${{ matrix.stack }}", "cancel-in-progress": False}


@pytest.mark.parametrize("name", FILES)
def test_roles_and_backends_are_those_of_bootstrap(name: str):
    for job in jobs(name).values():
        for account in stacks(job).values():
            planned = plan_bootstrap(bootstrap(account), region="eu-west-1", tags={})
            assert planned.deployers
            assumed = steps(job, "aws-actions/configure-aws-credentials")
            assert {one["allowed-account-ids"] for one in assumed} == {"${{ matrix.account }}"}
            looks = job.get("environment") == "preview"
            expected = [*(planned.deployers.previewers if looks else ()), planned.deployers.deployer]
            roles = [one["role-to-assume"].replace("${{ matrix.account }}", account) for one in assumed]
            assert roles == [role.arn for role in expected]
            assert [json.loads(one["custom-tags"]) for one in assumed[1:]] == [{previews.TAG: previews.READ}] * looks
            assert [one["transitive-tag-keys"] for one in assumed[1:]] == [previews.TAG] * looks
            backend = job["env"]["PULUMI_BACKEND_URL"].replace("${{ matrix.account }}", account)
            assert backend == planned.backend_url


@pytest.mark.parametrize("name", FILES)
def test_each_job_has_the_rights_that_it_needs_and_no_more(name: str):
    loaded = workflow(name)
    assert loaded["permissions"] == {}
    for key, job in loaded["jobs"].items():
        token = {"id-token": "write"} if key in jobs(name) else {}
        assert job["permissions"] == {"contents": "read", **token}
        [checkout] = steps(job, "actions/checkout")
        assert checkout["persist-credentials"] is False


def test_code_of_a_pull_request_gets_credentials_only_after_a_review_and_never_from_a_fork():
    for job in jobs("pull-request.yaml").values():
        assert job["environment"] == "preview"
        assert job["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    [checkout] = steps(jobs("pull-request.yaml")["drift"], "actions/checkout")
    assert checkout["ref"] == "${{ github.event.pull_request.base.sha }}"
    text = (DOCS / "workflows.md").read_text()
    assert re.findall(r"^ +(environments|previews): \[(.*)\]", text, re.MULTILINE) == [
        ("environments", "production"),
        ("previews", "preview"),
    ]
    assert {job["environment"] for job in jobs("deploy.yaml").values()} == {"production"}


@pytest.mark.parametrize("name", FILES)
def test_only_commands_that_there_are_are_called(name: str):
    known = set(get_command(app).commands)  # ty: ignore[missing-attribute]
    called = re.findall(r"\./run (\w+)", "\n".join(map(commands, workflow(name)["jobs"].values())))
    assert called
    assert set(called) <= known


@pytest.mark.parametrize("name", FILES)
def test_the_cli_is_the_one_that_the_tests_have(name: str):
    for job in jobs(name).values():
        [cli] = steps(job, "pulumi/actions")
        assert set(cli) == {"pulumi-version"}
        assert f"v{cli['pulumi-version']}" == pulumi_cli.wanted()
        assert tuple(map(int, cli["pulumi-version"].split("."))) >= OLDEST_CLI
