"""ARNs are of the partition of the stack's Region, and roles to assume of its account."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings

EDGE = {
    "accountId": "222222222222",
    "owner": "team-platform",
    "dns": json.dumps({"zoneId": "Z0123456789EXAMPLE"}),
    "certificates": json.dumps([{"domains": ["*.example.com"]}]),
}
WORKLOAD = {
    "accountId": "111111111111",
    "owner": "team-shop",
    "controller": json.dumps({"install": False}),
    "publication": json.dumps({"consumers": [{"accountId": "222222222222"}]}),
}


def _loaded(texts: dict[str, str], side: str, region: str) -> object:
    if side == "edge":
        return load_edge(EDGE | texts, project="central-ingress", stack="prod", region=region)
    return load(WorkloadSettings, WORKLOAD | texts, project="eks-service", stack="shop", region=region)


def refused(values: dict[str, Any], side: str = "workload", region: str = "eu-west-1") -> list[tuple[str, str, str]]:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    with pytest.raises(SettingsError) as caught:
        _loaded(texts, side, region)
    return [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("side", "where", "arn", "values"),
    [
        ("edge", "certificates[0].arn", "arn:aws-cn:acm:cn-north-1:222222222222:certificate/0a", None),
        ("edge", "roles.network", "arn:aws-cn:iam::222222222222:role/x", None),
        ("workload", "cluster.admins[0]", "arn:aws-us-gov:iam::111111111111:role/x", None),
        ("workload", "cluster.secretsKeyArn", "arn:aws-cn:kms:cn-north-1:111111111111:key/0a", None),
        ("workload", "publication.consumers[0].principalArn", "arn:aws-cn:iam::222222222222:role/x", None),
    ],
)
def test_an_arn_of_another_partition_is_refused_with_its_key(side: str, where: str, arn: str, values: None):
    key, _, rest = where.replace("[0]", "").partition(".")
    inner: Any = [arn] if where.endswith("]") else arn
    written = {
        "certificates[0].arn": {"certificates": [{"arn": arn}]},
        "publication.consumers[0].principalArn": {
            "publication": {"consumers": [{"accountId": "222222222222", "principalArn": arn}]}
        },
    }.get(where, {key: {rest: inner}})
    partition = arn.split(":")[1]
    assert refused(written, side) == [
        (
            where,
            f"is an ARN of partition {partition}, but eu-west-1 is in partition aws",
            "Write an ARN that begins with arn:aws:, or correct aws:region.",
        )
    ]


@pytest.mark.parametrize(
    ("side", "where", "arn", "what"),
    [
        ("edge", "certificates[0].arn", "arn:aws:acm:us-east-1:222222222222:certificate/0a", "certificate"),
        ("edge", "logs.keyArn", "arn:aws:kms:us-east-1:222222222222:key/0a", "key"),
        ("workload", "cluster.secretsKeyArn", "arn:aws:kms:us-east-1:111111111111:key/0a", "key"),
        ("workload", "cluster.logKeyArn", "arn:aws:kms:us-east-1:333333333333:key/0a", "key"),
    ],
)
def test_a_key_or_certificate_of_another_region_is_refused(side: str, where: str, arn: str, what: str):
    key, _, inner = where.partition(".")
    written = {"certificates": [{"arn": arn}]} if key == "certificates[0]" else {key: {inner: arn}}
    assert refused(written, side) == [
        (where, "is of Region us-east-1, but the stack is in eu-west-1", f"Write the ARN of a {what} of eu-west-1.")
    ]


def test_arns_of_a_stack_in_china_are_of_its_partition():
    (problem,) = refused({"cluster": {"admins": ["arn:aws:iam::111111111111:role/x"]}}, region="cn-north-1")
    assert problem[1] == "is an ARN of partition aws, but cn-north-1 is in partition aws-cn"


@pytest.mark.parametrize("key", ["network", "iam", "ecr", "eks"])
def test_a_role_of_another_account_is_refused(key: str):
    assert refused({"roles": {key: "arn:aws:iam::333333333333:role/x"}}) == [
        (
            f"roles.{key}",
            "is of account 333333333333, but accountId is 111111111111",
            "Write one of account 111111111111, or correct accountId.",
        )
    ]


def test_a_boundary_of_another_account_is_refused_on_either_side():
    roles = {"permissionsBoundary": "arn:aws:iam::333333333333:policy/x"}
    assert [where for where, _, _ in refused({"roles": roles}, "edge")] == ["roles.permissionsBoundary"]
    assert [where for where, _, _ in refused({"roles": roles})] == ["roles.permissionsBoundary"]


def test_a_partition_that_does_not_exist_is_refused():
    ((where, reason, _),) = refused({"roles": {"network": "arn:aws-xx:iam::111111111111:role/x"}})
    assert (where, reason) == ("roles.network", "is 'arn:aws-xx:iam::111111111111:role/x'")


@pytest.mark.parametrize(
    ("region", "remedy"),
    [
        ("eu-west1", "Did you mean eu-west-1?"),
        ("nowhere", "Write the name of a Region, for example eu-west-1."),
        ("5", "Write the name of a Region, for example eu-west-1."),
        ('["eu-west-1"]', "Did you mean eu-west-1?"),
        ("eu-west-१", "Did you mean eu-west-3?"),
    ],
)
def test_a_name_that_no_region_has_is_told_beside_all_other_mistakes(region: str, remedy: str):
    assert refused({"owner": ""} | {"accountId": "1"}, region=region)[1] == (
        "aws:region",
        f"is {region!r}, which is not the name of a Region",
        remedy,
    )


@pytest.mark.parametrize("text", ["२२२२२२२२२२२२", "22222222222२", "222222222222 x"])
def test_digits_of_other_scripts_are_no_account(text: str):
    assert refused({"accountId": text})[0][:2] == ("accountId", f"is {text!r}")
