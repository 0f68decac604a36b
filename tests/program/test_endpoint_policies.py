"""What the endpoint policies of a workload let through, and what not.

An endpoint policy is evaluated like any other document of IAM, so the evaluator and the linter of the deployers' roles
read it too. This does not prove that AWS fills in the same context.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.workload.endpoint_policies import ADDON_ACCOUNTS, interface, s3_gateway
from privatelink_ingress.regions import REGIONS
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.support.iam_lint import findings
from tests.support.programs import Run

OWN, STRANGER, ADDONS, SHARED = "111111111111", "999999999999", "602401143452", "333333333333"
EVERYTHING = {
    "endpoints": {"preset": "article", "extra": ["eks", "ec2messages", "kms", "secretsmanager", "sqs", "xray"]},
    "podLogs": {"install": True},
    "metrics": {"install": True},
    "sessionManager": True,
}


def settings(**endpoints: Any) -> WorkloadSettings:
    return WorkloadSettings.model_validate_json(
        json.dumps(
            {
                "accountId": OWN,
                "owner": "team-shop",
                "controller": {"install": False},
                "publication": {"consumers": [{"accountId": "222222222222"}]},
                "endpoints": endpoints,
            }
        )
    )


def lets_through(
    service: str,
    action: str,
    resource: str = "*",
    *,
    principal: str | None = OWN,
    owner: str = OWN,
    region: str = "eu-west-1",
    **keys: Any,
) -> bool:
    """Whether the endpoint passes an action of a principal of that account; `None` is a caller without one.

    `owner` is the account of the resource.
    """
    text = interface(settings(**keys), service, region=region, cluster="shop")
    assert text is not None
    statements = json.loads(text)["Statement"]
    # Everybody is meant, and the condition says who that is.
    assert {statement.pop("Principal") for statement in statements} == {"*"}
    context = {"aws:ResourceAccount": owner} | ({"aws:PrincipalAccount": principal} if principal else {})
    return Policies(json.dumps({"Statement": statements})).allow(Request(action, resource, context))


def repository(account: str, region: str = "eu-west-1") -> str:
    return f"arn:aws:ecr:{region}:{account}:repository/some/image"


def policies(run: StackRun) -> dict[str, str | None]:
    return {
        each.inputs["serviceName"].split(".", 3)[-1]: each.inputs.get("policy")
        for each in run.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    }


@pytest.mark.parametrize("service", ["ecr.api", "ecr.dkr"])
@pytest.mark.parametrize("owner", [OWN, ADDONS])
def test_nodes_pull_their_own_images_and_those_of_eks_addons(service: str, owner: str):
    assert lets_through(service, "ecr:GetAuthorizationToken")
    for action in ("BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability"):
        assert lets_through(service, f"ecr:{action}", repository(owner))


@pytest.mark.parametrize("service", ["ecr.api", "ecr.dkr"])
def test_nothing_is_pulled_from_or_pushed_to_a_strangers_registry(service: str):
    assert not lets_through(service, "ecr:BatchGetImage", repository(STRANGER))
    assert not lets_through(service, "ecr:PutImage", repository(STRANGER))
    assert not lets_through(service, "ecr:PutImage", repository(OWN))
    assert not lets_through(service, "ecr:BatchGetImage", repository(STRANGER), principal=STRANGER)
    assert not lets_through(service, "ecr:GetAuthorizationToken", principal=STRANGER)


def test_accounts_that_share_their_images_are_named():
    assert not lets_through("ecr.dkr", "ecr:BatchGetImage", repository(SHARED))
    assert lets_through("ecr.dkr", "ecr:BatchGetImage", repository(SHARED), imageAccounts=[SHARED])


def test_each_region_has_the_account_of_its_own_addons():
    assert lets_through("ecr.dkr", "ecr:BatchGetImage", repository("590381155156", "eu-south-1"), region="eu-south-1")
    assert not lets_through("ecr.dkr", "ecr:BatchGetImage", repository(ADDONS, "eu-south-1"), region="eu-south-1")


def test_in_a_region_whose_account_is_not_known_pulling_is_not_limited_but_reading_is_all():
    assert "xx-new-1" not in ADDON_ACCOUNTS
    for account in (OWN, ADDONS, STRANGER):
        assert lets_through("ecr.dkr", "ecr:BatchGetImage", repository(account, "xx-new-1"), region="xx-new-1")
    assert not lets_through("ecr.dkr", "ecr:PutImage", repository(STRANGER, "xx-new-1"), region="xx-new-1")


@pytest.mark.parametrize(
    ("service", "action", "resource"),
    [
        ("ec2", "ec2:DescribeInstances", "*"),
        ("ec2", "ec2:CreateNetworkInterface", "arn:aws:ec2:eu-west-1:111111111111:network-interface/*"),
        ("ec2", "ec2:DescribeTags", "*"),
        ("eks-auth", "eks-auth:AssumeRoleForPodIdentity", "arn:aws:eks:eu-west-1:111111111111:cluster/shop"),
        ("logs", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:/a/b:log-stream:c"),
        ("logs", "logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111111111111:log-group:*"),
        ("monitoring", "cloudwatch:PutMetricData", "*"),
        ("ssm", "ssm:UpdateInstanceInformation", "*"),
        ("ssm", "ssm:GetDocument", "arn:aws:ssm:eu-west-1::document/AWS-StartSSHSession"),
        ("ssmmessages", "ssmmessages:OpenDataChannel", "*"),
        ("sts", "sts:GetCallerIdentity", "*"),
        ("autoscaling", "autoscaling:DescribeAutoScalingGroups", "*"),
    ],
)
def test_a_features_calls_pass_only_for_principals_of_the_account(service: str, action: str, resource: str):
    assert lets_through(service, action, resource)
    assert not lets_through(service, action, resource, principal=STRANGER)
    assert not lets_through(service, action, resource, principal=None)


SHARED_RESOURCES = [
    ("kms", "kms:Encrypt", "arn:aws:kms:eu-west-1:{}:key/1"),
    ("secretsmanager", "secretsmanager:PutSecretValue", "arn:aws:secretsmanager:eu-west-1:{}:secret:x"),
    ("sqs", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{}:queue"),
    ("sts", "sts:AssumeRole", "arn:aws:iam::{}:role/app"),
]


@pytest.mark.parametrize(("service", "action", "resource"), SHARED_RESOURCES)
def test_f17_a_pod_with_credentials_of_the_account_reaches_no_resource_of_another_account(
    service: str, action: str, resource: str
):
    assert lets_through(service, action, resource.format(OWN))
    assert not lets_through(service, action, resource.format(STRANGER), owner=STRANGER)
    assert not lets_through(service, action, resource.format(OWN), principal=STRANGER)


@pytest.mark.parametrize(("service", "action", "resource"), SHARED_RESOURCES)
def test_f17_accounts_whose_resources_the_pods_use_are_named(service: str, action: str, resource: str):
    theirs = resource.format(SHARED)
    assert lets_through(service, action, theirs, owner=SHARED, resourceAccounts=[SHARED])
    assert not lets_through(service, action, theirs, owner=STRANGER, resourceAccounts=[SHARED])
    assert not lets_through(service, action, theirs, owner=SHARED, principal=SHARED, resourceAccounts=[SHARED])


def test_f17_documents_parameters_and_prefix_lists_of_aws_are_still_reached():
    for service, action in (("ssm", "ssm:GetParameter"), ("ec2", "ec2:GetManagedPrefixListEntries")):
        assert lets_through(service, action, owner="137112412989")


def test_pods_get_roles_for_their_own_cluster_alone():
    other = "arn:aws:eks:eu-west-1:111111111111:cluster/blog"
    assert not lets_through("eks-auth", "eks-auth:AssumeRoleForPodIdentity", other)


def test_in_an_existing_vpc_pods_of_the_accounts_other_clusters_get_roles_too():
    existing = {"vpcId": "vpc-0123456789abcdef0", "subnetIds": ["subnet-0aaaaaaa", "subnet-0bbbbbbb"]}
    shared = settings().model_dump(by_alias=True, mode="json", exclude_unset=True) | {"network": {"existing": existing}}
    loaded = WorkloadSettings.model_validate_json(json.dumps(shared))
    text = str(interface(loaded, "eks-auth", region="eu-west-1", cluster="shop"))
    (statement,) = json.loads(text)["Statement"]
    assert statement["Resource"] == [f"arn:aws:eks:eu-west-1:{OWN}:cluster/*"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": OWN}}


def test_logs_go_to_groups_of_the_account_alone():
    group = f"arn:aws:logs:eu-west-1:{STRANGER}:log-group:theirs:log-stream:x"
    assert not lets_through("logs", "logs:PutLogEvents", group)


def test_a_pod_that_has_only_a_token_gets_a_role_of_the_account_and_no_other():
    action = "sts:AssumeRoleWithWebIdentity"
    assert lets_through("sts", action, f"arn:aws:iam::{OWN}:role/app", principal=None)
    assert not lets_through("sts", action, f"arn:aws:iam::{STRANGER}:role/app", principal=None)


def test_the_s3_gateway_passes_image_layers_for_everybody_and_named_buckets_for_principals_of_the_account():
    def passes(action: str, resource: str, principal: str | None = OWN, named: tuple[str, ...] = ()) -> bool:
        statements = json.loads(str(s3_gateway(settings(buckets=named), region="eu-west-1")))["Statement"]
        context = {"aws:PrincipalAccount": principal} if principal else {}
        plain = [{key: value for key, value in one.items() if key != "Principal"} for one in statements]
        return Policies(json.dumps({"Statement": plain})).allow(Request(action, f"arn:aws:s3:::{resource}", context))

    layer, named = "prod-eu-west-1-starport-layer-bucket/x", ("shop-uploads",)
    assert passes("s3:GetObject", layer, None)
    assert not passes("s3:PutObject", layer)
    assert not passes("s3:PutObject", "shop-uploads/x")
    assert passes("s3:PutObject", "shop-uploads/x", named=named)
    assert passes("s3:ListBucket", "shop-uploads", named=named)
    assert not passes("s3:PutObject", "shop-uploads/x", STRANGER, named)
    assert not passes("s3:PutObject", "shop-uploads-2/x", named=named)


def test_a_service_that_is_not_known_here_has_no_policy_of_ours():
    assert interface(settings(), "bedrock-runtime", region="eu-west-1", cluster="shop") is None


def test_open_leaves_every_endpoint_to_awss_default():
    opened = settings(policy="open")
    for service in ("ec2", "ecr.dkr", "eks-auth", "logs", "sts"):
        assert interface(opened, service, region="eu-west-1", cluster="shop") is None
    assert s3_gateway(opened, region="eu-west-1") is None


def test_other_partitions_have_their_own_arns():
    for region, partition in (("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")):
        text = str(interface(settings(), "eks-auth", region=region, cluster="shop"))
        assert f'"arn:{partition}:eks:{region}:{OWN}:cluster/shop"' in text
        assert f'"arn:{partition}:s3:::prod-{region}-starport' in str(s3_gateway(settings(), region=region))


def test_the_program_registers_these_policies(workload_run: Run):
    run = workload_run()
    found = policies(run)
    assert found.keys() == {"ec2", "ecr.api", "ecr.dkr", "eks-auth", "s3"}
    assert found.pop("s3") == s3_gateway(settings(), region="eu-west-1")
    for service, text in found.items():
        assert text == interface(settings(), service, region="eu-west-1", cluster="shop")


def test_the_program_registers_no_policy_when_it_is_open(workload_run: Run):
    assert set(policies(workload_run(endpoints={"policy": "open"})).values()) == {None}


def test_the_linter_finds_nothing_in_any_of_them(workload_run: Run):
    found = policies(workload_run(**EVERYTHING))
    assert len(found) == 18
    assert [service for service, text in found.items() if text is None] == []
    # The linter knows documents of roles, which name no principal.
    plain = {
        name: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {key: value for key, value in statement.items() if key != "Principal"}
                    for statement in json.loads(str(text))["Statement"]
                ],
            }
        )
        for name, text in found.items()
    }
    assert findings(plain, {}) == []


def test_every_region_that_is_known_by_name_has_its_account():
    assert set(REGIONS) == set(ADDON_ACCOUNTS)
    assert all(len(account) == 12 and account.isdigit() for account in ADDON_ACCOUNTS.values())
