"""`trace` and `doctor` on exported states say what no state has. `test_loaders.py` compares them with AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
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


def doctor(
    written: Given, folder: Path, stacks: str = "", old: str = "", new: str = ""
) -> tuple[int, list[str], list[str]]:
    """Exit code of `doctor --state`, what is wrong, and what is not compared, after a change of some stacks' states."""
    for label, export in written.items():
        text = json.dumps(export)
        if stacks and label.startswith(stacks):
            assert old in text
            text = text.replace(old, new)
        (folder / f"{label.replace('/', '.')}.json").write_text(text)
    result = CliRunner().invoke(app, ["doctor", "--json", "--state", str(folder), "--root", str(REPOSITORY)])
    said = json.loads(result.stdout)
    wrong = [one["problem"]["reason"] for one in said["found"] if one["severity"] != "not seen"]
    return result.exit_code, wrong, [f"{one['where']} {one['reason']}" for one in said["unread"]]


def test_doctor_finds_nothing_wrong_in_the_states_of_the_samples(written: Given, tmp_path: Path):
    assert doctor(written, tmp_path) == (0, [], [])


def test_doctor_judges_the_version_of_a_cluster_in_a_state(written: Given, tmp_path: Path):
    changed = ("eks-service/shop", '"version": "1.36"', '"version": "1.33"')
    wrong = ["standard support of Kubernetes 1.33 ended on 2026-07-29"]
    assert doctor(written, tmp_path, *changed) == (1, wrong, [])


def test_a_state_of_another_account_than_its_stack_file_is_not_compared_and_doctor_says_so(
    written: Given, tmp_path: Path
):
    code, wrong, unread = doctor(written, tmp_path, "central-ingress/", "222222222222", "333333333333")
    assert (code, wrong) == (3, [])
    assert unread == [
        "central-ingress/prod its state has no load balancer central-ingress-prod in account 222222222222, eu-west-1, "
        "where its stack file puts it, so the two are not compared"
    ]


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
