"""`preflight` on an emulated AWS before the first deployment: it finds what is broken, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.aws.preflight import policy
from privatelink_ingress.aws.preflight import region as regional
from privatelink_ingress.cli import preflight, pulumi_cli
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy, iam_policies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.problems import UsageError
from privatelink_ingress.trace.preflight import unproven
from tests.support import reader_calls
from tests.support.dns_server import dns_server
from tests.support.preflight_breakages import (
    BLOG,
    BREAKAGES,
    PROD_FILE,
    Breakage,
    by_parameter,
    missing_certificate,
    parameter,
)
from tests.support.preflight_world import WORKLOAD, ZONE, Before
from tests.support.programs import REPOSITORY

BLOG_FILE = "central-ingress/Pulumi.prod-blog.yaml"

NOT_IN_SAMPLES = {
    "ec2:DescribeSubnets",
    "ecr:DescribeImages",
    "ecr:ListImages",
    "eks:DescribeCluster",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeTrustStores",
    "wafv2:ListIPSets",
    "wafv2:ListRuleGroups",
}
"""Actions for what the samples do not have before their deployment: repositories, clusters, shards, IP sets, trust
stores, rule groups."""


@pytest.fixture(scope="module", name="prepared")
def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    with Cloud() as cloud, dns_server() as server:
        yield Before(cloud, tmp_path_factory.mktemp("preflight"), server)


@pytest.fixture
def before(prepared: Before) -> Iterator[Before]:
    yield prepared
    prepared.restore()


def test_it_finds_nothing_wrong_with_the_sample_stacks(before: Before):
    report = before.report()
    assert (report.healthy, report.unread) == (True, ())
    [unasked] = [one for one in report.found if one.problem.where == "Rights"]
    assert (unasked.connection, unasked.severity) == (BLOG, "not seen")
    assert unasked.problem.remedy == "Run this again when central-ingress/prod is deployed."


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_it_finds_what_is_broken_and_blames_nothing_else(before: Before, breakage: Breakage):
    breakage.do(before)
    found = before.found(breakage.stack, *breakage.also)
    assert {(one.connection, one.severity, one.problem.where) for one in found} == {
        (breakage.stack, breakage.severity, where) for where in (breakage.where, breakage.beside) if where
    }
    assert any(breakage.reason in one.problem.reason for one in found)
    assert all(one.problem.remedy for one in found)


@pytest.fixture(autouse=True)
def _no_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether Pulumi is installed here decides nothing."""
    monkeypatch.setattr(pulumi_cli, "version", lambda: None)


@pytest.mark.parametrize(
    ("host", "silent", "severity"),
    [
        (None, None, "not seen"),
        ("api.example.com", None, "not seen"),
        ("api.example.com", "no TLS connection within 5 seconds", "error"),
        ("api.example.com", "", None),
    ],
)
def test_a_private_api_that_does_not_answer_here_is_told(host: str | None, silent: str | None, severity: str | None):
    found = list(unproven.judge_api("eks-service/shop", host, silent))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_without_a_resolver_the_name_servers_to_compare_with_public_dns_are_told(before: Before):
    found = preflight.report(preflight.chosen(before.root, ["prod"]), before.accounts).found
    [told] = [one for one in found if one.problem.where == "Delegation"]
    assert (told.severity, told.problem.reason) == (
        "not seen",
        f"whether example.com is delegated to zone {ZONE} was not asked in public DNS",
    )
    assert told.problem.remedy == f"`dig +short NS example.com` must print {', '.join(sorted(before.servers))}."


def test_a_resolver_that_does_not_answer_proves_nothing(before: Before):
    before.names.silent |= {"example.com", "com"}
    report = before.report("prod")
    [told] = [one for one in report.found if one.problem.where == "Delegation"]
    assert (told.severity, told.problem.reason) == (
        "not seen",
        f"whether example.com is delegated to zone {ZONE} is not known: "
        f"resolver {before.resolver} gave no answer within 0.5 seconds",
    )
    assert report.healthy


def test_the_command_asks_the_resolver_that_is_named(before: Before):
    before.names.set("example.com", "NS", "ns1.old.example")
    at = ("--endpoint-url", before.cloud.endpoint_url, "--root", str(REPOSITORY))
    judged = CliRunner().invoke(app, ["preflight", "--stack", "prod", "--resolver", before.resolver, *at])
    assert (judged.exit_code, "Delegation: example.com is delegated to other name servers" in judged.stdout) == (
        1,
        True,
    )


class Refusing(Accounts):
    """Credentials of another account than the stack files name."""

    def account(self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None) -> Any:
        raise Unseen(f"no credentials for account {account_id} (ambient credentials are of account 333333333333)")


def test_credentials_of_another_account_are_told_and_the_other_stacks_judged(before: Before):
    class Half(Accounts):
        def account(
            self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
        ) -> Any:
            maker = Refusing() if account_id == WORKLOAD else before.accounts
            return maker.account(account_id, region)

    found = preflight.report(preflight.chosen(before.root, ["shop", "prod"]), Half()).found
    wrong = [one for one in found if one.severity != "not seen"]
    assert [(one.connection, one.problem.where) for one in wrong] == [("eks-service/shop", "Credentials")]
    assert "account 333333333333" in wrong[0].evidence


def test_a_region_that_is_not_enabled_is_told(before: Before, monkeypatch: pytest.MonkeyPatch):
    class Home(Accounts):
        def account(
            self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
        ) -> Any:
            return (before.accounts if region == "us-east-1" else Refusing()).account(account_id, region)

    monkeypatch.setattr(regional, "is_enabled", lambda account, region: False)
    found = preflight.report(preflight.chosen(before.root, ["shop"]), Home()).found
    assert [one.problem.where for one in found if one.severity == "error"] == ["Region"]


def test_the_command_tells_all_of_it_and_its_exit_code(before: Before):
    at = ("--endpoint-url", before.cloud.endpoint_url, "--root", str(REPOSITORY))
    shop = CliRunner().invoke(app, ["preflight", "--stack", "shop", *at])
    last = shop.stdout.splitlines()[-1]
    assert (shop.exit_code, last) == (0, "1 stack judged: 0 errors, 0 warnings, 3 not seen.")
    with reader_calls.without("iam:SimulatePrincipalPolicy"):
        lacking = CliRunner().invoke(app, ["preflight", "--stack", "shop", *at])
    assert lacking.exit_code == 3
    assert "rights of arn:aws:iam::111111111111:role/local-cloud cannot be read" in lacking.stdout
    parameter(before)
    taken = CliRunner().invoke(app, ["preflight", "--stack", "shop", "--json", *at])
    said = json.loads(taken.stdout)
    assert (taken.exit_code, said["stacks"], said["unread"]) == (1, ["eks-service/shop"], [])
    told = [(one["severity"], one["problem"]["where"]) for one in said["found"]]
    assert told == [("error", "Name"), *(("not seen", where) for where in ("Kubernetes API", "Images", "Pulumi"))]


def test_an_unknown_stack_is_told_with_the_nearest_name(before: Before):
    with pytest.raises(UsageError, match=r"Did you mean shop\?"):
        preflight.chosen(REPOSITORY, ["shp"])


def test_a_stack_file_with_a_mistake_is_told_before_aws_is_asked(before: Before):
    before.edit("eks-service/Pulumi.shop.yaml", "min: 3", "mni: 3")
    answer = CliRunner().invoke(app, ["preflight", "--endpoint-url", "http://127.0.0.1:1", "--root", str(before.root)])
    assert (answer.exit_code, "nodes.mni" in answer.stderr) == (2, True)


def test_the_printed_policy_allows_each_call_and_no_action_that_is_not_called(before: Before):
    with reader_calls.recorded() as requests:
        before.report()
    printed = CliRunner().invoke(app, ["preflight", "--print-policy", "--root", str(REPOSITORY)]).stdout
    assert iam_policies.Policies(printed).refused(requests) == []
    granted = {action for one in json.loads(printed)["Statement"] for action in one["Action"]}
    assert granted == {one.action for one in requests} | NOT_IN_SAMPLES | policy.OF_SETTINGS.keys() - {
        "ssm:GetParameter"
    }


@pytest.mark.parametrize("action", sorted(policy.RIGHTS.keys() - NOT_IN_SAMPLES - {"s3:ListBucket", "sts:AssumeRole"}))
def test_a_right_that_the_caller_lacks_is_told_and_nothing_is_blamed_for_it(before: Before, action: str):
    with reader_calls.without(action) as refused:
        report = before.report("shop", "prod")
    assert refused
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert any(f"not authorized to perform: {action}" in one.reason for one in report.unread)


def test_an_existing_certificate_that_may_not_be_looked_up_is_taken_for_one_of_the_hosts(before: Before):
    missing_certificate(before)
    with reader_calls.without("acm:DescribeCertificate"):
        report = before.report("prod")
    assert [one for one in report.found if one.severity != "not seen"] == []
    [unread] = report.unread
    assert unread.reason.startswith("the program's call describe_certificate was refused: ")


def test_a_parameter_that_another_stack_of_the_repository_will_write_is_not_missed(before: Before):
    by_parameter(before, f"\n          readerRoleArn: arn:aws:iam::{WORKLOAD}:role/reader")
    before.edit(PROD_FILE, "# central-ingress:contractPrefix", "central-ingress:contractPrefix")
    before.edit(BLOG_FILE, "# central-ingress:edgeParameter", "central-ingress:edgeParameter")
    assert before.found("prod", "prod-blog") == []


def test_the_query_logs_of_a_hosted_zone_that_may_not_be_looked_up_are_taken_for_none(before: Before):
    before.edit(
        PROD_FILE, "zoneId: Z0123456789EXAMPLE", "zoneId: Z0123456789EXAMPLE\n    queryLogs: {enabled: true}\n   "
    )
    with reader_calls.without("route53:ListQueryLoggingConfigs"):
        report = before.report("prod")
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert ["list_query_logging_configs" in one.reason for one in report.unread] == [True]


def test_the_printed_policy_names_the_parameters_that_the_programs_read(before: Before):
    by_parameter(before)
    before.edit(PROD_FILE, "# central-ingress:contractPrefix", "central-ingress:contractPrefix")
    before.edit(BLOG_FILE, "# central-ingress:edgeParameter", "central-ingress:edgeParameter")
    printed = json.loads(preflight.policy(preflight.chosen(before.root, ["prod", "prod-blog"])))
    [granted] = [one["Resource"] for one in printed["Statement"] if "ssm:GetParameter" in one["Action"]]
    assert granted == [
        "arn:aws:ssm:*:*:parameter/central-ingress/connections/shop",
        "arn:aws:ssm:*:*:parameter/central-ingress/shards/prod",
    ]


def test_what_the_stack_has_deployed_itself_is_not_blamed(before: Before):
    deployment = deploy.Deployment(before.cloud)
    for stack in deploy.find(REPOSITORY):
        deployment.up(stack)
    assert before.found() == []
