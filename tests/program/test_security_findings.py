"""What the security measurement found allowed is refused, with every role. Its numbers are those of docs/security.md.

Evaluated as in `test_deployer_roles.py`: a claim about the policies, not a proof that AWS decides alike.
"""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support import foreign
from tests.support.deployers import EDGE, REGION, of_duty
from tests.support.every_role import ROLES
from tests.support.foreign import SERVICE

BY_HAND = {"aws:ResourceTag/Name": "by-hand"}
EXISTING = (
    *("ec2:CreateTags vpc/vpc-1", "ec2:CreateTags subnet/subnet-1", "ec2:CreateTags route-table/rtb-1"),
    *("ec2:CreateTags vpc-endpoint/vpce-1", "ec2:CreateTags vpc-endpoint-service/vpce-svc-1"),
    *(
        "ec2:CreateTags vpc-flow-log/fl-1",
        "ec2:CreateTags launch-template/lt-1",
        "ec2:CreateTags internet-gateway/igw-1",
    ),
    *("elasticloadbalancing:AddTags loadbalancer/net/a/1", "elasticloadbalancing:AddTags loadbalancer/app/a/1"),
    *("elasticloadbalancing:AddTags listener/app/a/1/2", "elasticloadbalancing:AddTags listener-rule/app/a/1/2/3"),
    "elasticloadbalancing:AddTags targetgroup/a/1",
)
"""Calls that would make something without tags the caller's own."""

every_role = pytest.mark.parametrize("name", ROLES)


def tags(stack: str) -> dict[str, str]:
    """What a call asks to add."""
    return {"aws:RequestTag/ManagedBy": "privatelink-ingress", "aws:RequestTag/Stack": stack}


def allowed(name: str, *requests: Request) -> list[Request]:
    """Those that a role may make."""
    return ROLES[name][2]().allowed(requests)


def arn(name: str, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{'' if service == 'iam' else REGION}:{ROLES[name][0]}:{resource}"


@every_role
def test_f2_nothing_that_exists_becomes_a_stacks_own_by_tagging(name: str):
    asked = tags(ROLES[name][1])
    calls = [line.split() for line in EXISTING]
    requests = [Request(action, arn(name, action.split(":")[0], resource), asked) for action, resource in calls]
    assert allowed(name, *requests) == []


@every_role
def test_f2_where_aws_knows_no_creation_what_has_an_owner_is_not_taken_over(name: str):
    for owned in (BY_HAND, {"aws:ResourceTag/ManagedBy": "terraform"}, {"aws:ResourceTag/Stack": "eks-service/other"}):
        asked = tags(ROLES[name][1]) | owned
        requests = [
            Request("ec2:CreateTags", arn(name, "ec2", "security-group/sg-1"), asked),
            Request("acm:AddTagsToCertificate", arn(name, "acm", "certificate/1"), asked),
            Request("logs:TagResource", arn(name, "logs", "delivery:1"), asked),
            Request("iam:TagRole", arn(name, "iam", "role/shop-node-1a2b3c4"), asked),
        ]
        assert allowed(name, *requests) == []


@every_role
@pytest.mark.parametrize("role", ["shop-node-role", "edge-network-flow-logs-role", "admin"])
def test_f3_no_role_without_the_tags_is_changed_deleted_or_passed(name: str, role: str):
    asked = tags(ROLES[name][1]) | {"iam:PassedToService": "ec2.amazonaws.com"}
    boundary = arn(name, "iam", "policy/privatelink-ingress/ingress-workload-boundary")
    policy = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"}
    actions = (
        "UpdateAssumeRolePolicy",
        "DeleteRole",
        "TagRole",
        "UntagRole",
        "PutRolePolicy",
        "AttachRolePolicy",
        "PassRole",
    )
    for limit in ({}, {"iam:PermissionsBoundary": boundary}):
        requests = [Request(f"iam:{one}", arn(name, "iam", f"role/{role}"), asked | policy | limit) for one in actions]
        assert allowed(name, *requests) == []


@every_role
def test_f4_no_instance_is_started_in_a_foreign_subnet_or_group_or_from_a_foreign_image(name: str):
    launched = {"ec2:LaunchTemplate": arn(name, "ec2", "launch-template/lt-1")}
    foreign_vpc = {"ec2:Vpc": arn(name, "ec2", "vpc/vpc-0f0f0f0f0f0f0f0f0")}
    of_eks = {"aws:ResourceTag/aws:eks:cluster-name": "platform"}
    requests = [
        *(Request("ec2:RunInstances", arn(name, "ec2", "subnet/x-1"), launched | more) for more in ({}, foreign_vpc)),
        *(
            Request("ec2:RunInstances", arn(name, "ec2", "security-group/x-1"), launched | more)
            for more in ({}, of_eks)
        ),
        *(
            Request("ec2:RunInstances", f"arn:aws:ec2:{REGION}::image/ami-1", launched | {"ec2:Owner": owner})
            for owner in (ROLES[name][0], "333333333333", "aws-marketplace")
        ),
    ]
    assert allowed(name, *requests) == []


@every_role
def test_f5_no_endpoint_connects_to_a_service_that_no_contract_names(name: str):
    account_id, stack, _ = ROLES[name]
    connecting = foreign.connecting(account_id, REGION, {"ManagedBy": "privatelink-ingress", "Stack": stack})
    assert allowed(name, connecting) == []


@pytest.mark.parametrize("name", ["edge-network", "attached"])
def test_f5_an_endpoint_connects_to_the_service_of_a_contract(name: str):
    account_id, stack, found = ROLES[name]
    connecting = foreign.connecting(account_id, REGION, {"ManagedBy": "privatelink-ingress", "Stack": stack})
    assert connecting.context["ec2:VpceServiceName"] == SERVICE
    named = next(
        value
        for statement in found().statements
        for value in statement.get("Condition", {}).get("StringEquals", {}).get("ec2:VpceServiceName", ())
    )
    with_contract = Request(
        connecting.action, connecting.resource, {**connecting.context, "ec2:VpceServiceName": named}
    )
    assert allowed(name, with_contract) == [with_contract]


def evidence(name: str) -> dict[str, list[str]]:
    """ARNs of the log groups, and of the log bucket and what is in it, of the role's stack."""
    workload = ["shop-flow-logs-1a2b3c4", "/aws/eks/shop/cluster", "/aws/containerinsights/shop/application"]
    edge = [
        "edge-network-flow-logs-1a2b3c4",
        "aws-waf-logs-central-ingress-prod",
        "/aws/vendedlogs/central-ingress-prod/access",
    ]
    bucket = f"arn:aws:s3:::central-ingress-prod-logs-{EDGE}-{REGION}"
    return {
        "logs": [arn(name, "logs", f"log-group:{group}") for group in (*workload, *edge)],
        "s3": [bucket, f"{bucket}/access/AWSLogs/1.log.gz"],
    }


DESTROYING = (
    *("logs:DeleteLogGroup", "logs:DeleteLogStream"),
    *("s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"),
    "s3:BypassGovernanceRetention",
)


def destroying(name: str) -> list[Request]:
    resources = evidence(name)
    return [Request(action, one) for action in DESTROYING for one in resources[action.split(":")[0]]]


@every_role
def test_f9_no_role_deletes_or_overwrites_logs(name: str):
    assert len(destroying(name)) == 24
    assert allowed(name, *destroying(name)) == []


def test_f9_no_bucket_policy_gives_a_role_the_right_to_delete_logs():
    """The role writes the policy of its log bucket, whose permissions count like those of its own policies."""
    written = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    own = [json.dumps({"Statement": of_duty("edge-network").statements})]
    requests = [request for request in destroying("edge-network") if request.action.startswith("s3:")]
    assert Policies(json.dumps(written)).refused(requests) == []
    assert Policies(json.dumps(written), *own).allowed(requests) == []


@pytest.mark.parametrize("name", ["workload-network", "workload-eks", "edge-network"])
def test_f9_with_log_deletion_a_role_deletes_the_logs_of_its_own_stack_alone(name: str):
    deletes = [one for one in destroying(name) if one.action in ("logs:DeleteLogGroup", "s3:DeleteObjectVersion")]
    own = {
        "workload-network": {"shop-flow-logs-1a2b3c4"},
        "workload-eks": {"cluster", "application"},
        "edge-network": {
            "edge-network-flow-logs-1a2b3c4",
            "aws-waf-logs-central-ingress-prod",
            "access",
            f"arn:aws:s3:::central-ingress-prod-logs-{EDGE}-{REGION}",
            "1.log.gz",
        },
    }
    found = of_duty(name, log_deletion=True).allowed(deletes)
    shown = (one.resource.rpartition("log-group:")[2].rpartition("/")[2] for one in found)
    assert set(shown) == own[name]


@every_role
def test_f18_no_hosted_zone_is_associated_with_a_vpc_of_another_region(name: str):
    elsewhere = {"route53:VPCs": ["VPCId=vpc-1,VPCRegion=us-east-1"]}
    request = Request("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1", elsewhere)
    assert allowed(name, request) == []
