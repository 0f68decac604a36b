"""The retired controller breaks no rule, and its own keys are understood."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import Resource, judge
from privatelink_ingress.stackfiles import reader
from tests.support import programs
from tests.support.recordings import GONE, Recording, recorded

SAMPLE = reader.read(programs.REPOSITORY / "eks-service", "shop").settings
CONTROLLER = json.loads(SAMPLE["controller"]) | {"flavour": "ingress-nginx-legacy"}


@pytest.fixture(scope="module")
def workload() -> tuple[Resource, ...]:
    """A stack with that controller."""
    return recorded(programs.run_workload(controller=CONTROLLER))


def test_no_rule_is_broken(workload: tuple[Resource, ...]) -> None:
    assert [f"{rule.name}: {resource.name} {message}" for rule, (resource, message) in judge(workload)] == []


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("proxy-real-ip-cidr", GONE, "does not take the client's address from X-Forwarded-For"),
        ("proxy-real-ip-cidr", "0.0.0.0/0", "believes X-Forwarded-For of the whole internet"),
        ("enable-real-ip", "false", "does not take the client's address from X-Forwarded-For"),
        ("forwarded-for-header", "X-Client", "does not take the client's address from X-Forwarded-For"),
    ],
)
def test_a_controller_that_does_not_know_the_client_is_caught(
    workload: tuple[Resource, ...], key: str, value: object, message: str
) -> None:
    recording = Recording(workload)
    [config] = [resource.name for resource in workload if resource.type == t.CONFIG_MAP]
    recording.put(t.CONFIG_MAP, config, f"data.{key}", value)
    found = [(rule.name, resource.name, said) for rule, (resource, said) in judge(recording.resources)]
    assert found == [("gateway-knows-the-client", config, message)]
