"""The loaders of the topology give one model of one system: the kept demo's, that of exported states, and AWS's."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli import running, topologies
from privatelink_ingress.cli.running import Cluster, RunningCloud
from privatelink_ingress.fleet import check
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.local.engine import state
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import Trace, trace
from tests.support import fleets, two_shards
from tests.support.examples import examples
from tests.support.models import require_same
from tests.support.programs import REPOSITORY


@dataclasses.dataclass(frozen=True, kw_only=True)
class Loaded:
    """One system by each loader."""

    aws: Topology
    states: Topology
    demo: Topology


def loaded(cloud: Cloud, stacks: Sequence[deploy.Stack], folder: Path) -> Loaded:
    """Deploy the stacks to the cloud, and read them in each way."""
    deployment = deploy.Deployment(cloud)
    for stack in stacks:
        exported = json.dumps(state.export(deployment.up(stack)))
        (folder / f"{stack.label.replace('/', '.')}.json").write_text(exported)
    edges, workloads = deploy.places(list(stacks))
    sides = [[cloud.session(*place) for place in places] for places in (edges, workloads)]
    objects = deployment.objects(sides[1])
    kept = RunningCloud(
        id=cloud.id,
        endpoint_url=cloud.endpoint_url,
        edges=tuple(edges),
        workloads=tuple(workloads),
        clusters=Cluster.of(objects),
    )
    kept.write(folder / "kept")
    return Loaded(
        aws=dataclasses.replace(live.load(*sides), clusters=read_all(objects)),
        states=topologies.of_states([folder]).topology,
        demo=running.topology_of(folder / "kept"),
    )


REQUESTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("https://{}/", {}),
    ("https://{}/", {"signed_in": True, "client_certificate": True, "source": "198.51.100.9"}),
    ("http://{}/x?version=21", {"headers": ["X-Tenant=acme"]}),
    ("https://{}:8443/", {}),
    ("https://{}/upload/a", {"method": "POST", "body_size": 8_193, "client_certificate": True}),
    ("https://{}/orders.Orders/Get", {"speaks": "grpc", "client_certificate": True}),
    ("wss://{}/1/socket", {"headers": ["Authorization=Bearer a"], "source": "2001:db8::7"}),
)
"""Of each host."""


def traces(found: Loaded) -> Iterator[tuple[Trace, Trace]]:
    """Where each request goes, by the states and by AWS; its clusters are in no state."""
    unread = dataclasses.replace(found.aws, clusters={})
    for host in sorted({alias.name for alias in found.aws.aliases}):
        for url, options in REQUESTS:
            yield trace(url.format(host), found.states, **options), trace(url.format(host), unread, **options)


def read(cloud: Cloud, root: Path) -> Loaded:
    with TemporaryDirectory() as folder:
        (Path(folder) / "kept").mkdir()
        found = loaded(cloud, deploy.find(root), Path(folder))
    assert found.demo == found.aws
    return found


def require_one_model(cloud: Cloud, root: Path) -> None:
    cloud.reset()
    found = read(cloud, root)
    require_same(found.states, found.aws)
    for one, other in traces(found):
        assert (one.outcome, one.status) == (other.outcome, other.status), one.url
        assert [hop.name for hop in one.hops] == [hop.name for hop in other.hops], one.url


def two_shards_repository(folder: Path) -> Path:
    return two_shards.write(folder)


def samples(folder: Path) -> Path:
    return REPOSITORY


@pytest.mark.parametrize("repository", [samples, two_shards_repository])
def test_the_loaders_agree_on_the_samples(cloud: Cloud, tmp_path: Path, repository):
    require_one_model(cloud, repository(tmp_path / "repository"))


@settings(examples(quick=1, whole=4), phases=[Phase.generate], derandomize=True)
@given(seed=st.integers(min_value=0, max_value=10_000))
def test_the_loaders_agree_on_random_fleets(cloud: Cloud, seed: int):
    with TemporaryDirectory() as folder:
        root = fleets.write(Path(folder), seed)
        assert check.check(root).findings == []
        require_one_model(cloud, root)


# Together they have every setting of `fleets`; the next claim says so.
WITH_ALL = (163, 279)
NEWER = {
    "ipv6: published",
    "mode: verify",
    "mode: passthrough",
    "jwt:",
    "cognito:",
    "openPaths:",
    "protocol: http2",
    "protocol: grpc",
    "edgeStack:",
}


@pytest.mark.parametrize("seed", WITH_ALL)
def test_the_loaders_agree_on_fleets_with_every_setting(cloud: Cloud, tmp_path: Path, seed: int):
    root = fleets.write(tmp_path, seed)
    assert check.check(root).findings == []
    require_one_model(cloud, root)


def test_these_fleets_have_ipv6_mutual_tls_sign_in_grpc_and_attached_stacks(tmp_path: Path):
    folders = [fleets.write(tmp_path / str(seed), seed) / "central-ingress" for seed in WITH_ALL]
    text = "".join(file.read_text() for folder in folders for file in folder.glob("Pulumi.*.yaml"))
    assert {words for words in NEWER if words not in text} == set()


def edit(root: Path, file: str, key: str, value: Any) -> None:
    """Write a key of a stack file of the samples."""
    content = yaml.safe_load((root / file).read_text())
    content["config"][key] = value
    (root / file).write_text(yaml.safe_dump(content))


def copied(folder: Path) -> Path:
    """The samples, to change."""
    for project in ("eks-service", "central-ingress"):
        shutil.copytree(REPOSITORY / project, folder / project, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(REPOSITORY / "Pulumi.yaml", folder / "Pulumi.yaml")
    return folder


def with_web_acl(edge: Session, root: Path) -> None:
    """An existing web ACL, whose rules are in no state: it lets in whom a proxy says is in one network."""
    waf = edge.client("wafv2")
    metrics = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "company"}
    network = {"IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"]}
    inside = waf.create_ip_set(Name="inside", Scope="REGIONAL", **network)["Summary"]["ARN"]
    proxy = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH", "Position": "FIRST"}
    rule = {
        "Name": "inside",
        "Priority": 1,
        "Statement": {"IPSetReferenceStatement": {"ARN": inside, "IPSetForwardedIPConfig": proxy}},
        "Action": {"Allow": {}},
        "VisibilityConfig": metrics,
    }
    everyone = {"Block": {"CustomResponse": {"ResponseCode": 429}}}
    made = waf.create_web_acl(
        Name="company", Scope="REGIONAL", DefaultAction=everyone, Rules=[rule], VisibilityConfig=metrics
    )
    existing = {"existing": {"arn": made["Summary"]["ARN"]}}
    edit(root, "central-ingress/Pulumi.prod.yaml", "central-ingress:firewall", existing)


def with_vpc(edge: Session, root: Path) -> None:
    """An existing VPC, whose subnets' ranges are in no state."""
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    def subnets(first: int) -> list[str]:
        return [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.12.{first + 2 * place}.0/23", AvailabilityZoneId=zone)[
                "Subnet"
            ]["SubnetId"]
            for place, zone in enumerate(fleets.ZONES)
        ]

    public, inner = subnets(0), subnets(128)
    for subnet in public:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    existing = {"vpcId": vpc, "publicSubnetIds": public, "endpointSubnetIds": inner}
    edit(root, "central-ingress/Pulumi.prod.yaml", "central-ingress:network", {"existing": existing})


@pytest.mark.parametrize("prepare", [with_web_acl, with_vpc])
def test_of_existing_parts_a_state_claims_less_than_aws_and_nothing_else(
    cloud: Cloud, tmp_path: Path, edge: Session, prepare: Callable[[Session, Path], None]
):
    root = copied(tmp_path)
    prepare(edge, root)
    found = read(cloud, root)
    open_ = set()
    for one, other in traces(found):
        for by_state, by_aws in zip(one.hops, other.hops, strict=False):
            assert by_state.name == by_aws.name
            if by_state.verdict != by_aws.verdict:
                assert by_state.verdict == "not seen", (one.url, by_state, by_aws)
                open_.add(by_state.name)
    assert open_ == {"Web ACL" if prepare is with_web_acl else "Network load balancer"}
    # AWS says what the web ACL answers, and that the address in a header is not the client's own.
    [acl] = [
        one for one in trace("https://shop.example.com/", found.aws, source="192.0.2.9").hops if one.name == "Web ACL"
    ]
    blocked = prepare is with_web_acl
    assert (acl.verdict, "only AWS can evaluate inside" in acl.evidence) == (
        "answers" if blocked else "passes",
        blocked,
    )
