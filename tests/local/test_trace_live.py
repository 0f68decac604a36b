"""`trace --live` on an emulated AWS: it only reads, with the rights that it names, and says what it could not read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.topologies import of_aws
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.problems import UserError
from privatelink_ingress.trace.trace import trace
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
