"""Roles and policies that the emulated IAM refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import trust

STATEMENT = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


@pytest.fixture
def iam(workload: Session) -> Any:
    return workload.client("iam")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("nope", "invalid Json"),
        ('{"x": 1}', "Syntax errors"),
        (json.dumps({"Version": "2012-10-17", "Statement": []}), "Syntax errors"),
        (json.dumps({"Version": "2020-01-01", "Statement": [STATEMENT]}), "valid version string"),
        (json.dumps({"Statement": [STATEMENT | {"Principal": {"Service": "nope"}}]}), 'SERVICE":"nope"'),
        (json.dumps({"Statement": [STATEMENT | {"Principal": {"AWS": "root"}}]}), "Invalid principal"),
        (json.dumps({"Statement": [STATEMENT | {"Action": "s3:GetObject"}]}), "STS AssumeRole"),
        (json.dumps({"Statement": [STATEMENT | {"Resource": "*"}]}), "prohibited field Resource"),
    ],
)
def test_a_malformed_trust_policy_is_refused(iam: Any, document: str, problem: str) -> None:
    with pytest.raises(ClientError, match=f"MalformedPolicyDocument.*{problem}"):
        iam.create_role(RoleName="nodes", AssumeRolePolicyDocument=document)
    assert iam.list_roles()["Roles"] == []


def test_trust_policies_as_people_write_them_are_taken(iam: Any) -> None:
    provider = "arn:aws:iam::111111111111:oidc-provider/issuer.example.com"
    for number, statement in enumerate(
        (
            STATEMENT,
            STATEMENT | {"Principal": {"AWS": ["222222222222", "arn:aws:iam::222222222222:root"]}, "Sid": "Edge"},
            STATEMENT
            | {"Principal": {"Service": ["pods.eks.amazonaws.com"]}, "Action": ["sts:AssumeRole", "sts:TagSession"]},
            STATEMENT
            | {
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {"issuer.example.com:aud": "sts.amazonaws.com"}},
            },
        )
    ):
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=document)
    assert len(iam.list_roles()["Roles"]) == 4


@pytest.mark.parametrize("name", ["x" * 65, "two words"])
def test_a_role_name_that_does_not_fit_is_refused(iam: Any, name: str) -> None:
    with pytest.raises(ClientError, match=r"ValidationError.*roleName"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))


def test_a_permissions_boundary_must_exist(iam: Any) -> None:
    boundary = "arn:aws:iam::111111111111:policy/boundary"
    request = {"RoleName": "nodes", "AssumeRolePolicyDocument": trust("ec2.amazonaws.com")}
    with pytest.raises(ClientError, match=r"NoSuchEntity.*boundary"):
        iam.create_role(**request, PermissionsBoundary=boundary)
    iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(ALLOW))
    iam.create_role(**request, PermissionsBoundary=boundary)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_policy(PolicyArn=boundary)


def test_an_attached_policy_stays(iam: Any) -> None:
    iam.create_role(RoleName="nodes", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    arn = iam.create_policy(PolicyName="read", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="nodes", PolicyArn=arn)
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_role_policy(RoleName="nodes", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    assert iam.list_policies(Scope="Local")["Policies"] == []
