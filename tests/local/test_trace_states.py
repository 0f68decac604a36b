"""Exported states tell the same of the system as AWS does, apart from what no state knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from privatelink_ingress.aws.topology import live
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.trace.security_groups import Permission
from privatelink_ingress.trace.states.load import load
from privatelink_ingress.trace.topology import UNSEEN, Certificate, LoadBalancer, TargetGroup, Topology
from privatelink_ingress.trace.trace import trace
from tests.support import two_shards
from tests.support.programs import REPOSITORY

T = TypeVar("T")
Given = tuple[Topology, dict[str, Any]]


def two_shards_repository(folder: Path) -> Path:
    return two_shards.write(folder)


def samples(folder: Path) -> Path:
    return REPOSITORY


@pytest.fixture(scope="module", params=[samples, two_shards_repository], name="given")
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A repository's stacks on an emulated AWS: what AWS says, and the exports by stack."""
    stacks = deploy.find(request.param(tmp_path_factory.mktemp("repository")))
    with Cloud() as cloud:
        deployment = deploy.Deployment(cloud)
        written = {stack.label: state.export(deployment.up(stack)) for stack in stacks}
        edges, workloads = ([cloud.session(*place) for place in places] for places in deploy.places(stacks))
        return live.load(edges, workloads), written


def of(written: Mapping[str, Any]) -> Topology:
    return load(exports.parse(one, source=label, failed="") for label, one in written.items())


def comparable(topology: Topology, names: Mapping[str, str]) -> dict[str, Any]:
    """A topology without the order of lists, health and zones' names; `names` are those of nodes by instance."""

    def balancer(one: LoadBalancer) -> LoadBalancer:
        listeners = sorted(
            (dataclasses.replace(each, certificates=timeless(each.certificates)) for each in one.listeners),
            key=lambda each: each.port,
        )
        return dataclasses.replace(one, listeners=tuple(listeners))

    def group(one: TargetGroup) -> TargetGroup:
        targets = {dataclasses.replace(each, id=names.get(each.id, each.id), state=UNSEEN) for each in one.targets}
        return dataclasses.replace(one, targets=in_order(targets))

    def permissions(permitted: Iterable[Permission]) -> set[tuple[Any, ...]]:
        return {
            (one.protocol, None if one.protocol == "-1" else (one.from_port, one.to_port), peer)
            for one in permitted
            for peer in (*one.cidrs, *one.group_ids)
        }

    return {
        "aliases": in_order(dataclasses.replace(one, zone="") for one in topology.aliases),
        "load balancers": {arn: balancer(one) for arn, one in topology.load_balancers.items()},
        "target groups": {arn: group(one) for arn, one in topology.target_groups.items()},
        "endpoints": in_order(
            dataclasses.replace(one, interfaces=in_order(one.interfaces)) for one in topology.endpoints
        ),
        "services": topology.services,
        "nodes": {names.get(id_, id_): dataclasses.replace(node, state=UNSEEN) for id_, node in topology.nodes.items()},
        "security groups": {
            id_: (permissions(one.ingress), permissions(one.egress)) for id_, one in topology.security_groups.items()
        },
    }


def timeless(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return in_order(dataclasses.replace(one, not_after=None) for one in certificates)


def in_order(many: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(many, key=str))


def test_a_state_and_aws_give_the_same_model(given: Given):
    seen, written = given
    names = {id_: f"nodes of {node.cluster} in {node.zone_id}" for id_, node in seen.nodes.items()}
    by_aws, by_states = comparable(seen, names), comparable(of(written), {})
    # AWS has a default security group in every VPC.
    groups = by_aws["security groups"]
    by_aws["security groups"] = {id_: groups[id_] for id_ in by_states["security groups"]}
    for part, known in by_states.items():
        assert known == by_aws[part], part


def test_a_request_goes_the_same_way_by_states_as_by_aws(given: Given):
    seen, written = given
    by_states = of(written)
    for alias in seen.aliases:
        for url in (f"https://{alias.name}/", f"http://{alias.name}/", f"https://{alias.name}:8443/"):
            one, other = trace(url, by_states), trace(url, seen)
            assert (one.outcome, one.status) == (other.outcome, other.status), url
            assert [hop.name for hop in one.hops] == [hop.name for hop in other.hops], url


def test_a_state_says_what_it_does_not_know(given: Given):
    _, written = given
    hops = {hop.name: hop for hop in trace("https://shop.example.com/", of(written)).hops}
    assert hops["Target group"].evidence.count(f" {UNSEEN}") == 3
    assert hops["Node port"].evidence.endswith("; no state contains its instances")
    assert hops["Ingress"].verdict == "not seen"


def test_without_the_workloads_state_the_trace_ends_at_its_service_and_says_what_to_give(given: Given):
    _, written = given
    edge = {label: one for label, one in written.items() if label.startswith("central-ingress/")}
    last = trace("https://shop.example.com/", of(edge)).hops[-1]
    assert (last.name, last.verdict) == ("PrivateLink", "stops")
    assert "its stack's exported state" in last.remedy


def test_the_names_of_an_existing_certificate_and_the_ranges_of_existing_subnets_are_not_known(given: Given):
    _, written = given
    bare = {
        label: without(one, "aws:acm/certificate:Certificate", "aws:ec2/subnet:Subnet")
        if label.startswith("central-ingress/")
        else one
        for label, one in written.items()
    }
    hops = {hop.name: hop for hop in trace("https://shop.example.com/", of(bare)).hops}
    assert hops["Certificate"].verdict == "not seen"
    assert hops["Certificate"].remedy.startswith("aws acm describe-certificate --certificate-arn arn:aws:acm:")
    assert hops["Interface endpoint"].verdict == "passes"
    assert hops["PrivateLink"].verdict == "passes"
    assert hops["Network load balancer"].verdict == "not seen"
    assert hops["Node port"].verdict == "passes"


def without(export: Mapping[str, Any], *types: str) -> dict[str, Any]:
    resources = [one for one in export["deployment"]["resources"] if one["type"] not in types]
    gone = {one["urn"] for one in export["deployment"]["resources"]} - {one["urn"] for one in resources}
    kept = [
        {
            **one,
            "dependencies": [urn for urn in one.get("dependencies") or () if urn not in gone],
            "propertyDependencies": {},
            "parent": "" if one.get("parent") in gone else one.get("parent", ""),
        }
        for one in resources
    ]
    return {**export, "deployment": {**export["deployment"], "resources": kept}}
