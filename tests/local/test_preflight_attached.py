"""`preflight` of a stack that is about to be attached to a deployed shard: the rights on what the shard has."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from privatelink_ingress.cli import preflight, pulumi_cli
from privatelink_ingress.local import iam_policies
from privatelink_ingress.local.cloud import Cloud
from tests.support import reader_calls
from tests.support.preflight_attached import BREAKAGES, PATH, ROLE, Deployed
from tests.support.preflight_breakages import BLOG, Breakage
from tests.support.preflight_world import EDGE

OF_SHARDS = ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "elasticloadbalancing:DescribeListeners")
"""Actions that find the ids of a deployed shard."""


@pytest.fixture(scope="module", name="world")
def deployed_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Cloud() as cloud:
        yield Deployed(cloud, tmp_path_factory.mktemp("preflight"))


@pytest.fixture(name="deployed")
def as_deployed(world: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    monkeypatch.setattr(pulumi_cli, "version", lambda: None)
    yield world
    world.restore()


def test_the_role_that_bootstrap_creates_for_the_stack_has_all_rights(deployed: Deployed):
    report = deployed.report(BLOG)
    assert [one for one in report.found if one.severity != "not seen" or one.problem.where == "Rights"] == []


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_a_right_that_the_role_lacks_on_what_the_shard_has_is_told(deployed: Deployed, breakage: Breakage):
    breakage.do(deployed)
    [one] = deployed.found(BLOG)
    assert (one.connection, one.severity, one.problem.where) == (BLOG, breakage.severity, breakage.where)
    assert breakage.reason in one.problem.reason


def test_the_printed_policy_lets_the_shards_ids_be_read(deployed: Deployed):
    with reader_calls.recorded() as requests:
        deployed.report(BLOG)
    assert set(OF_SHARDS) <= {one.action for one in requests}
    printed = preflight.policy(preflight.chosen(deployed.root, [BLOG]))
    assert iam_policies.Policies(printed).refused(requests) == []
    assumed = [one["Resource"] for one in json.loads(printed)["Statement"] if one["Action"] == ["sts:AssumeRole"]]
    assert assumed == [[f"arn:aws:iam::{EDGE}:role{PATH}{ROLE}"]]


@pytest.mark.parametrize("action", OF_SHARDS)
def test_without_a_right_to_read_the_shards_ids_nothing_is_blamed_on_the_role(deployed: Deployed, action: str):
    with reader_calls.without(action):
        report = deployed.report(BLOG)
    assert [one.problem.reason for one in report.found if one.problem.where == "Rights"] == [
        "the permissions on the VPC, endpoint subnets, security group of endpoints, HTTPS listener of "
        "central-ingress/prod were not simulated: policies name resources by id, and these ids were not found in the "
        "account"
    ]
    assert any(f"not authorized to perform: {action}" in one.reason for one in report.unread)
