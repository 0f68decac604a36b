"""`offboard` on an emulated AWS: from traffic to the stack that can be destroyed, and back into it from any point."""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli import offboard
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from tests.support.request_counts import count_requests

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
SHOP, PROD = "eks-service/Pulumi.shop.yaml", "central-ingress/Pulumi.prod.yaml"
READS = ("describe_", "get_", "list_", "can_paginate")


class Recording:
    """Clients that note which of their operations are called."""

    def __init__(self, account: Account, calls: list[str]) -> None:
        self.account_id, self.region = account.account_id, account.region
        self._account, self._calls = account, calls

    def client(self, service: str) -> Any:
        return _Client(self._account.client(service), self._calls)


class _Client:
    def __init__(self, client: Any, calls: list[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._client, name)

    def get_paginator(self, operation: str) -> Any:
        self._calls.append(operation)
        return self._client.get_paginator(operation)


class Recorded(Accounts):
    """Accounts whose clients' operations are noted."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(endpoint_url=endpoint_url)
        self.calls: list[str] = []

    def account(
        self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
    ) -> Account:
        return Recording(super().account(account_id, region, role_arn, external_id), self.calls)


class World:
    """One workload and one edge stack, deployed, and the files that they came from."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", "central-ingress/Pulumi.yaml", SHOP, PROD):
            (root / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / file, root / file)
        for program in ("eks-service", "central-ingress"):
            shutil.copy(ROOT / program / "__main__.py", root / program)
        self.cloud = Cloud()
        deployment = deploy.Deployment(self.cloud)
        for stack in deploy.find(root):
            deployment.up(stack)
        self.edge, self.workload = (self.cloud.session(account, REGION) for account in (EDGE, WORKLOAD))

    def run(self, *options: str) -> tuple[int, dict[str, Any]]:
        arguments = ["offboard", "shop", "--endpoint-url", self.cloud.endpoint_url, "--json"]
        with contextlib.chdir(self.root):
            result = CliRunner().invoke(app, [*arguments, *options])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, json.loads(result.stdout)

    def rules(self) -> list[dict[str, Any]]:
        elbv2 = self.edge.client("elbv2")
        [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
        [listener] = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        rules = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
        return [rule for rule in rules if not rule["IsDefault"]]

    def requests(self, count: float, *, days_ago: float) -> None:
        """What AWS would have counted: the emulated AWS carries no requests."""
        elbv2 = self.edge.client("elbv2")
        [group] = elbv2.describe_target_groups()["TargetGroups"]
        [balancer] = group["LoadBalancerArns"]
        at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days_ago)
        count_requests(self.edge, group["TargetGroupArn"], balancer, count, at=at)

    def deploy_maintenance(self) -> None:
        """What `pulumi up` does with state: maintenance."""
        answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]
        for rule in self.rules():
            self.edge.client("elbv2").modify_rule(RuleArn=rule["RuleArn"], Actions=answer)

    def endpoints(self) -> list[str]:
        filters = [{"Name": "tag:Connection", "Values": ["shop"]}]
        found = self.edge.client("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
        return [endpoint["VpcEndpointId"] for endpoint in found if endpoint["State"] == "available"]

    def connections(self) -> dict[str, str]:
        found = self.workload.client("ec2").describe_vpc_endpoint_connections()["VpcEndpointConnections"]
        return {one["VpcEndpointId"]: one["VpcEndpointState"] for one in found}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("repository"))
    yield made
    made.cloud.stop()


def test_a_connection_leaves_in_order_and_every_run_finds_the_step_that_is_due(world: World):
    """One claim after the other on one deployment: each builds on what the one before left."""
    before = (world.root / PROD).read_bytes()

    # Requests of eight days ago are not of the last seven; those of yesterday are.
    world.requests(7, days_ago=8)
    world.requests(40, days_ago=1)
    world.requests(2, days_ago=0)
    code, said = world.run()
    assert (code, said["step"], said["outcome"], said["requests"]) == (1, "drain", "refused", 42)
    assert "got 42 requests in the last 7 days" in said["refused"][0]["reason"]
    assert world.run("--days", "9")[1]["requests"] == 49
    assert (world.root / PROD).read_bytes() == before

    # A dry run, at this and at every later step, writes no file and calls nothing that changes AWS.
    _dry(world, "drain", force=True)

    code, said = world.run("--force")
    assert (code, said["outcome"]) == (0, "done")
    assert said["next"] == [
        "pulumi -C central-ingress up --stack prod",
        f"privatelink-ingress offboard shop --endpoint-url {world.cloud.endpoint_url}",
    ]
    drained = (world.root / PROD).read_bytes()
    assert drained == before.replace(b"team-shop\n", b"team-shop\n      state: maintenance\n")

    # Not deployed: nothing goes on, whatever is forced.
    assert _step(world, "--force") == (1, "deploy drain", "waits")
    assert (world.root / PROD).read_bytes() == drained

    world.deploy_maintenance()
    _dry(world, "remove")
    code, said = world.run()
    assert (code, said["step"], said["outcome"], said["requests"]) == (0, "remove", "done", 42)
    assert b"    shop:\n" not in (world.root / PROD).read_bytes()

    # Taken out of the file, and still there: rules, then the endpoint.
    code, said = world.run()
    assert (code, said["step"], said["outcome"]) == (1, "deploy removal", "waits")
    assert said["next"][0] == "pulumi -C central-ingress up --stack prod"
    [endpoint] = world.endpoints()
    assert world.connections()[endpoint] == "available"

    # An endpoint that its stack lost: without tags nobody finds it on the edge, and the service still holds it.
    world.edge.client("ec2").delete_tags(Resources=[endpoint], Tags=[{"Key": "Connection"}])
    for rule in world.rules():
        world.edge.client("elbv2").delete_rule(RuleArn=rule["RuleArn"])
    _dry(world, "reject")
    assert world.connections()[endpoint] == "available"
    code, said = world.run()
    assert (code, said["step"], said["outcome"]) == (0, "reject", "done")
    assert said["edits"] == ["Write cluster.deletionProtection: false in eks-service/Pulumi.shop.yaml."]
    assert said["next"] == [
        "pulumi -C eks-service up --stack shop",
        "pulumi -C eks-service destroy --stack shop --run-program",
    ]
    assert world.connections()[endpoint] == "rejected"

    # And only now AWS lets the service go.
    assert _step(world) == (0, "destroy", "over")
    ec2 = world.workload.client("ec2")
    [service] = ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    assert ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service["ServiceId"]])["Unsuccessful"] == []
    assert _step(world) == (0, "destroy", "over")


def _step(world: World, *options: str) -> tuple[int, str, str]:
    code, said = world.run(*options)
    return code, said["step"], said["outcome"]


def _dry(world: World, step: str, *, force: bool = False) -> None:
    files = {file: file.read_bytes() for file in world.root.rglob("*.yaml")}
    accounts = Recorded(world.cloud.endpoint_url)
    plan = offboard.prepare(world.root, "shop", accounts, days=7, force=force)
    assert (plan.next.step.key, offboard.do(plan, dry_run=True)) == (step, "dry run")
    assert "describe_rules" in accounts.calls
    assert [call for call in accounts.calls if not call.startswith(READS)] == []
    assert {file: file.read_bytes() for file in world.root.rglob("*.yaml")} == files
