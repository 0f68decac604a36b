"""What a change replaces, and in which order, as far as resource options decide it; the reasons stand beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.deployers import edge_account
from tests.support.programs import Run, run_edge

CLUSTER = "eks:index:Cluster"
WRITER = "arn:aws:iam::222222222222:role/writes-contracts"


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


@pytest.fixture
def prod(edge_run: Run) -> StackRun:
    return edge_run()


ROOT = Path(__file__).parents[2]


def rows() -> list[str]:
    """Of the tables of changes, with their heads."""
    return [line for line in (ROOT / "docs" / "changes.md").read_text().splitlines() if line.startswith("| ")]


def test_each_fault_that_the_review_of_the_providers_found_is_in_the_table_of_changes():
    """F0 to F19: the change that each one is about is in the first column."""
    named = {number for row in rows() for number in re.findall(r"\bF(\d+)\b", row.split("|")[1])}
    assert named == {str(number) for number in range(20)}


def test_each_of_them_has_a_test_by_its_name():
    for row in rows():
        for fault in re.findall(r"\bF\d+\b", row.split("|")[1]):
            named = re.findall(r"`test_(\w+)`", row)
            assert [name for name in named if fault.lower() in name.split("_")], f"no test of {fault}: {row}"


def test_every_row_of_the_table_of_changes_names_a_test_that_exists():
    named = [re.findall(r"`(test_\w+)`", row) for row in rows() if not row.startswith("| what you change")]
    assert named, "the table has no rows"
    assert [] not in named
    tests = "".join(
        file.read_text() for folder in ("engine", "program", "local") for file in (ROOT / "tests" / folder).glob("*.py")
    )
    assert [name for row in named for name in row if f"def {name}(" not in tests] == []


def orders(run: StackRun, type_: str) -> set[bool | None]:
    """Whether each resource of a type is deleted before its successor is created; None leaves it to the provider."""
    found = {registration.delete_before_replace for registration in run.of_type(type_)}
    assert found, f"no {type_} is registered"
    return found


def test_f0_a_target_group_of_another_port_is_created_before_the_old_one_goes(prod: StackRun):
    assert orders(prod, "aws:lb/targetGroup:TargetGroup") == {False}


@pytest.mark.parametrize("type_", ["aws:lb/loadBalancer:LoadBalancer", "aws:lb/listener:Listener", "aws:ec2/vpc:Vpc"])
def test_f2_f6_what_every_connection_stands_on_is_protected_at_the_edge(prod: StackRun, edge_run: Run, type_: str):
    assert {registration.protect for registration in prod.of_type(type_)} == {True}
    free = edge_run(loadBalancer={"deletionProtection": False})
    assert {registration.protect for registration in free.of_type(type_)} == {False}


@pytest.mark.parametrize(
    "type_",
    [
        CLUSTER,
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpointService:VpcEndpointService",
        "aws:lb/loadBalancer:LoadBalancer",
    ],
)
def test_f2_f4_f6_what_the_service_stands_on_is_protected_in_a_workload(shop: StackRun, workload_run: Run, type_: str):
    assert {registration.protect for registration in shop.of_type(type_)} == {True}
    free = workload_run(cluster={"deletionProtection": False})
    assert {registration.protect for registration in free.of_type(type_)} == {False}


def test_f4_a_new_network_load_balancer_brings_a_new_target_group(shop: StackRun):
    balancer = shop.only("aws:lb/loadBalancer:LoadBalancer")
    assert shop.only("aws:lb/targetGroup:TargetGroup").replace_with == (balancer.urn,)


def parameter(run: StackRun) -> Registration:
    return run.only("aws:ssm/parameter:Parameter")


def test_f5_the_parameter_is_deleted_before_its_successor_takes_the_name(shop: StackRun):
    assert (parameter(shop).delete_before_replace, parameter(shop).replace_on_changes) == (True, ())


def test_f5_a_writer_role_which_may_not_overwrite_replaces_the_parameter(workload_run: Run):
    consumers: list[dict[str, Any]] = [{"accountId": "222222222222"}]
    run = workload_run(publication={"consumers": consumers, "parameter": {"writerRoleArn": WRITER}})
    assert (parameter(run).delete_before_replace, parameter(run).replace_on_changes) == (True, ("insecureValue",))


def test_f15_an_endpoint_with_private_dns_is_deleted_before_its_successor_takes_the_name(shop: StackRun):
    endpoints = shop.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    private = [each for each in endpoints if each.inputs.get("privateDnsEnabled")]
    assert len(private) > 2
    assert {each.delete_before_replace for each in private} == {True}


def test_f11_other_words_in_a_description_replace_no_policy():
    run = edge_account()
    policies = run.of_type("aws:iam/policy:Policy")
    assert len(policies) > 2
    assert {policy.ignore_changes for policy in policies} == {("description",)}


@pytest.mark.parametrize(
    "type_",
    [
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    ],
)
def test_f13_f17_what_is_deleted_by_a_name_that_its_successor_has_is_deleted_first(prod: StackRun, type_: str):
    assert orders(prod, type_) == {True}


def test_f17_the_web_acl_of_a_protected_load_balancer_is_replaced_in_one_call_and_of_no_other():
    tie = "aws:wafv2/webAclAssociation:WebAclAssociation"
    for protected in (True, False):
        run = run_edge(loadBalancer={"deletionProtection": protected})
        (made,) = run.of_type(tie)
        assert (orders(run, tie), made.retain_on_delete) == ({not protected}, protected)


def actions(run: StackRun) -> list[Any]:
    return [action for rule in run.of_type("aws:lb/listenerRule:ListenerRule") for action in rule.inputs["actions"]]


def test_f19_one_backend_is_forwarded_to_by_the_same_block_as_two(prod: StackRun):
    for action in actions(prod):
        assert sorted(action) == ["forward", "type"]
        assert len(action["forward"]["targetGroups"]) == 1
