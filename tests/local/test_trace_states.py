"""A trace through exported states says what no state knows. `test_loaders.py` compares them with AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.trace.states.load import load
from privatelink_ingress.trace.topology import UNSEEN, Topology
from privatelink_ingress.trace.trace import trace
from tests.support.programs import REPOSITORY

Given = dict[str, Any]
"""The exports of the samples, by stack."""


@pytest.fixture(scope="module", name="written")
def deployed() -> Given:
    stacks = deploy.find(REPOSITORY)
    with Cloud() as cloud:
        deployment = deploy.Deployment(cloud)
        return {stack.label: state.export(deployment.up(stack)) for stack in stacks}


def of(written: Mapping[str, Any]) -> Topology:
    return load(exports.parse(one, source=label, failed="") for label, one in written.items())


def test_a_state_says_what_it_does_not_know(written: Given):
    hops = {hop.name: hop for hop in trace("https://shop.example.com/", of(written)).hops}
    assert hops["Target group"].evidence.count(f" {UNSEEN}") == 3
    assert hops["Node port"].evidence.endswith("; no state contains its instances")
    assert hops["Ingress"].verdict == "not seen"


def test_without_the_workloads_state_the_trace_ends_at_its_service_and_says_what_to_give(written: Given):
    edge = {label: one for label, one in written.items() if label.startswith("central-ingress/")}
    last = trace("https://shop.example.com/", of(edge)).hops[-1]
    assert (last.name, last.verdict) == ("PrivateLink", "not seen")
    assert "its stack's exported state" in last.remedy


def test_the_names_of_an_existing_certificate_and_the_ranges_of_existing_subnets_are_not_known(written: Given):
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
