"""`preflight --print-policy` has the rights for every look-up that a program can make."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from privatelink_ingress.aws.preflight import policy
from privatelink_ingress.local.adapters import existing_lookups, existing_network, invokes, workload_lookups
from tests.support.reader_calls import PREFIXES
from tests.support.role_calls import ACTIONS

UNUSED = {"route53:ListHostedZones"}
"""For a hosted zone that is looked up by its name: the programs name its id."""


def actions(module: ModuleType) -> Iterator[str]:
    """Of the calls in a module: `call(aws, service, operation)`, and `_described(aws, token, operation)` of EC2."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("call", "_described"):
            service, operation = (one.value if isinstance(one, ast.Constant) else "" for one in node.args[1:3])
            service = str(service) if node.func.id == "call" else "ec2"
            if operation and service != "sts":
                action = f"{PREFIXES.get(service, service)}:{operation}"
                yield ACTIONS.get(action, action)


@pytest.mark.parametrize(
    "module", [invokes, existing_lookups, existing_network, workload_lookups], ids=lambda one: one.__name__
)
def test_each_look_up_of_the_programs_is_allowed(module: ModuleType):
    called = set(actions(module))
    assert len(called) > 2
    assert called - UNUSED - policy.RIGHTS.keys() - policy.OF_SETTINGS.keys() == set()


def test_a_parameter_is_named_where_a_program_reads_it_and_not_granted_elsewhere():
    assert "ssm:GetParameter" not in policy.document(buckets=[])
    shared = "arn:aws:ssm:eu-west-1:111111111111:parameter/shop"
    assert shared in policy.document(buckets=[], parameters=[shared])
