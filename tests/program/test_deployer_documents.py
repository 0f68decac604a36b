"""Every IAM document of the bootstrap program, before a linter and before AWS's own list of actions.

cfn-lint knows the grammar and the actions; its copy of the service authorization reference says which resources and
condition keys each action takes. An `Allow` with a condition key that the action does not have never matches.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.deployers import GITHUB, TRUST, WORKLOAD, ZONE, account
from tests.support.edge_parameters import NAME, READER, SHARED
from tests.support.foreign import reference
from tests.support.iam_lint import findings
from tests.support.programs import shard_in
from tests.support.shards import SERVICE

WRITERS = {"shop": {"connections": ["shop"], "principals": TRUST["principals"], "externalId": "x1"}}
CONTRACTS = {"parameters": [NAME, SHARED], "readerRoleArns": [READER]}
ADOPTED = {
    "clusters": ["platform"],
    "vpcIds": ["vpc-0123456789abcdef0"],
    "autoscalingGroups": ["platform-workers"],
    "nodeSecurityGroupIds": ["sg-0123456789abcdef0"],
}


@functools.cache
def everything() -> StackRun:
    """An account with everything that the settings offer."""
    return account(
        {
            "trust": {**TRUST, "github": {**GITHUB, "previews": ["preview"]}},
            "workload": {
                "connections": ["shop", "blog"],
                "crossRegion": True,
                "adopted": ADOPTED,
                "tunnel": True,
                "accepters": {"edge": {"principals": TRUST["principals"]}},
            },
            "edge": {
                "stacks": ["prod"],
                "hostedZoneIds": [ZONE],
                "parameterWriters": WRITERS,
                "crossRegion": True,
                "queryLogs": True,
                "contracts": CONTRACTS,
                "endpointServices": [SERVICE],
                "attached": {
                    "prod-blog": {
                        "edgeStack": "prod",
                        "endpointServices": [SERVICE],
                        "contracts": CONTRACTS,
                        "crossRegion": True,
                    }
                },
            },
        },
        stacks={"organization/central-ingress/prod": shard_in(WORKLOAD)},
    )


def policies() -> dict[str, str]:
    """By resource name; the trust policies as well."""
    return {one.name: one.inputs["policy"] for one in everything().of_type("aws:iam/policy:Policy")}


def trusts() -> dict[str, str]:
    return {one.name: one.inputs["assumeRolePolicy"] for one in everything().of_type("aws:iam/role:Role")}


def attachments() -> list[tuple[str, str]]:
    """Role and policy of each attachment."""
    return [
        (one.inputs["role"], one.inputs["policyArn"])
        for one in everything().of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    ]


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that name actions: all but the one that stops sessions which only look."""
    for name, text in policies().items():
        if name != "deployers-read-only":
            yield from ((name, statement) for statement in json.loads(text)["Statement"])


def test_the_linter_finds_nothing():
    assert len(policies()) > 15
    assert len(trusts()) == 10
    assert findings(policies(), trusts()) == []


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ({"Action": "ec2:CreateVpcs", "Resource": "*"}, "W3037"),
        ({"Action": "ec2:CreateVpc", "Resource": "arn:aws:s3:::bucket"}, "I3510"),
        ({"Action": "ec2:CreateVpc", "Resource": "*", "Condition": {"StringEqualz": {"a": "b"}}}, "E3510"),
    ],
)
def test_the_linter_would_find_a_mistake(statement: dict[str, Any], rule: str):
    wrong = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
    assert [one.split(":")[0] for one in findings({"wrong": wrong}, {})] == [rule]


def test_no_action_has_a_wildcard_but_ec2s_look_ups():
    wild = {action for _, statement in statements() for action in statement["Action"] if "*" in action}
    assert wild == {"ec2:Describe*"}


def test_each_policy_is_as_short_as_iam_wants_it_and_a_role_has_no_more_than_ten():
    assert max(len(text) for text in policies().values()) <= 6144
    attached = Counter(name for name, _ in attachments())
    assert len(attached) == 10
    assert max(attached.values()) <= 10


def test_each_trust_policy_is_as_short_as_iam_wants_it():
    """Quota L-C07B4B0D, which AWS raises on request: https://docs.aws.amazon.com/general/latest/gr/iam-service.html"""
    assert max(len(text) for text in trusts().values()) <= 2048


@pytest.mark.parametrize(
    "trust",
    [
        {"principals": [f"arn:aws:iam::111111111111:role/teams/{'x' * 40}-{number}" for number in range(30)]},
        {"github": {"repository": "example/ingress", "branches": [f"release-{number}" for number in range(60)]}},
    ],
)
def test_more_principals_or_branches_than_a_trust_policy_takes_are_refused(trust: dict[str, Any]):
    with pytest.raises(pulumi.RunError, match=r"its trust policy has \d{4} characters, but IAM takes 2048"):
        account({"trust": trust, "workload": {"connections": ["shop"]}})


def test_no_role_trusts_a_wildcard_or_a_session():
    for name, text in trusts().items():
        for statement in json.loads(text)["Statement"]:
            (named,) = statement["Principal"].values()
            assert "*" not in json.dumps(statement), name
            assert ":assumed-role/" not in str(named), name


def kinds(action: str) -> list[str]:
    """The kinds of resource that an action can be limited to."""
    service, name = action.lower().split(":")
    return reference()[service]["Actions"][name].get("Resources", [])


def fits(kind: dict[str, Any], arn: str) -> bool:
    """Whether an ARN with wildcards names resources of a kind."""
    beginnings = [one.split("${Account}")[-1].split(".*")[0] for one in kind["ARNFormats"]]
    return any(beginning in arn for beginning in beginnings)


def actions(*effects: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, statement in statements():
        if statement["Effect"] in effects:
            yield from ((name, action, statement) for action in statement["Action"] if "*" not in action)


def test_every_action_that_aws_can_limit_to_a_resource_is_limited():
    unlimited = {
        action
        for name, action, statement in actions("Allow")
        # A boundary gives no rights: it is the limit of those that others give.
        if statement["Resource"] == ["*"] and kinds(action) and not name.endswith("-boundary")
    }
    # Its one kind of resource is a dataset, and the metrics of load balancers are in none.
    assert unlimited == {"cloudwatch:GetMetricData"}


def test_every_other_action_is_limited_by_region_or_tags():
    for name, action, statement in actions("Allow"):
        if statement["Resource"] == ["*"]:
            keys = set(statement["Condition"]["StringEquals"])
            assert keys == {"aws:RequestedRegion"} or "aws:RequestTag/Stack" in keys, (name, action)


def test_tags_limit_only_what_aws_knows_to_carry_them():
    checked = set()
    for name, action, statement in actions("Allow"):
        if "aws:ResourceTag/Stack" not in statement.get("Condition", {}).get("StringEquals", {}):
            continue
        service = reference()[action.split(":")[0]]["Resources"]
        known = [
            kind
            for kind in (service[kind.lower()] for kind in kinds(action))
            if any(fits(kind, arn) for arn in statement["Resource"])
            and "aws:ResourceTag/${TagKey}" in kind.get("ConditionKeys", [])
        ]
        assert known, (name, action, statement["Resource"])
        checked.add(action)
    assert len(checked) > 50


def test_ec2_sees_the_tags_of_new_resources():
    checked = set()
    for name, action, statement in actions("Allow"):
        wanted = statement.get("Condition", {}).get("StringEquals", {})
        if "aws:RequestTag/Stack" in wanted and action.startswith("ec2:"):
            service = reference()["ec2"]["Resources"]
            made = [
                service[kind]
                for kind in kinds(action)
                if any(fits(service[kind], arn) for arn in statement["Resource"])
            ]
            assert any("aws:RequestTag/${TagKey}" in kind["ConditionKeys"] for kind in made), (name, action)
            checked.add(action)
    assert len(checked) > 10


def test_other_condition_keys_are_those_of_their_services():
    used = {
        key
        for _, statement in statements()
        for keys in statement.get("Condition", {}).values()
        for key in keys
        if not re.match(r"aws:(ResourceTag|RequestTag|RequestedRegion)", key)
    }
    assert used == {
        "ec2:CreateAction",
        "ec2:LaunchTemplate",
        "ec2:Owner",
        "ec2:Vpc",
        "ec2:VpceServiceName",
        "ec2:VpceServiceOwner",
        "elasticloadbalancing:CreateAction",
        "iam:AWSServiceName",
        "iam:PassedToService",
        "iam:PermissionsBoundary",
        "iam:PolicyARN",
        "kms:ResourceAliases",
        "kms:ViaService",
        "route53:VPCs",
        "ssm:Overwrite",
        "ssm:resourceTag/eks:cluster-name",
    }
