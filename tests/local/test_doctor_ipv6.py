"""`doctor` on a shard with IPv6 on an emulated AWS in which one thing is broken at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.trace.diagnosis import Diagnosis
from tests.support.breakages import Breakage, Sides
from tests.support.breakages_ipv6 import IPV6
from tests.support.programs import REPOSITORY
from tests.support.refreshed import Refreshed
from tests.support.snapshots import Snapshot
from tests.support.stack_edits import change

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


class Deployed:
    """The samples, of which the shard publishes IPv6."""

    def __init__(self, cloud: Cloud, root: Path) -> None:
        self.cloud, self.root = cloud, root
        shutil.copy(REPOSITORY / "Pulumi.yaml", root)
        for project in ("central-ingress", "eks-service"):
            shutil.copytree(REPOSITORY / project, root / project)
        change(root / "central-ingress" / "Pulumi.prod.yaml", "loadBalancer", {"ipv6": "published"})
        deployment = deploy.Deployment(cloud)
        runs = [(stack, deployment.up(stack)) for stack in deploy.find(root)]
        self.states = Refreshed(cloud, runs, doctor.published(root, ()), left="eks-service/blog")
        self.snapshot = Snapshot()

    def found(self) -> list[Diagnosis]:
        system = topologies.of_aws(self.root, Accounts(endpoint_url=self.cloud.endpoint_url))
        report = doctor.report(doctor.published(self.root, ()), system)
        assert report.unread == ()
        return [one for one in report.found if one.severity != "not seen"]


@pytest.fixture(scope="module", name="whole")
def deployed_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Cloud() as cloud:
        yield Deployed(cloud, tmp_path_factory.mktemp("repository"))


@pytest.fixture
def deployed(whole: Deployed) -> Iterator[Deployed]:
    """As it was deployed, whatever the test before has broken."""
    yield whole
    whole.snapshot.restore()


def test_it_finds_nothing_in_what_was_deployed(deployed: Deployed):
    assert deployed.found() == []
    assert deployed.states.found() == []


@pytest.mark.parametrize("breakage", IPV6, ids=lambda one: f"{one.what}-{one.connection}")
def test_it_finds_what_is_broken_in_aws_and_in_states_that_hold_it(deployed: Deployed, breakage: Breakage):
    breakage.do(Sides(*(deployed.cloud.session(account, REGION) for account in (EDGE, WORKLOAD))))
    worst, *_ = [one for one in deployed.found() if one.connection == breakage.connection]
    told = (worst.severity, worst.problem.where, worst.problem.reason)
    assert told == (breakage.severity, breakage.where, breakage.reason)
    assert worst.problem.remedy
    assert breakage.outcome(in_states := deployed.states.found()) == "right", in_states
