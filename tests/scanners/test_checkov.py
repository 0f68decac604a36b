"""Checkov finds nothing in the samples that is not accepted, with a reason, in `rules/accepted.py`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import ACCEPTED, Resource
from tests.support import checkov_cli
from tests.support.bootstrap import bootstrap
from tests.support.checkov_cli import Report
from tests.support.recordings import GONE, SAMPLES, Recording, recorded, sample


def scan(stacks: dict[str, tuple[Resource, ...]], folder: Path) -> Report:
    try:
        return checkov_cli.scan(stacks, folder)
    except checkov_cli.NoScanner as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    stacks = {stack: sample(stack) for stack in SAMPLES} | {"bootstrap": recorded(bootstrap())}
    return scan(stacks, tmp_path_factory.mktemp("checkov"))


def test_every_finding_in_the_samples_is_accepted_with_a_reason(report: Report) -> None:
    open_findings = [
        finding for finding in report.failed if not any(each.covers(finding.check, finding.urn) for each in ACCEPTED)
    ]
    assert sorted(open_findings) == []


def test_every_accepted_check_is_still_found(report: Report) -> None:
    assert [
        (check, each.reason)
        for each in ACCEPTED
        for check in each.checks
        if not any(each.covers(check, finding.urn) for finding in report.failed if finding.check == check)
    ] == []


def test_each_kind_of_resource_passes_checks(report: Report) -> None:
    """Findings alone would also be missing if the scanner did not understand what it reads."""
    resources = [*(each for stack in SAMPLES for each in sample(stack)), *recorded(bootstrap())]
    passed = {finding.urn for finding in report.passed}
    judged = {t.VPC, t.LOAD_BALANCER, t.WEB_ACL, t.BUCKET, t.ROLE, t.CLUSTER_COMPONENT, t.NODE_GROUP, t.DEPLOYMENT}
    assert judged - {each.type for each in resources if each.urn in passed} == set()


def test_it_finds_the_defects_that_are_put_into_a_sample(report: Report, tmp_path: Path) -> None:
    edge, workload = Recording(sample("prod")), Recording(sample("shop"))
    edge.put(t.LOAD_BALANCER, "edge", "enableDeletionProtection", GONE)
    edge.drop(t.BUCKET_PUBLIC_ACCESS, "edge-logs")
    workload.put(t.LAUNCH_TEMPLATE, "shop-node", "metadataOptions", {"httpTokens": "optional"})
    containers = "spec.template.spec.containers"
    workload.put(t.DEPLOYMENT, "shop-deployment", f"{containers}.0.securityContext.privileged", True)
    found = scan({"prod": tuple(edge.resources), "shop": tuple(workload.resources)}, tmp_path).failed
    assert {(finding.check, finding.urn.rpartition("::")[2]) for finding in found - report.failed} == {
        ("CKV_AWS_150", "edge"),
        ("CKV2_AWS_6", "edge-logs"),
        ("CKV_AWS_79", "shop-node"),
        ("CKV_K8S_16", "shop-deployment"),
    }
