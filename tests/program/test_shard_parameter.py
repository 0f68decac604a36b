"""A shard's contract in Parameter Store: what the shard writes, an attached stack reads without the shard's state."""

from __future__ import annotations

import json

import pulumi
import pytest

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from privatelink_ingress.plan.edge.contract_parameter import ADVANCED, plan_contract_parameter
from privatelink_ingress.problems import UserError
from tests.support.deployers import EDGE, REGION, SHARD_PARAMETER, edge_account, policies
from tests.support.edge_parameters import GET_PARAMETER, Account
from tests.support.programs import published_outputs, run_attached, run_edge, sample_connections, shard_contract

PARAMETER = "aws:ssm/parameter:Parameter"


def shard() -> StackRun:
    connections = {"shop": sample_connections()["shop"]}
    return run_edge(connections=connections, contractPrefix="/central-ingress/shards")


def test_the_shard_writes_the_contract_that_its_outputs_are():
    parameter = shard().only(PARAMETER)
    assert (parameter.inputs["name"], parameter.inputs["tier"]) == (SHARD_PARAMETER, "Standard")
    written = ShardContract.read_json(parameter.inputs["insecureValue"], SHARD_PARAMETER)
    assert written == ShardContract.read(shard().exports, "organization/central-ingress/prod")
    assert "overwrite" not in parameter.inputs


def test_without_a_prefix_it_writes_none():
    assert run_edge().of_type(PARAMETER) == ()


def test_an_attached_stack_registers_the_same_from_the_parameter_and_reads_no_state_of_its_shard():
    account = Account({SHARD_PARAMETER: shard_contract()})
    by_parameter = run_attached(stacks=published_outputs(), backend=account.backend(), edgeParameter=SHARD_PARAMETER)
    by_reference = run_attached()
    inputs = [
        {one.urn: one.inputs for one in run.registrations if one.type[:4] == "aws:"}
        for run in (by_parameter, by_reference)
    ]
    assert inputs[0] == inputs[1]
    assert len(inputs[0]) >= 8
    assert {one.name for one in by_parameter.of_type("pulumi:pulumi:StackReference")} == {
        "organization/eks-service/blog"
    }
    assert [(token, name) for token, name, _ in account.asked] == [(GET_PARAMETER, EDGE)]
    assert by_parameter.exports["edge_stack"] == "organization/central-ingress/prod"


def test_a_parameter_that_is_missing_says_what_writes_it():
    with pytest.raises(pulumi.RunError) as error:
        run_attached(backend=Account({}).backend(), edgeParameter=SHARD_PARAMETER)
    text = str(error.value)
    assert f"{SHARD_PARAMETER}: does not exist in account {EDGE}" in text
    assert (
        "Run `pulumi up` in central-ingress/ for the stack that publishes it: with contractPrefix in its file" in text
    )


def test_a_parameter_with_a_wildcard_in_an_id_is_refused():
    forged = json.loads(shard_contract()) | {"vpc_id": "vpc-*"}
    account = Account({SHARD_PARAMETER: json.dumps(forged)})
    with pytest.raises(pulumi.RunError, match="vpc_id"):
        run_attached(backend=account.backend(), edgeParameter=SHARD_PARAMETER)


def test_the_edges_deployer_may_write_the_parameters_of_its_stacks_and_no_other():
    def asked(name: str) -> list[Request]:
        arn = f"arn:aws:ssm:{REGION}:{EDGE}:parameter/central-ingress/{name}"
        return [Request(f"ssm:{action}Parameter", arn) for action in ("Put", "Get", "Delete")]

    edge = policies(edge_account(), "edge-network")
    assert edge.refused(asked("shards/prod")) == []
    assert edge.allowed([*asked("shards/prod2"), *asked("shards/other")]) == []


def test_a_contract_that_needs_more_room_gets_it_and_one_that_fits_no_parameter_is_refused():
    def planned(count: int):
        names = [f"{'x' * 40}-{number}.example.com" for number in range(count)]
        return plan_contract_parameter("/shards", "prod", {"certificate_domains": names})

    assert [planned(count).tier for count in (1, 40, 60)] == ["Standard", "Standard", "Advanced"]
    with pytest.raises(UserError, match=rf"contractPrefix: needs .* but one takes {ADVANCED}"):
        planned(130)
