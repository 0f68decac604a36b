"""Region, account and names are values of a stack file. D05, D11, D40 and D42 of the article's code must stay right."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackOutputs, StackRun
from tests.support.edge_services import connection, services
from tests.support.programs import run_edge, run_workload, sample_connections
from tests.support.strict_backend import ANSWERS, StrictBackend

REGION, ZONES, ACCOUNT = "us-east-1", ["use1-az1", "use1-az2", "use1-az4"], "333333333333"
ZONE_NAMES = "aws:index/getAvailabilityZones:getAvailabilityZones"
OF_AWS = {"602401143452"}
"""Accounts that AWS itself publishes, here the one with the images of EKS's add-ons."""


def said(run: StackRun) -> str:
    """Everything that a run asks of the cloud, and exports."""
    inputs = [(one.type, one.name, one.inputs) for one in run.registrations]
    return json.dumps([inputs, [[one.token, one.args] for one in run.invokes], dict(run.exports)], default=str)


def elsewhere() -> StrictBackend:
    answer = ANSWERS[ZONE_NAMES]
    return StrictBackend(answers={ZONE_NAMES: lambda args, at: {**answer(args, at), "zoneIds": ZONES}})


def moved_workload(**more: Any) -> StackRun:
    values: dict[str, Any] = {"aws:region": REGION, "network": {"zones": 3}, "cluster": {"version": "1.36"}, **more}
    return run_workload("shop", backend=elsewhere(), **values)


def test_another_region_is_one_line_of_each_stack_file():
    workload = moved_workload()
    entry = {**sample_connections()["shop"]}
    edge = run_edge(
        backend=elsewhere(),
        stacks={"organization/eks-service/shop": StackOutputs(workload.exports)},
        connections={"shop": entry},
        **{"aws:region": REGION, "network": {"zones": 3}},
    )
    for run in (workload, edge):
        assert REGION in said(run)
        assert re.findall(r"eu-west-1\w*|euw1-az\d", said(run)) == []


def test_the_account_is_the_one_of_the_stack_file_and_no_other_is_written_anywhere():
    workload = moved_workload(accountId=ACCOUNT)
    edge = run_edge(stacks=services("shop"), connections={"shop": connection("shop", 0)}, accountId=ACCOUNT)
    account = re.compile(r"(?<![\dA-Fa-f])\d{12}(?![\dA-Fa-f])")
    ours, theirs = (set(account.findall(said(run))) - OF_AWS for run in (workload, edge))
    # The sample workload admits the sample edge's account.
    assert (ours, theirs) == ({ACCOUNT, "222222222222"}, {ACCOUNT})


def chosen(run: StackRun) -> list[tuple[str, str]]:
    """Names that AWS keeps unique within an account and region: those that the program chose."""
    keys = ("name", "bucket", "clusterName", "nodeGroupName")
    return [
        (one.type, str(one.inputs[key]))
        for one in run.registrations
        for key in keys
        if one.type.startswith(("aws:", "eks:"))
        and key in one.inputs
        # A resource created inside a cluster or zone, or that names one, is unique within it.
        and not (key == "clusterName" or one.type.startswith("aws:route53/"))
    ]


@pytest.mark.parametrize("side", ["workload", "edge"])
def test_two_stacks_of_one_account_have_no_name_in_common(side: str):
    if side == "workload":
        runs = [run_workload("shop"), run_workload("blog", accountId="111111111111")]
    else:
        entries = {"shop": connection("shop", 0)}
        runs = [run_edge(stack, stacks=services("shop"), connections=entries) for stack in ("prod", "stage")]
    names = [set(chosen(run)) for run in runs]
    assert all(len(one) >= 4 for one in names)
    assert names[0] & names[1] == set()


def test_one_stack_chooses_no_name_twice():
    for run in (run_workload("shop"), run_edge()):
        assert [name for name, times in Counter(chosen(run)).items() if times > 1] == []
