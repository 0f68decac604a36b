"""One life of two shards with five connections: each is traced, one is offboarded, and its slot is used again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.running import Cluster, RunningCloud
from privatelink_ingress.fleet.check import check
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.stackfiles import document
from tests.support import two_shards
from tests.support.two_shards import SECOND, SHARDS, WORKLOADS

EDGE, REGION = "222222222222", "eu-west-1"


class World:
    """The repository, deployed, and the file of a kept demo beside it."""

    def __init__(self, root: Path) -> None:
        self.root = two_shards.write(root)
        self.cloud = Cloud()
        self.deployment = deploy.Deployment(self.cloud)
        self.up()

    def up(self, *labels: str) -> None:
        """What `pulumi up` does: the stacks with these labels, or all."""
        stacks = deploy.find(self.root)
        for stack in stacks:
            if not labels or stack.label in labels:
                self.deployment.up(stack)
        edges, workloads = deploy.places(stacks)
        objects = self.deployment.objects([self.cloud.session(*place) for place in workloads])
        RunningCloud(
            id=self.cloud.id,
            endpoint_url=self.cloud.endpoint_url,
            edges=tuple(edges),
            workloads=tuple(workloads),
            clusters=Cluster.of(objects),
        ).write(self.root)

    def run(self, command: str, *options: str) -> tuple[int, str]:
        root = () if command == "trace" else ("--root", str(self.root))
        result = CliRunner().invoke(app, [command, *options, *root])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout + result.stderr

    def offboard(self, name: str, *options: str) -> tuple[int, str, str]:
        code, text = self.run("offboard", name, "--json", "--endpoint-url", self.cloud.endpoint_url, *options)
        said = json.loads(text)
        return code, said["step"], said["outcome"]

    def reached(self, name: str) -> bool:
        code, _ = self.run("trace", f"https://{name}.example.com/", "--out", str(self.root))
        return code == 0

    def config(self, file: str) -> dict[str, Any]:
        return document.load((self.root / file).read_text())["config"]

    def slots(self, file: str) -> dict[str, int]:
        connections = self.config(file)["central-ingress:connections"]
        return {name: connection["slot"] for name, connection in connections.items()}

    def deploy_maintenance(self, name: str) -> None:
        """What `pulumi up` does with `state: maintenance`."""
        elbv2 = self.cloud.session(EDGE, REGION).client("elbv2")
        answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]
        for arn in self._tagged("listener-rule", name):
            elbv2.modify_rule(RuleArn=arn, Actions=answer)

    def deploy_removal(self, name: str) -> None:
        """What `pulumi up` does without the connection, in the engine's order."""
        edge = self.cloud.session(EDGE, REGION)
        elbv2, ec2, route53 = (edge.client(service) for service in ("elbv2", "ec2", "route53"))
        for zone in route53.list_hosted_zones()["HostedZones"]:
            for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
                if record["Name"].startswith(f"{name}."):
                    changes = [{"Action": "DELETE", "ResourceRecordSet": record}]
                    route53.change_resource_record_sets(HostedZoneId=zone["Id"], ChangeBatch={"Changes": changes})
        for arn in self._tagged("listener-rule", name):
            elbv2.delete_rule(RuleArn=arn)
        for arn in self._tagged("targetgroup", name):
            elbv2.delete_target_group(TargetGroupArn=arn)
        filters = [{"Name": "tag:Connection", "Values": [name]}]
        found = ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
        endpoints = [endpoint["VpcEndpointId"] for endpoint in found]
        assert ec2.delete_vpc_endpoints(VpcEndpointIds=endpoints)["Unsuccessful"] == []

    def _tagged(self, kind: str, name: str) -> list[str]:
        tagging = self.cloud.session(EDGE, REGION).client("resourcegroupstaggingapi")
        pages = tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": "Connection", "Values": [name]}])
        arns = [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]
        found = [arn for arn in arns if f":{kind}/" in arn]
        assert found
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("repository"))
    yield made
    made.cloud.stop()


def test_every_host_is_traced_to_its_own_shard(world: World):
    for name, place in WORKLOADS.items():
        code, text = world.run("trace", f"https://{name}.example.com/", "--out", str(world.root))
        assert code == 0, text
        assert f"{name}.example.com A → central-ingress-{SHARDS[place]} (zone example.com)" in text


def test_a_connection_of_the_second_shard_leaves_and_the_others_stay(world: World):
    assert world.slots(SECOND) == {"cart": 0, "mail": 2}
    assert world.offboard("cart") == (0, "drain", "done")
    assert world.offboard("cart") == (1, "deploy drain", "waits")
    world.deploy_maintenance("cart")
    assert world.offboard("cart") == (0, "remove", "done")
    assert world.slots(SECOND) == {"mail": 2}
    assert world.config(SECOND)["central-ingress:retiredSlots"] == {"cart": 0}
    assert (world.reached("mail"), world.reached("shop")) == (True, True)


def test_its_slot_goes_to_nobody_else_before_the_removal_is_deployed(world: World):
    text = (world.root / "eks-service/Pulumi.mail.yaml").read_text()
    for name in ("wiki", "docs"):
        (world.root / f"eks-service/Pulumi.{name}.yaml").write_text(text.replace("mail", name))
    wanted = ("wiki", "--stack", "wiki", "--host", "wiki.example.com", "--shard", "prod-2", "--yes")
    code, said = world.run("onboard", *wanted, "--slot", "0")
    assert code == 1
    assert "is 0, which cart had: its rules and endpoint may still stand" in said
    assert "or use 1" in said
    assert world.run("onboard", *wanted)[0] == 0
    assert world.slots(SECOND) == {"mail": 2, "wiki": 1}
    assert world.offboard("cart") == (1, "deploy removal", "waits")
    assert world.config(SECOND)["central-ingress:retiredSlots"] == {"cart": 0}


def test_once_it_is_deployed_offboard_frees_the_slot(world: World):
    world.deploy_removal("cart")
    code, step, _ = world.offboard("cart")
    assert (code, step) == (0, "destroy")
    assert world.config(SECOND)["central-ingress:retiredSlots"] == {}
    assert check(world.root).findings == []


def test_the_next_connection_gets_it_and_is_reached(world: World):
    wanted = ("docs", "--stack", "docs", "--host", "docs.example.com", "--shard", "prod-2", "--yes")
    assert world.run("onboard", *wanted)[0] == 0
    assert world.slots(SECOND) == {"mail": 2, "wiki": 1, "docs": 0}
    assert check(world.root).findings == []
    world.up("eks-service/wiki", "eks-service/docs", "central-ingress/prod-2")
    assert [world.reached(name) for name in ("docs", "mail", "cart")] == [True, True, False]


def test_an_attached_connection_leaves_with_its_whole_stack(world: World):
    assert world.offboard("blog") == (0, "drain", "done")
    world.deploy_maintenance("blog")
    assert world.offboard("blog") == (1, "deploy removal", "waits")
    world.deploy_removal("blog")
    assert world.offboard("blog") == (0, "remove", "done")
    assert not (world.root / "central-ingress/Pulumi.prod-blog.yaml").exists()
    assert [world.reached(name) for name in ("blog", "news")] == [False, True]
