"""The loaders of the topology give one model of one system: the kept demo's, that of exported states, and AWS's."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli import running, topologies
from privatelink_ingress.cli.running import Cluster, RunningCloud
from privatelink_ingress.fleet import check
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import trace
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
    """Deploy the stacks to the empty cloud, and read them in each way."""
    cloud.reset()
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


def require_one_model(cloud: Cloud, root: Path) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "kept").mkdir()
        found = loaded(cloud, deploy.find(root), Path(folder))
    assert found.demo == found.aws
    require_same(found.states, found.aws)
    unread = dataclasses.replace(found.aws, clusters={})
    for alias in found.aws.aliases:
        for url in (f"https://{alias.name}/", f"http://{alias.name}/x?version=21", f"https://{alias.name}:8443/"):
            one, other = trace(url, found.states), trace(url, unread)
            assert (one.outcome, one.status) == (other.outcome, other.status), url
            assert [hop.name for hop in one.hops] == [hop.name for hop in other.hops], url


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
