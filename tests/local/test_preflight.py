"""`preflight` on an emulated AWS before the first deployment: it finds what is broken, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from privatelink_ingress.aws.preflight import policy
from privatelink_ingress.cli import preflight
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy, iam_policies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.problems import UsageError
from tests.support import reader_calls
from tests.support.preflight_breakages import BREAKAGES, Breakage, parameter
from tests.support.preflight_world import Before
from tests.support.programs import REPOSITORY

NOT_IN_SAMPLES = {"ecr:ListImages", "wafv2:ListIPSets"}
"""Actions for what the samples do not have before their deployment: repositories and IP sets."""


@pytest.fixture(scope="module", name="prepared")
def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    with Cloud() as cloud:
        yield Before(cloud, tmp_path_factory.mktemp("preflight"))


@pytest.fixture
def before(prepared: Before) -> Iterator[Before]:
    yield prepared
    prepared.restore()


def test_it_finds_nothing_wrong_with_the_sample_stacks(before: Before):
    assert before.found() == []


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_it_finds_what_is_broken_and_blames_nothing_else(before: Before, breakage: Breakage):
    breakage.do(before)
    found = before.found(breakage.stack)
    assert {(one.connection, one.severity, one.problem.where) for one in found} == {
        (breakage.stack, breakage.severity, where) for where in (breakage.where, breakage.beside) if where
    }
    assert any(breakage.reason in one.problem.reason for one in found)
    assert all(one.problem.remedy for one in found)


def test_the_command_tells_all_of_it_and_its_exit_code(before: Before):
    at = ("--endpoint-url", before.cloud.endpoint_url, "--root", str(REPOSITORY))
    shop = CliRunner().invoke(app, ["preflight", "--stack", "shop", *at])
    assert (shop.exit_code, shop.stdout) == (0, "1 stack judged: 0 errors, 0 warnings, 0 not seen.\n")
    with reader_calls.without("iam:SimulatePrincipalPolicy"):
        lacking = CliRunner().invoke(app, ["preflight", "--stack", "shop", *at])
    assert lacking.exit_code == 3
    assert "rights of arn:aws:iam::111111111111:role/local-cloud cannot be read" in lacking.stdout
    parameter(before)
    taken = CliRunner().invoke(app, ["preflight", "--stack", "shop", "--json", *at])
    said = json.loads(taken.stdout)
    assert (taken.exit_code, said["stacks"], said["unread"]) == (1, ["eks-service/shop"], [])
    assert [one["problem"]["where"] for one in said["found"]] == ["Name"]


def test_an_unknown_stack_is_told_with_the_nearest_name(before: Before):
    with pytest.raises(UsageError, match=r"Did you mean shop\?"):
        preflight.chosen(REPOSITORY, ["shp"])


def test_a_stack_file_with_a_mistake_is_told_before_aws_is_asked(before: Before):
    before.edit("eks-service/Pulumi.shop.yaml", "min: 3", "mni: 3")
    answer = CliRunner().invoke(app, ["preflight", "--endpoint-url", "http://127.0.0.1:1", "--root", str(before.root)])
    assert (answer.exit_code, "nodes.mni" in answer.stderr) == (1, True)


def test_the_printed_policy_allows_each_call_and_no_action_that_is_not_called(before: Before):
    with reader_calls.recorded() as requests:
        before.report()
    printed = CliRunner().invoke(app, ["preflight", "--print-policy", "--root", str(REPOSITORY)]).stdout
    assert iam_policies.Policies(printed).refused(requests) == []
    granted = {action for one in json.loads(printed)["Statement"] for action in one["Action"]}
    assert granted == {one.action for one in requests} | NOT_IN_SAMPLES


@pytest.mark.parametrize("action", sorted(policy.RIGHTS.keys() - NOT_IN_SAMPLES - {"s3:ListBucket"}))
def test_a_right_that_the_caller_lacks_is_told_and_nothing_is_blamed_for_it(before: Before, action: str):
    with reader_calls.without(action) as refused:
        report = before.report("shop", "prod")
    assert refused
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert any(f"not authorized to perform: {action}" in one.reason for one in report.unread)


def test_what_the_stack_has_deployed_itself_is_not_blamed(before: Before):
    deployment = deploy.Deployment(before.cloud)
    for stack in deploy.find(REPOSITORY):
        deployment.up(stack)
    assert before.found() == []
