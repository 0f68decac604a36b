"""Commands that work without AWS, on stacks with an existing VPC or cluster."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet import plans
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.workload import declared_zones
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings

ROOT = Path(__file__).parents[3]
CLUSTER = "eks-service/Pulumi.shop.yaml"
VPC, SUBNETS = "vpc-0123456789abcdef0", ["subnet-000000000000000a1", "subnet-000000000000000a2"]
ADOPTED = """config:
  aws:region: {region}
  eks-service:accountId: "111111111111"
  eks-service:owner: team-shop
  eks-service:{key}:
    existing: {existing}
  eks-service:controller:
    {controller}
  eks-service:publication:
    consumers:
      - accountId: "222222222222"
        albSubnetCidrs: [10.12.0.0/23, 10.12.2.0/23, 10.12.4.0/23]
"""


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """The sample projects; shop publishes an existing cluster."""
    for file in (
        "Pulumi.yaml",
        "eks-service/Pulumi.yaml",
        "eks-service/Pulumi.blog.yaml",
        "central-ingress/Pulumi.yaml",
        "central-ingress/Pulumi.prod.yaml",
        "central-ingress/Pulumi.prod-blog.yaml",
    ):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    adopt(tmp_path)
    return tmp_path


def adopt(root: Path, key: str = "cluster", region: str = "eu-west-1", controller: str = "", **existing: Any) -> None:
    given = existing or {"name": "platform"}
    text = ADOPTED.format(key=key, region=region, existing=given, controller=controller or "install: false")
    (root / CLUSTER).write_text(text)


def run(command: str, root: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, [command, "--root", str(root), "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def settings(**keys: Any) -> WorkloadSettings:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **keys,
    }
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return load(WorkloadSettings, text, project="eks-service", stack="shop")


def refused(**keys: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(**keys)
    return str(caught.value).splitlines()[1].strip()


def test_check_finds_no_mistake_and_says_what_only_aws_knows(samples: Path):
    said = run("check", samples)
    assert said["problems"] == []
    assert [note for note in said["notes"] if note.startswith(CLUSTER)] == [
        f"{CLUSTER}: cluster.existing already exists, so only `pulumi preview` can check whether it fits.",
        f"{CLUSTER}: cluster.existing.zoneIds is not set, and only AWS knows the zones; "
        "euw1-az1, euw1-az2, euw1-az3 are assumed.",
    ]


def test_stated_zones_are_compared_with_the_edges(samples: Path):
    adopt(samples, name="platform", zoneIds=["euw1-az1", "euw1-az2"])
    notes = [note for note in run("check", samples)["notes"] if note.startswith(CLUSTER)]
    assert len(notes) == 1
    adopt(samples, name="platform", zoneIds=["euw1-az8", "euw1-az9"])
    result = CliRunner().invoke(app, ["check", "--root", str(samples), "--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["where"]) == ("central-ingress/Pulumi.prod.yaml", "connections.shop")


def test_check_names_settings_that_do_not_belong_to_an_adopted_cluster(samples: Path):
    text = (samples / CLUSTER).read_text().replace("  eks-service:controller:", "  eks-service:nodes: {min: 3}\n", 1)
    text = text.replace("    install: false", "  eks-service:controller: {install: false}")
    (samples / CLUSTER).write_text(text)
    result = CliRunner().invoke(app, ["check", "--root", str(samples), "--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["where"], problem["reason"]) == (
        CLUSTER,
        "nodes.min",
        "cannot be set together with cluster.existing",
    )


def test_cost_counts_neither_the_existing_cluster_nor_the_existing_endpoints(samples: Path):
    (shop,) = [stack for stack in run("cost", samples)["stacks"] if stack["stack"] == "shop"]
    assert [line["what"] for line in shop["shared"]["lines"]] == ["network load balancer"]


def test_capacity_is_counted_without_aws(samples: Path):
    assert run("capacity", samples)["shards"]


def test_an_adopted_vpc_is_planned_in_as_many_zones_as_it_has_subnets(samples: Path):
    adopt(samples, "network", vpcId=VPC, subnetIds=SUBNETS, endpoints=["ec2"])
    notes = [note for note in run("check", samples)["notes"] if note.startswith(CLUSTER)]
    assert notes == [
        f"{CLUSTER}: network.existing already exists, so only `pulumi preview` can check whether it fits.",
        f"{CLUSTER}: network.existing.zoneIds is not set, and only AWS knows the zones; "
        "euw1-az1, euw1-az2 are assumed.",
    ]
    (shop,) = [stack for stack in run("cost", samples)["stacks"] if stack["stack"] == "shop"]
    assert [line["what"] for line in shop["shared"]["lines"]] == [
        "EKS control plane",
        "endpoints for nodes: ecr.api, ecr.dkr, eks-auth",
        "network load balancer",
    ]


@pytest.mark.parametrize("existing", [{}, {"existing": {"vpcId": VPC, "subnetIds": [*SUBNETS, "subnet-000000a3"]}}])
def test_zones_in_which_eks_takes_no_subnets_are_not_assumed(existing: dict[str, Any]):
    virginia = Workload(file="f", stack="shop", region="us-east-1", settings=settings(network=existing))
    assert plans.plan_of(virginia).publication.contract["zone_ids"] == ["use1-az1", "use1-az2", "use1-az4"]


def test_where_a_stack_states_its_zones():
    zones = ["euw1-az2", "euw1-az1"]
    for place, key in (
        ({"network": {"zoneIds": zones}}, "network.zoneIds"),
        ({"network": {"existing": {"vpcId": VPC, "subnetIds": SUBNETS, "zoneIds": zones}}}, "network.existing.zoneIds"),
        ({"cluster": {"existing": {"name": "platform", "zoneIds": zones}}}, "cluster.existing.zoneIds"),
    ):
        read = settings(**place)
        assert (declared_zones.zones_key(read), declared_zones.zone_ids(read)) == (key, ("euw1-az1", "euw1-az2"))


@pytest.mark.parametrize(
    ("existing", "said"),
    [
        ({}, "cluster.existing.name: is missing"),
        ({"name": "a b"}, "cluster.existing.name: is 'a b'"),
        ({"name": "p", "subnetIds": SUBNETS[:1]}, "cluster.existing.subnetIds: has 1 entry, but needs at least 2"),
        ({"name": "p", "subnetIds": [SUBNETS[0]] * 2}, f"cluster.existing.subnetIds[1]: repeats '{SUBNETS[0]}'"),
        ({"name": "p", "nodePort": 80}, "cluster.existing.nodePort: is 80, but must be at least 30000"),
        ({"name": "p", "nodeGroups": []}, "cluster.existing.nodeGroups: has 0 entries, but needs at least 1"),
        ({"name": "p", "nodeSecurityGroupIds": ["x"]}, "cluster.existing.nodeSecurityGroupIds[0]: is 'x'"),
        (
            {"name": "p", "subnetIds": SUBNETS, "zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"]},
            "cluster.existing.zoneIds: has 3 entries, but subnetIds has 2",
        ),
    ],
)
def test_bad_values_are_named_where_they_are(existing: dict[str, Any], said: str):
    assert refused(cluster={"existing": existing}) == said


def test_a_vpc_takes_an_id_and_a_subnet_for_each_zone():
    assert refused(network={"existing": {"subnetIds": SUBNETS}}) == "network.existing.vpcId: is missing"
    assert refused(network={"existing": {"vpcId": "shop", "subnetIds": SUBNETS}}) == "network.existing.vpcId: is 'shop'"
    wrong = {"vpcId": VPC, "subnetIds": SUBNETS, "zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"]}
    said = "network.existing.zoneIds: has 3 entries, but subnetIds has 2"
    assert refused(network={"existing": wrong}) == said


PROD = "central-ingress/Pulumi.prod.yaml"
PUBLIC, ENDPOINT = SUBNETS, ["subnet-000000000000000b1", "subnet-000000000000000b2"]


def adopt_edge(root: Path, file: str = PROD, **more: Any) -> None:
    """Put the sample shard into an existing VPC."""
    existing = {"vpcId": VPC, "publicSubnetIds": PUBLIC, "endpointSubnetIds": ENDPOINT, **more}
    given = (root / PROD).read_text()
    start = given.index("  central-ingress:network:")
    end = given.index("\n  central-ingress:", start + 1)
    (root / file).write_text(
        f"{given[:start]}  central-ingress:network: {json.dumps({'existing': existing})}{given[end:]}"
    )


def test_check_plans_a_shard_in_an_existing_vpc_and_says_what_only_aws_knows(samples: Path):
    adopt_edge(samples)
    said = run("check", samples)
    assert said["problems"] == []
    assert [note for note in said["notes"] if note.startswith(PROD)][:2] == [
        f"{PROD}: network.existing already exists, so only `pulumi preview` can check whether it fits.",
        f"{PROD}: network.existing.zoneIds is not set, and only AWS knows the zones; euw1-az1, euw1-az2 are assumed.",
    ]
    (shard,) = run("capacity", samples)["shards"]
    assert shard["zones"] == 2


def test_stated_zones_of_an_existing_vpc_are_compared_with_the_services(samples: Path):
    adopt_edge(samples, zoneIds=["euw1-az8", "euw1-az9"])
    result = CliRunner().invoke(app, ["check", "--root", str(samples), "--json"])
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["where"], problem["reason"]) == (
        "central-ingress/Pulumi.prod-blog.yaml",
        "connections.blog",
        "the edge is in euw1-az8, euw1-az9 and the service in euw1-az1, euw1-az2, euw1-az3: 0 in common, 2 needed",
    )


def test_two_shards_cannot_share_an_endpoint_subnet(samples: Path):
    adopt_edge(samples)
    second = "central-ingress/Pulumi.second.yaml"
    adopt_edge(samples, second, endpointSubnetIds=["subnet-000000000000000b3", ENDPOINT[1]])
    result = CliRunner().invoke(app, ["check", "--root", str(samples), "--json"])
    found = [one for one in json.loads(result.stdout)["problems"] if "endpointSubnetIds" in one["where"]]
    assert [(one["file"], one["where"], one["reason"]) for one in found] == [
        (
            second,
            "network.existing.endpointSubnetIds[1]",
            f"is {ENDPOINT[1]}, which {PROD} has too: both stacks would give their endpoints the same addresses in it",
        )
    ]
