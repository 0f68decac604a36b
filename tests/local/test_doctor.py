"""`doctor` on an emulated AWS in which one thing is broken at a time: it finds that, and nothing once it is mended."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from privatelink_ingress.aws import reader_policy
from privatelink_ingress.cli import doctor, reading, topologies
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy, iam_policies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.trace import diagnosis
from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.hops import Path
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.trace import follow
from tests.support import reader_calls
from tests.support.breakage_table import EVERY
from tests.support.breakages import BREAKAGES, Breakage, Sides
from tests.support.programs import REPOSITORY
from tests.support.refreshed import Refreshed
from tests.support.snapshots import Snapshot

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
SCOPE = doctor.published(REPOSITORY, ())


class Deployed:
    """The samples."""

    def __init__(self, cloud: Cloud) -> None:
        deployment = deploy.Deployment(cloud)
        runs = [(stack, deployment.up(stack)) for stack in deploy.find(REPOSITORY)]
        self.cloud = cloud
        self.states = Refreshed(cloud, runs, SCOPE, left="eks-service/blog")
        self.snapshot = Snapshot()
        self.edge, self.workload = (cloud.session(account, REGION) for account in (EDGE, WORKLOAD))

    def system(self) -> topologies.System:
        return topologies.of_aws(REPOSITORY, Accounts(endpoint_url=self.cloud.endpoint_url))

    def report(self) -> doctor.Report:
        return doctor.report(SCOPE, self.system())

    def found(self) -> list[diagnosis.Diagnosis]:
        """Errors and warnings. What runs in the clusters is not read here."""
        report = self.report()
        assert report.unread == ()
        return [one for one in report.found if one.severity != "not seen"]


@pytest.fixture(scope="module", name="whole")
def deployed_once() -> Iterator[Deployed]:
    with Cloud() as cloud:
        yield Deployed(cloud)


@pytest.fixture
def deployed(whole: Deployed) -> Iterator[Deployed]:
    """As it was deployed, whatever the test before has broken."""
    yield whole
    CLOCK.stop()
    whole.snapshot.restore()


def test_it_finds_nothing_in_what_was_deployed(deployed: Deployed):
    assert deployed.found() == []


def test_it_finds_nothing_in_their_states(deployed: Deployed):
    assert deployed.states.found() == []


@pytest.mark.parametrize("breakage", EVERY, ids=lambda one: one.what)
def test_it_finds_what_is_broken_in_aws_and_in_states_that_hold_it(deployed: Deployed, breakage: Breakage):
    breakage.do(Sides(deployed.edge, deployed.workload))
    live, in_states = deployed.found(), deployed.states.found()
    assert breakage.outcome(live) == "right", live
    if breakage.unheld:
        assert in_states == []
    elif breakage.half:
        assert breakage.outcome(in_states) == "wrong", in_states
    else:
        assert breakage.outcome(in_states) == "right", in_states
        assert places(in_states) <= places(live)


def places(found: list[diagnosis.Diagnosis]) -> set[tuple[str, str, str]]:
    return {(one.connection, one.severity, one.problem.where) for one in found}


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_what_is_read_for_one_request_says_of_it_what_all_says(deployed: Deployed, breakage: Breakage):
    breakage.do(Sides(deployed.edge, deployed.workload))
    everything = deployed.system()
    for host in ("shop.example.com", "blog.example.com", "nobody.example.com"):
        request = Request.parse(f"https://{host}/")
        system = topologies.of_request(REPOSITORY, Accounts(endpoint_url=deployed.cloud.endpoint_url), request)
        one, other = (follow("", Path(request=request, topology=each.topology)) for each in (system, everything))
        assert (one, system.unread) == (other, ())


def test_the_command_tells_all_of_it_and_its_exit_code(deployed: Deployed):
    at = ("--live", "--endpoint-url", deployed.cloud.endpoint_url, "--root", str(REPOSITORY))
    blog = CliRunner().invoke(app, ["doctor", "blog", *at])
    assert (blog.exit_code, blog.stdout.splitlines()[-1]) == (
        0,
        "1 connection, 3 requests followed: 0 errors, 0 warnings, 2 not seen.",
    )
    with reader_calls.without("cloudwatch:DescribeAlarms"):
        assert CliRunner().invoke(app, ["doctor", "blog", *at]).exit_code == 3
    BREAKAGES[-1].do(Sides(deployed.edge, deployed.workload))
    shop = CliRunner().invoke(app, ["doctor", "--json", *at])
    said = json.loads(shop.stdout)
    assert (shop.exit_code, said["connections"], said["unread"]) == (1, ["shop", "blog"], [])
    assert [(one["connection"], one["severity"]) for one in said["found"]] == [
        ("shop", "error"),
        ("all connections", "not seen"),
        ("blog", "not seen"),
    ]
    wrong = CliRunner().invoke(app, ["doctor", "shpo", *at])
    assert wrong.exit_code == 2
    assert "shpo: no stack file has a connection of this name\n    → Did you mean shop?" in wrong.stderr


def test_a_connection_in_maintenance_is_to_be_answered_503(deployed: Deployed):
    requests = tuple(dataclasses.replace(one, active=False) for one in SCOPE.requests if one.connection == "blog")
    scope = dataclasses.replace(SCOPE, requests=requests, wanted=("blog",))
    found = [one for one in doctor.report(scope, deployed.system()).found if one.severity != "not seen"]
    assert {(one.severity, one.problem.where) for one in found} == {("error", "Ingress")}
    assert found[0].problem.reason.endswith(" is not answered by the maintenance page")


@pytest.mark.parametrize(
    ("days", "severity", "reason"),
    [
        (45, None, ""),
        (44, "warning", "it expires in 44 days, and ACM has not renewed it"),
        (-1, "error", "it expired 1 day ago"),
    ],
)
def test_a_certificate_that_acm_should_have_renewed_is_told(
    deployed: Deployed, days: int, severity: str | None, reason: str
):
    topology = deployed.system().topology
    now = datetime.datetime.now(datetime.UTC)
    [balancer] = [one for one in topology.load_balancers.values() if one.scheme == "internet-facing"]
    [listener] = balancer.listeners
    ends = tuple(
        dataclasses.replace(one, not_after=now + datetime.timedelta(days=days)) for one in listener.certificates
    )
    changed = dataclasses.replace(balancer, listeners=(dataclasses.replace(listener, certificates=ends),))
    topology = dataclasses.replace(topology, load_balancers={**topology.load_balancers, balancer.arn: changed})
    found = diagnosis.diagnose([], topology, Expected(), Surroundings(), now=now)
    told = [(one.severity, one.problem.reason) for one in found if one.problem.where == "Certificate"]
    assert told == ([(severity, reason)] if severity else [])


NOT_IN_SAMPLES = {"sts:AssumeRole"}
"""Actions for what the samples do not have: hosted zones of other accounts."""

NOT_CALLED = {
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "wafv2:GetIPSet",
    "wafv2:GetRuleGroup",
    "wafv2:GetWebACL",
}
"""The attributes of a target group matter where a zone has no node. WAF asks for GetWebACL when it tells the web ACL of
a load balancer. No web ACL of the samples refers to anything."""


def test_the_printed_policy_allows_each_call_and_no_action_that_is_not_called(deployed: Deployed):
    with reader_calls.recorded() as requests:
        deployed.report()
    printed = CliRunner().invoke(app, ["doctor", "--print-policy", "--root", str(REPOSITORY)]).stdout
    policies = iam_policies.Policies(printed)
    assert policies.refused(requests) == []
    granted = {action for one in json.loads(printed)["Statement"] for action in one["Action"]}
    assert granted == {one.action for one in requests} | NOT_CALLED
    others = [
        iam_policies.Request("s3:GetBucketPolicy", "arn:aws:s3:::another"),
        iam_policies.Request("s3:GetObject", "arn:aws:s3:::central-ingress-prod-logs-222222222222-eu-west-1/access/x"),
        iam_policies.Request("ssm:GetParameters", "arn:aws:ssm:eu-west-1:111111111111:parameter/passwords/shop"),
        iam_policies.Request("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/central-ingress/x"),
        iam_policies.Request("ec2:DeleteVpcEndpoints", "*"),
    ]
    assert policies.allowed(others) == []


@pytest.mark.parametrize("action", sorted(reader_policy.RIGHTS.keys() - NOT_CALLED - NOT_IN_SAMPLES))
def test_a_right_that_the_reader_lacks_is_told_and_nothing_is_blamed_for_it(deployed: Deployed, action: str):
    with reader_calls.without(action) as refused:
        report = deployed.report()
    assert refused
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert any(f"not authorized to perform: {action}" in one.reason for one in report.unread)
    assert all("--print-policy" in one.remedy for one in report.unread)


def test_credentials_that_expire_on_the_way_end_that_account_alone(deployed: Deployed):
    system = deployed.system()
    with reader_calls.without("logs:DescribeDeliverySources", code="ExpiredTokenException"):
        report = doctor.report(SCOPE, system)
    assert [one for one in report.found if one.severity != "not seen"] == []
    [problem] = report.unread
    assert (problem.where, problem.remedy) == (f"account {EDGE}, {REGION}", reading.RIGHTS)
    assert problem.reason.startswith("cannot be read further: An error occurred (ExpiredTokenException)")


def test_a_zone_without_nodes_is_not_judged_by_a_reader_who_may_not_see_the_attributes(deployed: Deployed):
    [zone] = [one for one in EVERY if one.what == "a zone has no node while cross-zone load balancing is off"]
    zone.do(Sides(deployed.edge, deployed.workload))
    with reader_calls.without("elasticloadbalancing:DescribeTargetGroupAttributes") as refused:
        report = deployed.report()
    assert refused
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert ["DescribeTargetGroupAttributes" in one.reason for one in report.unread] == [True]
