"""`trace` and `doctor` with a kubeconfig: Ingresses and Services come from a Kubernetes API, which is only read."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import cluster_reads, kubeconfigs, topologies
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.problems import UsageError
from privatelink_ingress.trace.surroundings import Cluster
from privatelink_ingress.trace.trace import trace
from tests.support.kubernetes_api import Api, kubeconfig, serving
from tests.support.programs import REPOSITORY

WORKLOAD, REGION = "111111111111", "eu-west-1"
URL = "https://shop.example.com/cart"
NAMESPACE = {"namespace": "shop"}
INGRESS = {
    "kind": "Ingress",
    "metadata": NAMESPACE | {"name": "web", "creationTimestamp": "2026-01-02T00:00:00Z"},
    "spec": {
        "ingressClassName": "nginx",
        "rules": [
            {
                "host": "shop.example.com",
                "http": {"paths": [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]},
            }
        ],
    },
}
OLDER = INGRESS | {"metadata": NAMESPACE | {"name": "zoo", "creationTimestamp": "2026-01-01T00:00:00Z"}}
SERVICE = {"kind": "Service", "metadata": NAMESPACE | {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
SLICE = {
    "kind": "EndpointSlice",
    "metadata": NAMESPACE | {"name": "web-1", "labels": {"kubernetes.io/service-name": "web"}},
    "endpoints": [{"conditions": {"ready": True}}],
}


class World:
    """The samples on an emulated AWS, their exports, and what the cluster `shop` has."""

    def __init__(self, cloud: Cloud, directory: Path) -> None:
        self.cloud, self.directory = cloud, directory
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(REPOSITORY):
            export = state.export(deployment.up(stack))
            (directory / f"{stack.label.replace('/', '.')}.json").write_text(json.dumps(export))
        eks = cloud.session(WORKLOAD, REGION).client("eks")
        self.cluster = eks.describe_cluster(name="shop")["cluster"]
        self.endpoint: str = self.cluster["endpoint"]
        self.objects = [*deployment.kubernetes.list(self.endpoint)]

    def run(self, *options: str) -> Result:
        at = ("--live", "--endpoint-url", self.cloud.endpoint_url, "--root", str(REPOSITORY))
        return CliRunner().invoke(app, [*options, *at])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Cloud() as cloud:
        yield World(cloud, tmp_path_factory.mktemp("states"))


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    own = [one for one in world.objects if one["kind"] not in ("Ingress", "EndpointSlice")]
    with serving([*own, INGRESS, OLDER, SERVICE, SLICE], cluster_reads.ROLE) as served:
        yield served


def config(world: World, api: Api, tmp_path: Path) -> str:
    return str(kubeconfig(tmp_path / "config", api.url, world.endpoint))


def words(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())


def last_hop(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)["hops"][-1]


def test_a_request_is_followed_to_the_ready_pods_of_its_service(world: World, api: Api, tmp_path: Path):
    result = world.run("trace", URL, "--json", "--kubeconfig", config(world, api, tmp_path))
    hop = last_hop(result)
    assert (result.exit_code, hop["name"], hop["verdict"]) == (0, "Ingress", "passes")
    # The API lists by name; the older Ingress has the host.
    assert hop["evidence"] == "shop/zoo, path / → Service shop/web:80; 1 ready"


def test_it_only_lists_and_with_no_more_rights_than_the_printed_role_has(world: World, api: Api, tmp_path: Path):
    assert json.loads(CliRunner().invoke(app, ["doctor", "--print-rbac"]).stdout) == cluster_reads.ROLE
    world.run("trace", URL, "--json", "--kubeconfig", config(world, api, tmp_path))
    assert sorted(one.partition("?")[0] for one in api.requests) == [
        "GET /api/v1/services",
        "GET /apis/discovery.k8s.io/v1/endpointslices",
        "GET /apis/networking.k8s.io/v1/ingressclasses",
        "GET /apis/networking.k8s.io/v1/ingresses",
    ]


def test_lists_of_several_pages_are_read_whole(world: World, api: Api, tmp_path: Path):
    api.page = 1
    result = world.run("trace", URL, "--json", "--kubeconfig", config(world, api, tmp_path))
    assert last_hop(result)["evidence"] == "shop/zoo, path / → Service shop/web:80; 1 ready"


def test_the_demo_s_own_states_are_completed_by_the_cluster_that_they_name(world: World, api: Api, tmp_path: Path):
    at = ("--state", str(world.directory), "--kubeconfig", config(world, api, tmp_path), "--context", "shop")
    result = CliRunner().invoke(app, ["trace", URL, "--json", *at])
    assert result.stderr == ""
    assert (result.exit_code, last_hop(result)["verdict"]) == (0, "passes")


@pytest.mark.parametrize(("region", "verdict"), [(REGION, "passes"), ("eu-central-1", "not seen")])
def test_objects_of_one_region_s_cluster_are_not_those_of_another_region_s(
    world: World, api: Api, tmp_path: Path, region: str, verdict: str
):
    text = (world.directory / "eks-service.shop.json").read_text()
    for old, new in (("shop::eks-service", "far::eks-service"), ("eks-service-shop", "eks-service-far")):
        text = text.replace(old, new)
    (tmp_path / "eks-service.far.json").write_text(text.replace(REGION, "eu-central-1"))
    system = topologies.of_states([world.directory, tmp_path / "eks-service.far.json"])
    file = kubeconfig(tmp_path / "config", api.url, world.endpoint.replace(REGION, region))
    joined = cluster_reads.joined(system, file, ("shop",))
    assert list(joined.topology.clusters) == [(WORKLOAD, region, "shop")]
    assert trace(URL, joined.topology).hops[-1].verdict == verdict


@pytest.mark.parametrize(
    ("resource", "kind", "verdict"),
    [
        ("ingresses", "Ingress", "not seen"),
        ("ingressclasses", "IngressClass", "passes"),
        ("services", "Service", "not seen"),
        ("endpointslices", "EndpointSlice", "passes"),
    ],
)
def test_a_missing_right_is_said_and_the_rest_is_read(
    world: World, api: Api, tmp_path: Path, resource: str, kind: str, verdict: str
):
    rules = [
        rule | {"resources": [one for one in rule["resources"] if one != resource]}
        for rule in cluster_reads.ROLE["rules"]
    ]
    api.role = {**cluster_reads.ROLE, "rules": rules}
    result = world.run("trace", URL, "--json", "--kubeconfig", config(world, api, tmp_path))
    assert (len(api.requests), last_hop(result)["verdict"]) == (4, verdict)
    said = words(result.stderr)
    assert said.startswith(f"{kind}, context shop: cannot be listed: {resource}")
    assert f'cannot list resource "{resource}"' in said
    assert said.endswith("`./run doctor --print-rbac` prints.")
    assert said.count("cannot be listed") == 1


def test_doctor_judges_the_last_hop_of_every_route(world: World, api: Api, tmp_path: Path):
    api.objects = [one for one in api.objects if one != SERVICE]
    result = world.run("doctor", "shop", "--json", "--kubeconfig", config(world, api, tmp_path))
    assert result.exit_code == 1
    assert "Service shop/web does not exist: the controller answers 502" in result.stdout


def test_an_api_that_does_not_answer_is_said_and_the_rest_is_followed(world: World, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    file = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{port}", world.endpoint)
    result = world.run("trace", URL, "--json", "--kubeconfig", str(file))
    assert (result.exit_code, last_hop(result)["verdict"]) == (0, "not seen")
    said = words(result.stderr)
    assert said.startswith(f"context shop: http://127.0.0.1:{port} does not answer as a Kubernetes API: ")
    assert said.count("context shop") == 1


def test_a_cluster_of_another_system_is_refused_and_not_asked(world: World, api: Api, tmp_path: Path):
    file = kubeconfig(tmp_path / "config", api.url, "https://ABC.gr7.eu-west-1.eks.amazonaws.com")
    result = world.run("trace", URL, "--kubeconfig", str(file))
    assert (result.exit_code, api.requests) == (2, [])
    assert "leads to abc.gr7.eu-west-1.eks.amazonaws.com" in words(result.stderr)
    assert f"shop of account {WORKLOAD}, {REGION}, is at {world.endpoint}" in words(result.stderr)


def test_a_state_without_a_cluster_says_which_export_to_give(world: World, api: Api, tmp_path: Path):
    system = topologies.of_states([world.directory / "central-ingress.prod.json"])
    with pytest.raises(UsageError, match="no cluster is known") as caught:
        cluster_reads.joined(system, Path(config(world, api, tmp_path)), ())
    assert "Give the export of an eks-service stack" in str(caught.value)


def test_a_tunnel_is_recognised_by_the_authority_of_its_cluster():
    shop, blog = (
        Cluster(
            account_id=WORKLOAD,
            region=REGION,
            name=name,
            endpoint=f"https://{name}.eks.amazonaws.com",
            certificate_authority=f"ca-of-{name}",
            version="1.36",
            status="ACTIVE",
        )
        for name in ("shop", "blog")
    )
    tunnel = kubeconfigs.Context(
        file=Path("config"), name="here", server="https://127.0.0.1:8443", certificate_authority="ca-of-blog"
    )
    assert kubeconfigs.cluster_of(tunnel, [shop, blog]) is blog


@pytest.mark.parametrize(
    ("content", "names", "said"),
    [
        (None, [], "cannot be read: No such file or directory Name it with --kubeconfig."),
        ("a: [", [], "is not YAML: "),
        ("[]", [], "is not a kubeconfig: it has no contexts"),
        ('{"contexts": [{"name": "a", "context": {}}]}', [], "has no current-context Give --context with one of a."),
        (
            '{"contexts": [{"name": "shop", "context": {}}]}',
            ["shpo"],
            "context shpo of FILE: does not exist Did you mean shop?",
        ),
        (
            '{"contexts": [{"name": "shop", "context": {"cluster": "gone"}}]}',
            ["shop"],
            "context shop of FILE: names cluster gone, which has no server in the file",
        ),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_named_with_its_remedy(
    tmp_path: Path, content: str | None, names: list[str], said: str
):
    file = tmp_path / "config"
    if content is not None:
        file.write_text(content)
    with pytest.raises(UsageError) as caught:
        kubeconfigs.contexts(file, names)
    assert said.replace("FILE", str(file)) in words(str(caught.value))


def test_several_files_of_the_environment_are_not_merged(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KUBECONFIG", "a:b")
    with pytest.raises(UsageError, match="KUBECONFIG: names 2 files: a, b"):
        kubeconfigs.contexts(None, [])
