"""The key of the alarms' topic is looked up before anything is registered, on both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.deployers import EDGE, WORKLOAD, asker, of_duty
from tests.support.programs import run_edge, run_workload
from tests.support.strict_backend import At, StrictBackend

SIDES = pytest.mark.parametrize(
    ("run", "account"), [(run_edge, EDGE), (run_workload, WORKLOAD)], ids=["edge", "workload"]
)
ALARMS = {"enabled": True, "key": "alias/alarms"}

Run = Callable[..., StackRun]


def with_key(**answer: Any) -> StrictBackend:
    def look_up(args: Properties, at: At) -> Properties:
        if not answer:
            raise LookupError("Alias arn:aws:kms:eu-west-1:alias/alarms is not found")
        return {**args, "arn": f"arn:aws:kms:{at.region}:{at.account}:key/1a2b", **answer}

    return StrictBackend(answers={t.GET_KEY: look_up})


def asked(run: StackRun) -> list[Properties]:
    return [one.args for one in run.invokes if one.token == t.GET_KEY]


@SIDES
def test_a_key_that_does_not_exist_is_refused_before_anything_is_registered(run: Run, account: str):
    backend = with_key()
    with pytest.raises(RunError) as caught:
        run(backend=backend, preview=True, alarms=ALARMS)
    assert "alarms.key: is alias/alarms, which cannot be looked up" in str(caught.value)
    assert "Alias arn:aws:kms:eu-west-1:alias/alarms is not found" in str(caught.value)
    assert "Create it with the commands of docs/alarms.md." in str(caught.value)


@SIDES
def test_a_key_that_cannot_encrypt_is_refused(run: Run, account: str):
    with pytest.raises(RunError) as caught:
        run(backend=with_key(enabled=False, keyState="PendingDeletion"), alarms=ALARMS)
    arn = f"arn:aws:kms:eu-west-1:{account}:key/1a2b"
    assert f"alarms.key: is alias/alarms, whose key {arn} is in state PendingDeletion" in str(caught.value)


ADMITS = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}
OWNER = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kms:*"}


@SIDES
@pytest.mark.parametrize(
    ("statements", "lacking"),
    [
        ([OWNER], "kms:Decrypt and kms:GenerateDataKey"),
        ([OWNER, {**ADMITS, "Action": "kms:Decrypt"}], "kms:GenerateDataKey"),
        ([{**ADMITS, "Action": "kms:*", "Effect": "Deny"}], "kms:Decrypt and kms:GenerateDataKey"),
        ([{**ADMITS, "Principal": {"Service": "sns.amazonaws.com"}, "Action": "*"}], "kms:Decrypt and"),
    ],
    ids=["the account alone", "half of it", "a denial", "another service"],
)
def test_a_key_that_does_not_admit_cloudwatch_is_refused(run: Run, account: str, statements: list[Any], lacking: str):
    with pytest.raises(RunError) as caught:
        run(backend=StrictBackend(key_policy=statements), preview=True, alarms=ALARMS)
    said = f"alarms.key: is alias/alarms, whose policy does not allow cloudwatch.amazonaws.com {lacking}"
    assert said in str(caught.value)
    assert f"aws kms put-key-policy --key-id arn:aws:kms:eu-west-1:{account}:key/1a2b3c4d" in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        {**ADMITS, "Action": ["kms:decrypt", "kms:GenerateDataKey*"]},
        {**ADMITS, "Principal": {"Service": ["sns.amazonaws.com", "cloudwatch.amazonaws.com"]}, "Action": "kms:*"},
        {**ADMITS, "Principal": "*", "Action": "*"},
    ],
    ids=["the least", "with another service", "everybody"],
)
def test_a_key_that_admits_it_is_no_news(statement: dict[str, Any]):
    assert run_edge(backend=StrictBackend(key_policy=[statement]), alarms=ALARMS).messages == ()


@SIDES
def test_a_policy_that_may_not_be_read_is_told_and_does_not_stop_a_deployment(run: Run, account: str):
    [said] = run(backend=StrictBackend(key_policy=None), alarms=ALARMS).messages
    assert "alarms.key: is alias/alarms, whose policy cannot be read: An error occurred (AccessDenied" in said
    assert "allow the deploying role kms:GetKeyPolicy" in said


@SIDES
def test_nothing_is_looked_up_without_alarms_or_without_a_key_of_the_account(run: Run, account: str):
    topic = {"enabled": True, "topicArn": f"arn:aws:sns:eu-west-1:{account}:on-call"}
    foreign = {"enabled": True, "key": "arn:aws:kms:eu-west-1:333333333333:key/1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d"}
    for alarms in (None, {"enabled": False, "key": "alias/alarms"}, topic, foreign):
        assert asked(run(alarms=alarms)) == []
    assert asked(run(alarms=ALARMS)) == [{"keyId": "alias/alarms"}]


@pytest.mark.parametrize(
    ("run", "account", "stack", "role"),
    [
        (run_edge, EDGE, "central-ingress/prod", "edge-network"),
        (run_workload, WORKLOAD, "eks-service/shop", "workload-network"),
    ],
    ids=["edge", "workload"],
)
def test_the_role_that_creates_the_topic_may_look_its_key_up(run: Run, account: str, stack: str, role: str):
    found = run(alarms=ALARMS)
    (look_up,) = [one for one in found.invokes if one.token == t.GET_KEY]
    requests = asker(account, stack, role.partition("-")[0]).of_look_up(look_up)
    assert [one.action for one in requests] == ["kms:DescribeKey", "kms:GetKeyPolicy"]
    assert of_duty(role).refused(requests) == []
