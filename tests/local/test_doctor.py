"""`doctor` on an emulated AWS in which one thing is broken at a time: it finds that, and nothing once it is mended."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli import doctor
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.trace import diagnosis
from privatelink_ingress.trace.topology import Topology
from tests.support.breakages import BREAKAGES, Breakage, Sides
from tests.support.programs import REPOSITORY

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
REQUESTS, HOSTS = doctor.published(REPOSITORY, ())


class Deployed:
    """The samples."""

    def __init__(self, cloud: Cloud) -> None:
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(REPOSITORY):
            deployment.up(stack)
        self.cloud = cloud
        self.edge, self.workload = (cloud.session(account, REGION) for account in (EDGE, WORKLOAD))

    def topology(self) -> Topology:
        return live.load([self.edge], [self.workload])

    def found(self) -> list[diagnosis.Diagnosis]:
        """Errors and warnings. What runs in the clusters is not read here."""
        report = doctor.report(REQUESTS, HOSTS, self.topology())
        return [one for one in report.found if one.severity != "not seen"]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with Cloud() as cloud:
        yield Deployed(cloud)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_it_finds_what_is_broken_and_nothing_when_it_is_mended(deployed: Deployed, breakage: Breakage):
    undo = breakage.do(Sides(deployed.edge, deployed.workload))
    found = deployed.found()
    if undo:
        undo()
        assert deployed.found() == []
    worst, *_ = [one for one in found if one.connection == breakage.connection]
    assert (worst.severity, worst.problem.where) == (breakage.severity, breakage.where)
    assert worst.problem.reason.startswith(breakage.reason)
    assert worst.problem.remedy or breakage.severity == "warning"


def test_the_command_tells_all_of_it_and_its_exit_code(deployed: Deployed):
    at = ("--live", "--endpoint-url", deployed.cloud.endpoint_url, "--root", str(REPOSITORY))
    blog = CliRunner().invoke(app, ["doctor", "blog", *at])
    assert (blog.exit_code, blog.stdout.splitlines()[-1]) == (
        0,
        "1 connection, 3 requests followed: 0 errors, 0 warnings, 1 not seen.",
    )
    shop = CliRunner().invoke(app, ["doctor", "--json", *at])
    said = json.loads(shop.stdout)
    assert (shop.exit_code, said["connections"], said["unread"]) == (1, ["shop", "blog"], [])
    # The endpoint was deleted above.
    assert [(one["connection"], one["severity"]) for one in said["found"]] == [("shop", "error"), ("blog", "not seen")]
    wrong = CliRunner().invoke(app, ["doctor", "shpo", *at])
    assert wrong.exit_code == 2
    assert "shpo: no stack file has a connection of this name\n    → Did you mean shop?" in wrong.stderr


def test_a_connection_in_maintenance_is_to_be_answered_503(deployed: Deployed):
    requests = [dataclasses.replace(one, active=False) for one in REQUESTS if one.connection == "blog"]
    found = doctor.report(requests, HOSTS, deployed.topology()).found
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
    topology = deployed.topology()
    now = datetime.datetime.now(datetime.UTC)
    [balancer] = [one for one in topology.load_balancers.values() if one.scheme == "internet-facing"]
    [listener] = balancer.listeners
    ends = tuple(
        dataclasses.replace(one, not_after=now + datetime.timedelta(days=days)) for one in listener.certificates
    )
    changed = dataclasses.replace(balancer, listeners=(dataclasses.replace(listener, certificates=ends),))
    topology = dataclasses.replace(topology, load_balancers={**topology.load_balancers, balancer.arn: changed})
    found = diagnosis.diagnose([], topology, HOSTS, now=now)
    told = [(one.severity, one.problem.reason) for one in found if one.problem.where == "Certificate"]
    assert told == ([(severity, reason)] if severity else [])
