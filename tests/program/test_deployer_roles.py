"""Who deploys, and what each role can and cannot do. D13, D27-D29, D31 and D42 of the article's code must stay right.

Policies are evaluated by `iam_policies.py` against what `aws_requests.py` says that AWS asks for: a claim about these
policies, not a proof that AWS decides alike.
"""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.lookups.providers import Providers
from tests.support.aws_requests import allowed_account
from tests.support.bootstrap import bootstrap
from tests.support.deployers import (
    CI,
    DUTIES,
    EDGE,
    GITHUB,
    POLICY,
    REGION,
    ROLE,
    TRUST,
    WORKLOAD,
    ZONE,
    account,
    asked_by,
    asker,
    boundary,
    edge_account,
    named,
    of_duty,
    of_provider,
    policies,
    trust,
    workload_account,
)
from tests.support.programs import run_edge, run_workload

# What each duty must be able to do


@pytest.mark.parametrize("duty", DUTIES)
def test_each_duty_may_do_all_that_the_resources_of_its_provider_need(duty: str):
    asked = asked_by(duty)
    assert len(asked) >= 10
    assert of_duty(duty).refused(asked) == []


@pytest.mark.parametrize("duty", ["workload-network", "workload-eks", "edge-network"])
def test_a_duty_with_log_deletion_may_also_delete_the_logs_of_its_stack(duty: str):
    asked = asked_by(duty, log_deletion=True)
    beside = [request for request in asked if request not in asked_by(duty)]
    assert beside != []
    assert {request.action for request in beside} <= {
        "logs:DeleteLogGroup",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:DeleteObjectVersion",
    }
    assert of_duty(duty, log_deletion=True).refused(asked) == []
    assert of_duty(duty).allowed(beside) == []


def test_every_resource_of_the_samples_is_registered_by_a_duty_with_grants():
    for run, duties in ((run_workload("shop"), ("network", "iam", "ecr", "eks")), (run_edge("prod"), ("network",))):
        of_aws = {one.urn for one in run.registrations if one.type.startswith(("aws:", "eks:"))}
        assert of_aws == {one.urn for duty in duties for one in of_provider(run, duty)}


# What none may do


@pytest.mark.parametrize("duty", DUTIES[:4])
def test_no_duty_may_create_or_change_resources_of_another_duty(duty: str):
    mine = {request.action for request in asked_by(duty)}
    others = [
        request
        for other in DUTIES[:4]
        for request in asked_by(other)
        if request.action not in mine and ":Describe" not in request.action
    ]
    assert len(others) > 20
    # Reading roles that it passes is part of making a cluster.
    reading = {"iam:GetRole", "iam:ListAttachedRolePolicies"}
    assert [one for one in of_duty(duty).allowed(others) if one.action not in reading] == []


@pytest.mark.parametrize("duty", DUTIES)
def test_no_duty_may_touch_another_account(duty: str):
    elsewhere = "333333333333"
    mine = WORKLOAD if duty.startswith("workload") else EDGE
    moved = [
        Request(one.action, one.resource.replace(mine, elsewhere), one.context)
        for one in asked_by(duty)
        if f":{mine}:" in one.resource
    ]
    assert len(moved) >= 9
    assert of_duty(duty).allowed(moved) == []


@pytest.mark.parametrize("duty", DUTIES)
def test_no_duty_may_work_in_another_region(duty: str):
    moved = [
        Request(
            one.action, one.resource.replace(REGION, "us-east-1"), {**one.context, "aws:RequestedRegion": "us-east-1"}
        )
        for one in asked_by(duty)
        if REGION in one.resource or one.resource == "*"
    ]
    # EKS and ACM name no region in the ARN of what is not there yet; their tags limit it.
    without_region = {"eks:CreateCluster", "acm:RequestCertificate"}
    assert {one.action for one in of_duty(duty).allowed(moved)} <= without_region


@pytest.mark.parametrize("duty", DUTIES)
def test_no_duty_may_change_resources_that_another_stack_tagged(duty: str):
    foreign = [
        Request(one.action, one.resource, {**one.context, "aws:ResourceTag/Stack": "eks-service/other"})
        for one in asked_by(duty)
        if "aws:ResourceTag/Stack" in one.context
    ]
    assert of_duty(duty).allowed(foreign) == []


@pytest.mark.parametrize("duty", ["workload-network", "edge-network"])
def test_nothing_is_created_in_ec2_without_the_tags_of_the_stack(duty: str):
    untagged = [
        Request(one.action, one.resource, {"aws:RequestedRegion": REGION})
        for one in asked_by(duty)
        if "aws:RequestTag/Stack" in one.context and one.action.startswith(("ec2:", "elasticloadbalancing:"))
    ]
    assert len(untagged) > 10
    assert of_duty(duty).allowed(untagged) == []


@pytest.mark.parametrize("duty", ["workload-network", "edge-network"])
def test_a_security_group_that_has_an_owner_cannot_be_taken_over_by_tagging_it(duty: str):
    mine, asked = WORKLOAD if duty.startswith("workload") else EDGE, tags(duty, "RequestTag")
    group = f"arn:aws:ec2:{REGION}:{mine}:security-group/sg-1"
    for owned in ({"Stack": "eks-service/other"}, {"ManagedBy": "terraform"}, {"Name": "eks-cluster-sg-platform"}):
        context = asked | {f"aws:ResourceTag/{key}": value for key, value in owned.items()}
        assert not of_duty(duty).allow(Request("ec2:CreateTags", group, context))
    # A VPC's default group, which AWS creates without tags.
    assert of_duty(duty).allow(Request("ec2:CreateTags", group, asked))


@pytest.mark.parametrize("duty", DUTIES)
def test_names_of_another_connection_are_out_of_reach(duty: str):
    mine = "shop" if duty.startswith("workload") else "prod"
    renamed = [
        Request(one.action, one.resource.replace(mine, "other"), one.context)
        for one in asked_by(duty)
        if mine in one.resource and not any("ResourceTag" in key for key in one.context)
    ]
    assert len(renamed) >= 3
    # A target group's ARN is not limited to a name: tags limit it.
    by_tag = ("elasticloadbalancing:",)
    # Repositories are listed all or none.
    lists = ("ecr:DescribeRepositories",)
    assert [one for one in of_duty(duty).allowed(renamed) if not one.action.startswith(by_tag + lists)] == []


@pytest.mark.parametrize(
    ("side", "settings", "kind"),
    [
        ("workload", {"connections": ["shop"]}, "vpc-endpoint-service/vpce-svc-1"),
        ("edge", {"stacks": ["prod"], "hostedZoneIds": [ZONE]}, "vpc-endpoint/vpce-1"),
    ],
)
def test_privatelink_across_regions_is_off_by_default(side: str, settings: dict[str, Any], kind: str):
    request = Request("vpce:AllowMultiRegion", f"arn:aws:ec2:{REGION}:{WORKLOAD}:{kind}")
    off = account({"trust": TRUST, side: settings})
    on = account({"trust": TRUST, side: {**settings, "crossRegion": True}})
    assert not policies(off, f"{side}-network").allow(request)
    assert policies(on, f"{side}-network").allow(request)


# Roles that the system makes


IAM_DUTIES = [("workload-iam", WORKLOAD, "shop-node-1a2b3c4"), ("edge-network", EDGE, "edge-network-flow-logs-1a2b3c4")]


def limit(duty: str, account_id: str) -> dict[str, str]:
    side = duty.split("-")[0]
    return {"iam:PermissionsBoundary": asker(account_id, "", side).boundary}


def tags(duty: str, key: str) -> dict[str, str]:
    """The tags of the duty's stack, in the request (`RequestTag`) or on the resource (`ResourceTag`)."""
    stack = "eks-service/shop" if duty.startswith("workload") else "central-ingress/prod"
    return {f"aws:{key}/ManagedBy": "privatelink-ingress", f"aws:{key}/Stack": stack}


@pytest.mark.parametrize(("duty", "account_id", "role"), IAM_DUTIES)
def test_a_role_is_created_and_granted_rights_only_within_the_boundary(duty: str, account_id: str, role: str):
    arn = f"arn:aws:iam::{account_id}:role/{role}"
    for action, key in (
        ("iam:CreateRole", "RequestTag"),
        ("iam:PutRolePolicy", "ResourceTag"),
        ("iam:DeleteRolePolicy", "ResourceTag"),
        ("iam:PutRolePermissionsBoundary", "ResourceTag"),
    ):
        other = {"iam:PermissionsBoundary": f"arn:aws:iam::{account_id}:policy/another"}
        mine, within = tags(duty, key), limit(duty, account_id)
        assert of_duty(duty).allow(Request(action, arn, within | mine))
        assert not of_duty(duty).allow(Request(action, arn, other | mine)), action
        assert not of_duty(duty).allow(Request(action, arn, mine)), action
        assert not of_duty(duty).allow(Request(action, arn, within)), action


@pytest.mark.parametrize(("duty", "account_id", "role"), IAM_DUTIES)
def test_the_boundary_cannot_be_removed_or_rewritten(duty: str, account_id: str, role: str):
    boundary = limit(duty, account_id)
    within = f"arn:aws:iam::{account_id}:role/{role}"
    requests = [
        Request("iam:DeleteRolePermissionsBoundary", within, boundary),
        *(
            Request(f"iam:{action}", boundary["iam:PermissionsBoundary"])
            for action in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy", "DeletePolicyVersion")
        ),
        Request("iam:CreatePolicy", f"arn:aws:iam::{account_id}:policy/mine"),
    ]
    assert of_duty(duty).allowed(requests) == []


@pytest.mark.parametrize(("duty", "account_id", "role"), IAM_DUTIES)
def test_no_deployer_alters_a_deployer_even_with_full_rights_over_roles_beside_it(
    duty: str, account_id: str, role: str
):
    own = [
        one.inputs["policy"] for one in (workload_account() if "workload" in duty else edge_account()).of_type(POLICY)
    ]
    everything = json.dumps({"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]})
    attached = [text for text in own if "Deny" in text]
    assert attached
    path = f"arn:aws:iam::{account_id}:role/privatelink-ingress"
    actions = (
        "PutRolePolicy",
        "AttachRolePolicy",
        "UpdateAssumeRolePolicy",
        "DeleteRole",
        "PutRolePermissionsBoundary",
    )
    requests = [Request(f"iam:{action}", f"{path}/ingress-workload-iam-access") for action in actions]
    assert Policies(everything).refused(requests) == []
    assert Policies(everything, *attached).allowed(requests) == []


def test_only_the_policies_that_the_roles_need_can_be_attached():
    role = f"arn:aws:iam::{WORKLOAD}:role/shop-node-1a2b3c4"
    for name, allowed in (("AmazonEKSWorkerNodePolicy", True), ("AdministratorAccess", False)):
        policy = {"iam:PolicyARN": f"arn:aws:iam::aws:policy/{name}"}
        context = limit("workload-iam", WORKLOAD) | tags("workload-iam", "ResourceTag") | policy
        assert of_duty("workload-iam").allow(Request("iam:AttachRolePolicy", role, context)) is allowed


@pytest.mark.parametrize("duty", DUTIES)
@pytest.mark.parametrize(
    ("role", "service"),
    [
        ("admin", "ec2.amazonaws.com"),
        ("shop-node-1a2b3c4", "lambda.amazonaws.com"),
        ("shop-cluster-1a2b3c4", "ec2.amazonaws.com"),
        ("edge-network-flow-logs-1a2b3c4", "lambda.amazonaws.com"),
        ("privatelink-ingress/ingress-workload-iam-access", "ec2.amazonaws.com"),
    ],
)
def test_no_other_role_is_passed_and_none_to_another_service(duty: str, role: str, service: str):
    mine = WORKLOAD if duty.startswith("workload") else EDGE
    context = {"iam:PassedToService": service}
    assert not of_duty(duty).allow(Request("iam:PassRole", f"arn:aws:iam::{mine}:role/{role}", context))


@pytest.mark.parametrize(
    "action",
    ["iam:CreateRole", "sts:AssumeRole", "s3:GetObject", "ec2:RunInstances", "ec2:AttachVolume", "ec2:CreateRoute"],
)
def test_no_role_within_the_boundary_has_rights_that_nothing_here_uses(action: str):
    context = {"aws:RequestedRegion": REGION}
    for run, side in ((workload_account(), "workload"), (edge_account(), "edge")):
        assert not boundary(run, side).allow(Request(action, "*", context))


def test_within_the_boundary_nodes_join_pods_get_addresses_and_flow_logs_are_written():
    context = {"aws:RequestedRegion": REGION}
    wanted = (
        "ecr:GetAuthorizationToken",
        "ecr:BatchGetImage",
        "ec2:DescribeInstances",
        "eks:DescribeCluster",
        "eks-auth:AssumeRoleForPodIdentity",
    )
    groups = (
        "shop-flow-logs-1a2b3c4",
        "/aws/containerinsights/shop/application",
        "/aws/containerinsights/shop/performance",
    )
    log_groups = (f"arn:aws:logs:{REGION}:{WORKLOAD}:log-group:{group}:log-stream:eni-1" for group in groups)
    requests = [
        *(Request(action, "*", context) for action in wanted),
        *(Request("logs:PutLogEvents", log, context) for log in log_groups),
        *interfaces(tags("workload", "ResourceTag"), {"aws:ResourceTag/aws:eks:cluster-name": "shop"}),
    ]
    assert boundary(workload_account(), "workload").refused(requests) == []
    flow_log = f"arn:aws:logs:{REGION}:{EDGE}:log-group:edge-network-flow-logs-1a2b3c4:log-stream:eni-1"
    assert boundary(edge_account(), "edge").allow(Request("logs:PutLogEvents", flow_log, context))


def interfaces(own: dict[str, str], group: dict[str, str]) -> list[Request]:
    """What the CNI asks for, where subnet and instance have the tags `own`, and the security group `group`."""
    ec2 = f"arn:aws:ec2:{REGION}:{WORKLOAD}"
    on = {
        "network-interface/eni-1": ("AssignPrivateIpAddresses", "CreateTags", "DeleteNetworkInterface"),
        "subnet/subnet-1": ("CreateNetworkInterface",),
        "security-group/sg-1": ("CreateNetworkInterface", "ModifyNetworkInterfaceAttribute"),
        "instance/i-1": ("AttachNetworkInterface", "DetachNetworkInterface", "ModifyNetworkInterfaceAttribute"),
    }
    known = {"subnet/subnet-1": own, "security-group/sg-1": group, "instance/i-1": own}
    return [
        Request(f"ec2:{action}", f"{ec2}:{resource}", {"aws:RequestedRegion": REGION, **known.get(resource, {})})
        for resource, actions in on.items()
        for action in actions
    ]


def test_no_role_within_the_boundary_puts_an_interface_into_a_foreign_network_or_on_a_foreign_instance():
    limit = boundary(workload_account(), "workload")
    foreign = interfaces(
        {"aws:ResourceTag/Stack": "eks-service/other"}, {"aws:ResourceTag/aws:eks:cluster-name": "other"}
    )
    assert {request.resource.rpartition(":")[2] for request in limit.allowed(foreign)} == {"network-interface/eni-1"}


# Who may assume them


def test_principals_are_trusted_with_their_external_id():
    principals = {
        "Effect": "Allow",
        "Principal": {"AWS": [CI]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": "shop-7f3a"}},
    }
    deployer = named(workload_account(), ROLE, "deployers-deployer")
    assert trust(workload_account(), "deployer") == [principals]
    for duty in DUTIES[:4]:
        assert trust(workload_account(), duty) == [
            principals,
            {
                "Effect": "Allow",
                "Principal": {"AWS": [deployer.outputs["arn"]]},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            },
        ]
        assert deployer.urn in named(workload_account(), ROLE, f"deployers-{duty}").depends_on


def test_who_deploys_from_another_account_has_the_states_through_the_deployers_role():
    assert f":{EDGE}:" not in CI
    state = Request(
        "s3:PutObject", f"arn:aws:s3:::pulumi-state-{EDGE}-{REGION}/.pulumi/stacks/central-ingress/prod.json"
    )
    assert policies(edge_account(), "deployer").allow(state)
    assert trust(edge_account(), "deployer")[0]["Principal"] == {"AWS": [CI]}


def test_github_is_trusted_for_exactly_the_branches_and_environments_that_are_named():
    run = account({"trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}})
    provider = run.only("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert trust(run, "deployer") == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{WORKLOAD}:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": [
                        "repo:example/ingress:ref:refs/heads/main",
                        "repo:example/ingress:environment:production",
                    ],
                }
            },
        }
    ]


def test_githubs_role_exists_before_the_roles_that_trust_it_and_may_assume_them():
    run = account({"trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}})
    entry = named(run, ROLE, "deployers-deployer")
    for duty in DUTIES[:4]:
        role = named(run, ROLE, f"deployers-{duty}")
        assert entry.urn in role.depends_on
        (statement,) = trust(run, duty)
        assert statement["Principal"] == {"AWS": [entry.outputs["arn"]]}
        assert policies(run, "deployer").allow(Request("sts:AssumeRole", role.outputs["arn"]))
    assert not policies(run, "deployer").allow(Request("sts:AssumeRole", f"arn:aws:iam::{WORKLOAD}:role/admin"))


def test_the_deployer_forwards_ports_through_nodes_of_its_clusters_when_asked_and_opens_no_other_session():
    def deployer(**more: Any) -> Policies:
        return policies(account({"trust": TRUST, "workload": {"connections": ["shop"], **more}}), "deployer")

    def session(document: str, cluster: str) -> list[Request]:
        node = f"arn:aws:ec2:{REGION}:{WORKLOAD}:instance/i-1"
        name = f"arn:aws:ssm:{REGION}::document/{document}"
        tag = {"ssm:resourceTag/eks:cluster-name": cluster}
        return [Request("ssm:StartSession", node, tag), Request("ssm:StartSession", name, tag)]

    forwarding = "AWS-StartPortForwardingSessionToRemoteHost"
    found = Request("ec2:DescribeInstances", "*", {"aws:RequestedRegion": REGION})
    looks = [found, Request("eks:DescribeCluster", f"arn:aws:eks:{REGION}:{WORKLOAD}:cluster/shop")]
    asked = [*session(forwarding, "shop"), *looks]
    assert deployer(tunnel=True).refused(asked) == []
    assert deployer().allowed(asked) == []
    others = [session("AWS-StartSSHSession", "shop")[1], session("SSM-SessionManagerRunShell", "shop")[1]]
    others += [session(forwarding, "blog")[0], Request("ssm:SendCommand", asked[0].resource, asked[0].context)]
    assert deployer(tunnel=True).allowed(others) == []


def test_an_existing_github_provider_is_not_created_again():
    arn = f"arn:aws:iam::{WORKLOAD}:oidc-provider/token.actions.githubusercontent.com"
    trusted = {"github": {**GITHUB, "providerArn": arn}}
    run = account({"trust": trusted, "workload": {"connections": ["shop"]}})
    assert run.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == ()
    assert trust(run, "deployer")[0]["Principal"] == {"Federated": arn}


# The writer of contracts


def writer() -> Policies:
    return policies(edge_account(), "parameter-shop")


def parameter(name: str) -> str:
    return f"arn:aws:ssm:{REGION}:{EDGE}:parameter/central-ingress/connections/{name}"


def test_a_writer_writes_reads_and_removes_its_own_contract_and_no_other():
    tags = {"aws:RequestTag/Stack": "eks-service/shop"}
    actions = ("PutParameter", "GetParameter", "DeleteParameter", "AddTagsToResource")
    own = [Request(f"ssm:{action}", parameter("shop"), tags) for action in actions]
    others = [
        Request(f"ssm:{action}", parameter(name), tags) for action in actions for name in ("blog", "shop2", "a/shop")
    ]
    assert writer().refused(own) == []
    assert writer().allowed(others) == []


def test_a_writer_overwrites_nothing():
    for overwrite, allowed in (("false", True), ("true", False)):
        request = Request("ssm:PutParameter", parameter("shop"), {"ssm:Overwrite": overwrite})
        assert writer().allow(request) is allowed


def test_a_writer_is_trusted_with_its_external_id_and_does_nothing_else():
    (statement,) = trust(edge_account(), "parameter-shop")
    assert statement["Principal"] == {"AWS": [CI]}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "shop-7f3a"}}
    assert writer().allowed(one for one in asked_by("edge-network") if not one.action.startswith("ssm:")) == []


# Names, outputs, duties


def test_two_systems_of_one_account_have_no_name_in_common():
    def names(prefix: str) -> set[str]:
        run = account({"prefix": prefix, "trust": {"github": GITHUB}, "workload": {"connections": ["shop"]}})
        return {one.inputs["name"] for type_ in (ROLE, POLICY) for one in run.of_type(type_)}

    assert len(names("one")) == 20
    assert names("one") & names("two") == set()


def test_both_sides_fit_one_account():
    edge = {"stacks": ["prod"], "hostedZoneIds": [ZONE]}
    run = account({"trust": TRUST, "workload": {"connections": ["shop"]}, "edge": edge})
    assert set(run.exports["workload_roles"]) == {"network", "iam", "ecr", "eks"}
    assert set(run.exports["edge_roles"]) == {"network"}


def test_the_outputs_are_valid_roles_of_the_stack_files():
    exports = workload_account().exports
    path = f"arn:aws:iam::{WORKLOAD}:role/privatelink-ingress"
    assert exports["workload_roles"] == {
        "network": f"{path}/ingress-workload-network-role",
        "iam": f"{path}/ingress-workload-iam-access",
        "ecr": f"{path}/ingress-workload-ecr-access",
        "eks": f"{path}/ingress-workload-eks-role",
    }
    assert exports["permissions_boundaries"] == {"workload": asker(WORKLOAD, "", "workload").boundary}
    assert edge_account().exports["parameter_writer_roles"] == {
        "shop": f"arn:aws:iam::{EDGE}:role/privatelink-ingress/ingress-parameter-shop"
    }
    assert edge_account().secret_exports == frozenset()


def test_without_roles_none_are_created():
    run = bootstrap()
    assert run.of_type(ROLE) == ()
    assert run.of_type(POLICY) == ()


def stack_roles() -> dict[str, str]:
    """`roles` of the stack, as docs/bootstrap.md says to write the outputs."""
    exports = workload_account().exports
    return {**exports["workload_roles"], "permissionsBoundary": exports["permissions_boundaries"]["workload"]}


def test_with_roles_each_duty_assumes_its_own_and_keeps_to_its_account():
    roles = {**stack_roles(), "externalId": TRUST["externalId"]}
    # What is deployed into a cluster needs a token, and `aws eks get-token` sends no external id.
    run = run_workload(roles=roles, controller={"install": False}, sample={"install": False})
    providers = {one.name: one for one in run.of_type("pulumi:providers:aws")}
    assert set(providers) == set(Providers.__dataclass_fields__)
    for duty, provider in providers.items():
        (assumed,) = json.loads(provider.inputs["assumeRoles"])
        assert (assumed["roleArn"], assumed["externalId"]) == (roles[duty], "shop-7f3a")
        assert allowed_account(provider) == [WORKLOAD]


DUTY_OF_TYPES = {
    "iam": ("aws:iam/",),
    "ecr": ("aws:ecr/",),
    "eks": ("aws:eks/", "aws:ec2/launchTemplate:"),
    "network": ("aws:ec2/", "aws:vpc/", "aws:lb/", "aws:autoscaling/", "aws:ssm/"),
}


def test_with_roles_each_resource_is_registered_through_the_provider_of_its_duty():
    run = run_workload(roles=stack_roles())
    wrong = []
    for one in run.registrations:
        duty = next((d for d in ("iam", "ecr", "eks", "network") if one.type.startswith(DUTY_OF_TYPES[d])), None)
        if duty and not str(one.provider).endswith(f"::{duty}"):
            wrong.append((one.type, one.provider))
    assert wrong == []
    # A log group belongs to what writes it.
    log_groups = {
        one.name: str(one.provider).rpartition("::")[2] for one in run.of_type("aws:cloudwatch/logGroup:LogGroup")
    }
    assert log_groups == {"shop-flow-logs": "network", "shop-control-plane": "eks"}


@pytest.mark.parametrize("roles", [{}, {"trust": TRUST, "workload": {"connections": ["shop"]}}])
def test_the_bootstrap_program_touches_only_its_account(roles: dict[str, Any]):
    run = account(roles) if roles else bootstrap(accountId=WORKLOAD)
    provider = run.only("pulumi:providers:aws")
    assert allowed_account(provider) == [WORKLOAD]
    assert {one.provider for one in run.registrations if one.type.startswith("aws:")} == {provider.urn}


def test_an_external_id_without_principals_is_refused():
    with pytest.raises(pulumi.RunError, match=r"roles\.trust\.externalId"):
        account({"trust": {"github": GITHUB, "externalId": "x1"}, "workload": {"connections": ["shop"]}})
