"""The small evaluator of IAM policies that the claims about deployer roles stand on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.iam_policies import Policies, Request


def policies(*statements: dict[str, Any]) -> Policies:
    return Policies(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: str = "ec2:CreateVpc", resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def allow_if(**condition: Any) -> dict[str, Any]:
    return {**allow(), "Condition": condition}


def test_a_request_that_no_statement_allows_is_refused():
    assert not policies(allow("ec2:DeleteVpc")).allow(Request("ec2:CreateVpc"))


def test_a_deny_wins_over_every_allow():
    deny = {"Effect": "Deny", "Action": ["ec2:CreateVpc"], "Resource": ["*"]}
    assert not policies(allow(), deny).allow(Request("ec2:CreateVpc"))
    assert not policies(deny, allow()).allow(Request("ec2:CreateVpc"))


def test_a_deny_of_another_resource_denies_nothing():
    deny = {"Effect": "Deny", "Action": "ec2:CreateVpc", "Resource": "arn:b"}
    assert policies(allow(), deny).allow(Request("ec2:CreateVpc", "arn:a"))


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("arn:aws:iam::1:role/shop-*", "arn:aws:iam::1:role/shop-node-1", True),
        ("arn:aws:iam::1:role/shop-*", "arn:aws:iam::1:role/blog-node-1", False),
        ("arn:aws:iam::1:role/shop-?", "arn:aws:iam::1:role/shop-ab", False),
        ("arn:a.b", "arn:axb", False),
    ],
)
def test_resources_match_with_wildcards_and_otherwise_letter_by_letter(pattern: str, value: str, fits: bool):
    assert policies(allow(resource=pattern)).allow(Request("ec2:CreateVpc", value)) is fits


def test_actions_match_in_any_case_and_with_wildcards():
    assert policies(allow("EC2:describe*")).allow(Request("ec2:DescribeVpcs"))
    assert not policies(allow("ec2:Describe*")).allow(Request("ec2:DeleteVpc"))


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a", "b", False),
        ("StringEquals", "a", None, False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", "b", False),
        ("StringLike", "a*", "ab", True),
        ("ArnLike", "arn:x:*", "arn:x:y", True),
        ("ArnLike", "arn:x:*", "arn:z:y", False),
        ("ArnEquals", ["arn:x:y"], "arn:x:y", True),
        ("Null", "true", None, True),
        ("Null", "true", "a", False),
        ("ForAnyValue:StringEquals", "a", ["b", "a"], True),
        ("ForAnyValue:StringEquals", "a", ["b"], False),
        ("ForAnyValue:StringEquals", "a", None, False),
        ("ForAllValues:StringLike", "a*", ["ab", "ac"], True),
        ("ForAllValues:StringLike", "a*", ["ab", "b"], False),
        ("ForAllValues:StringLike", "a*", None, True),
    ],
)
def test_conditions(operator: str, wanted: Any, given: Any, holds: bool):
    context = {} if given is None else {"aws:RequestTag/Stack": given}
    statement = allow_if(**{operator: {"aws:requesttag/Stack": wanted}})
    assert policies(statement).allow(Request("ec2:CreateVpc", context=context)) is holds


def test_all_conditions_must_hold():
    statement = allow_if(StringEquals={"aws:RequestTag/Stack": "a", "aws:RequestedRegion": "r"})
    assert not policies(statement).allow(Request("ec2:CreateVpc", context={"aws:RequestTag/Stack": "a"}))


def test_a_condition_that_it_cannot_evaluate_is_an_error():
    with pytest.raises(KeyError):
        policies(allow_if(NumericLessThan={"x": "1"})).allow(Request("ec2:CreateVpc", context={"x": "0"}))
    with pytest.raises(AssertionError, match="NotResource"):
        policies({"Effect": "Allow", "NotResource": "a", "Action": "*", "Resource": "*"}).allow(Request("a:B"))
