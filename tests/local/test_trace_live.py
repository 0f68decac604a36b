"""`trace --live` on an emulated AWS: it only reads, with the rights that it names, and says what it could not read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.topologies import of_aws, of_request
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.problems import UserError
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import trace
from tests.support import reader_calls
from tests.support.programs import REPOSITORY

WORKLOAD, EDGE = "111111111111", "222222222222"
URL = "https://shop.example.com/cart"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Cloud]:
    with Cloud() as cloud:
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(REPOSITORY):
            deployment.up(stack)
        yield cloud


def run(cloud: Cloud, *options: str) -> Result:
    at = ("--live", "--endpoint-url", cloud.endpoint_url, "--root", str(REPOSITORY))
    return CliRunner().invoke(app, ["trace", *options, *at])


class Some(Accounts):
    """Credentials of some accounts."""

    def __init__(self, cloud: Cloud, *account_ids: str) -> None:
        super().__init__(endpoint_url=cloud.endpoint_url)
        self._of = account_ids

    def account(
        self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
    ) -> Account:
        if account_id not in self._of:
            raise Unseen(f"no credentials for account {account_id}")
        return super().account(account_id, region, role_arn, external_id)


def test_a_request_is_followed_through_both_accounts_of_the_stack_files(deployed: Cloud):
    result = run(deployed, URL, "--json")
    followed = json.loads(result.stdout)
    assert (result.exit_code, followed["outcome"]) == (0, "reached")
    assert [hop["name"] for hop in followed["hops"] if hop["verdict"] != "passes"] == ["Ingress"]
    assert run(deployed, "https://nobody.example.com/").exit_code == 1


def test_without_the_workload_account_the_trace_ends_at_its_service_and_the_account_is_named(deployed: Cloud):
    system = of_aws(REPOSITORY, Some(deployed, EDGE))
    [unread] = system.unread
    assert (unread.where, unread.reason) == (
        f"account {WORKLOAD}, eu-west-1",
        f"cannot be read: no credentials for account {WORKLOAD}",
    )
    assert "`./run doctor --print-policy`" in unread.remedy
    followed = trace(URL, system.topology)
    assert (followed.outcome, followed.hops[-1].name, followed.hops[-1].verdict) == (
        "not seen",
        "PrivateLink",
        "not seen",
    )


def repository(folder: Path, **accounts: str) -> Path:
    """The samples, with these workload stacks in these accounts by their files."""
    for name in (
        "Pulumi.yaml",
        *(f"{project}/Pulumi.yaml" for project in ("eks-service", "central-ingress")),
        *(f"central-ingress/Pulumi.{stack}.yaml" for stack in ("prod", "prod-blog")),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text((REPOSITORY / name).read_text())
    for stack in ("shop", "blog"):
        text = (REPOSITORY / f"eks-service/Pulumi.{stack}.yaml").read_text()
        file = folder / f"eks-service/Pulumi.{stack}.yaml"
        file.write_text(text.replace(WORKLOAD, accounts.get(stack, WORKLOAD)))
    return folder


def test_a_trace_reads_the_account_that_serves_the_host_and_no_other(deployed: Cloud, tmp_path: Path):
    root = repository(tmp_path, blog="333333333333")
    known = Some(deployed, EDGE, WORKLOAD)
    system = of_request(root, known, Request.parse(URL))
    assert (list(system.accounts), system.unread) == ([(EDGE, "eu-west-1"), (WORKLOAD, "eu-west-1")], ())
    assert trace(URL, system.topology).reached
    assert [one.where for one in of_aws(root, known).unread] == ["account 333333333333, eu-west-1"]


def test_a_service_in_another_account_than_the_files_say_is_looked_for_in_the_others(deployed: Cloud, tmp_path: Path):
    root = repository(tmp_path, shop="333333333333")
    system = of_request(root, Some(deployed, EDGE, WORKLOAD), Request.parse(URL))
    assert [one.where for one in system.unread] == ["account 333333333333, eu-west-1"]
    assert trace(URL, system.topology).reached


def test_a_trace_asks_only_for_what_its_request_passes(deployed: Cloud):
    with reader_calls.recorded() as requests:
        followed = run(deployed, URL, "--json")
    assert json.loads(followed.stdout)["outcome"] == "reached"
    asked = Counter(one.action for one in requests)
    for one in ("DescribeTargetHealth", "DescribeRules", "DescribeTargetGroups"):
        # Of the edge and of the workload account: shop's own group in each, and the one listener that has rules.
        assert asked[f"elasticloadbalancing:{one}"] == (1 if one == "DescribeRules" else 2)
    assert asked["ec2:DescribeVpcEndpointServicePermissions"] == 1
    nobody = "https://nobody.example.com/"
    with reader_calls.recorded() as requests:
        assert run(deployed, nobody).exit_code == 1
    assert {one.action for one in requests}.isdisjoint(
        {"ec2:DescribeInstances", "elasticloadbalancing:DescribeTargetHealth"}
    )


def test_without_the_edge_account_nothing_is_followed(deployed: Cloud):
    with pytest.raises(UserError, match=f"account {EDGE}, eu-west-1: cannot be read: no credentials"):
        of_aws(REPOSITORY, Some(deployed, WORKLOAD))


def test_a_repository_without_an_edge_stack_says_where_to_run_it(tmp_path: Path):
    for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", "eks-service/Pulumi.shop.yaml"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text((REPOSITORY / file).read_text())
    with pytest.raises(UserError, match="has no central-ingress stack with a load balancer") as caught:
        of_aws(tmp_path, Accounts())
    assert "or name it with --root" in str(caught.value)


def test_live_and_state_exclude_each_other(deployed: Cloud, tmp_path: Path):
    result = run(deployed, URL, "--state", str(tmp_path))
    assert result.exit_code == 2
    assert "--live: cannot be given with --state" in result.stderr
