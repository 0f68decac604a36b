"""In-process runs on the emulated AWS: which account, Region, tags and cluster a resource gets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from privatelink_ingress.local import cloud_backend
from privatelink_ingress.local.adapters import base
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine import runner, sdk
from privatelink_ingress.local.engine.runner import ProgramFailed, StackRun

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def create_log_group(aws: Aws, inputs: Properties) -> Created:
    call(aws, "logs", "CreateLogGroup", inputs, type_=LOG_GROUP)
    return Created(inputs["name"], {"arn": f"arn:aws:logs:{aws.region}:{aws.account_id}:log-group:{inputs['name']}"})


def delete_log_group(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "logs", "DeleteLogGroup", {"name": id_}, type_=LOG_GROUP)


@pytest.fixture(autouse=True)
def one_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log groups are all that these tests register, through an adapter of their own: the driver is under test."""

    def adapter_for(type_: str) -> Adapter:
        if type_ != LOG_GROUP:
            raise AdapterError(f"the local cloud has no adapter for {type_}")
        return Adapter(create=create_log_group, delete=delete_log_group)

    monkeypatch.setattr(cloud_backend, "adapter_for", adapter_for)


@pytest.fixture
def run(cloud: Cloud) -> Callable[..., StackRun]:
    def start(program: Callable, **options) -> StackRun:
        backend = CloudBackend(cloud, WORKLOAD, REGION)
        given: dict[str, Any] = {
            "project": "eks-service",
            "stack": "shop",
            "config": {},
            "backend": backend,
            "timeout": 60,
        }
        return runner.run(program, **(given | options))

    return start


def log_group(name: str, provider: aws.Provider | None = None, **inputs) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(name, name=name, opts=pulumi.ResourceOptions(provider=provider), **inputs)


def assumed(account_id: str) -> list[aws.ProviderAssumeRoleArgs]:
    return [aws.ProviderAssumeRoleArgs(role_arn=f"arn:aws:iam::{account_id}:role/deployer", session_name="tests")]


def names(session: Aws) -> list[str]:
    return [group["logGroupName"] for group in session.client("logs").describe_log_groups()["logGroups"]]


def tags_of(session: Aws, name: str) -> dict[str, str]:
    return session.client("logs").list_tags_log_group(logGroupName=name)["tags"]


def test_each_resource_lands_in_the_account_of_its_provider(run, workload, edge):
    def program() -> None:
        log_group("ours")
        theirs = aws.Provider("edge", region=REGION, assume_roles=assumed(EDGE), allowed_account_ids=[EDGE])
        pulumi.export("arn", log_group("theirs", theirs).arn)

    result = run(program)
    assert names(workload) == ["ours"]
    assert names(edge) == ["theirs"]
    assert result.exports == {"arn": f"arn:aws:logs:{REGION}:{EDGE}:log-group:theirs"}


def test_the_region_is_the_resource_s_own_or_the_provider_s_or_the_ambient_one(run, cloud):
    def program() -> None:
        frankfurt = aws.Provider("frankfurt", region="eu-central-1")
        log_group("ambient")
        log_group("provided", frankfurt)
        log_group("own", frankfurt, region="us-east-1")

    regions = {r.name: r.outputs["region"] for r in run(program).of_type(LOG_GROUP)}
    assert regions == {"ambient": REGION, "provided": "eu-central-1", "own": "us-east-1"}
    assert names(cloud.session(WORKLOAD, "us-east-1")) == ["own"]


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
def test_a_provider_refuses_credentials_of_another_account_and_names_both(run, workload, preview):
    def program() -> None:
        log_group("ours", aws.Provider("edge", region=REGION, allowed_account_ids=[EDGE]))

    with pytest.raises(ProgramFailed) as caught:
        run(program, preview=preview)
    assert caught.value.urn.endswith("pulumi:providers:aws::edge")
    assert f"credentials are of {WORKLOAD}, the provider allows {EDGE}" in caught.value.reason
    assert names(workload) == []


def test_a_look_up_asks_the_account_of_its_provider(run):
    def program() -> None:
        theirs = aws.Provider("edge", region=REGION, assume_roles=assumed(EDGE))
        pulumi.export("ours", aws.get_caller_identity().account_id)
        opts = pulumi.InvokeOptions(provider=theirs)
        pulumi.export("theirs", aws.get_caller_identity(opts=opts).account_id)
        zones = aws.get_availability_zones(state="available", exclude_zone_ids=["euw1-az2"], opts=opts)
        pulumi.export("zones", zones.zone_ids)

    assert run(program).exports == {"ours": WORKLOAD, "theirs": EDGE, "zones": ["euw1-az3", "euw1-az1"]}


def test_calls_are_made_as_the_role_that_the_provider_assumes(run):
    def program() -> None:
        theirs = aws.Provider("edge", region=REGION, assume_roles=assumed(EDGE))
        pulumi.export("caller", aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=theirs)).arn)

    assert run(program).exports == {"caller": f"arn:aws:sts::{EDGE}:assumed-role/deployer/local-cloud"}


def test_a_look_up_that_is_not_answered_says_so(run):
    with pytest.raises(Exception, match="the local cloud does not answer aws:index/getPartition:getPartition"):
        run(lambda: aws.get_partition() and None)


def test_default_tags_go_under_the_resource_s_own(run, workload):
    def program() -> None:
        tags = aws.ProviderDefaultTagsArgs(tags={"owner": "platform", "environment": "sample"})
        provider = aws.Provider("p", region=REGION, default_tags=tags)
        log_group("plain", provider)
        log_group("own", provider, tags={"owner": "team-shop"})

    result = run(program)
    assert tags_of(workload, "plain") == {"owner": "platform", "environment": "sample"}
    assert tags_of(workload, "own") == {"owner": "team-shop", "environment": "sample"}
    own = next(r for r in result.registrations if r.name == "own")
    assert own.inputs["tags"] == {"owner": "team-shop"}
    assert own.outputs["tagsAll"] == {"owner": "team-shop", "environment": "sample"}


def test_only_types_with_tags_get_default_tags():
    assert sdk.takes_tags("aws:ec2/vpc:Vpc")
    assert sdk.takes_tags("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert sdk.takes_tags("eks:index:Cluster")
    assert not sdk.takes_tags("aws:ec2/route:Route")
    assert not sdk.takes_tags("aws:route53/record:Record")
    assert not sdk.takes_tags("kubernetes:core/v1:Namespace")


def test_a_name_that_the_program_leaves_out_is_made_of_the_resource_s(run, workload):
    result = run(lambda: aws.cloudwatch.LogGroup("flow") and None)
    made = result.only(LOG_GROUP).outputs["name"]
    assert re.fullmatch(r"flow-[0-9a-f]{7}", made)
    assert names(workload) == [made]
    for type_, inputs, added in (
        (LOG_GROUP, {"name": "given"}, set()),
        (LOG_GROUP, {"namePrefix": "given-"}, set()),
        ("aws:s3/bucket:Bucket", {}, {"bucket"}),
        ("aws:eks/nodeGroup:NodeGroup", {}, {"nodeGroupName"}),
        ("aws:ec2/vpc:Vpc", {}, set()),
        ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {}, set()),
    ):
        assert set(sdk.auto_name(type_, "x", "urn", inputs)) == added, type_
    assert sdk.auto_name("aws:kms/alias:Alias", "x", "urn", {})["name"].startswith("alias/x-")


def test_an_unknown_type_a_leftover_input_and_a_refusal_name_the_resource(run):
    def unknown_type() -> None:
        aws.sns.Topic("topic")

    def leftover() -> None:
        log_group("ours", retention_in_days=30)

    def refused() -> None:
        first = log_group("ours")
        aws.cloudwatch.LogGroup("again", name="ours", opts=pulumi.ResourceOptions(depends_on=[first]))

    for program, urn, reason in (
        (unknown_type, "aws:sns/topic:Topic::topic", "the local cloud has no adapter for aws:sns/topic:Topic"),
        (leftover, f"{LOG_GROUP}::ours", f"{LOG_GROUP}: input `retentionInDays` has no place in logs CreateLogGroup"),
        (refused, f"{LOG_GROUP}::again", "was refused: ResourceAlreadyExistsException"),
    ):
        with pytest.raises(ProgramFailed) as caught:
            run(program)
        assert caught.value.urn.endswith(urn)
        assert reason in caught.value.reason


def test_an_input_of_the_provider_that_nothing_acts_on_is_refused(run):
    with pytest.raises(ProgramFailed, match="does not understand `profile` of an AWS provider"):
        run(lambda: log_group("ours", aws.Provider("p", region=REGION, profile="mine")) and None)


def test_a_preview_makes_nothing_in_the_cloud(run, workload):
    result = run(lambda: log_group("ours") and None, preview=True)
    assert names(workload) == []
    assert [r.name for r in result.of_type(LOG_GROUP)] == ["ours"]


def test_what_a_run_created_can_be_deleted(run, cloud, workload):
    registration = run(lambda: log_group("ours") and None).only(LOG_GROUP)
    CloudBackend(cloud, WORKLOAD, REGION).delete(registration, {})
    assert names(workload) == []


EDGE_ADMIN = f"arn:aws:iam::{EDGE}:role/admin"
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "aws",
    "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
    "clusters": [{"name": "kubernetes", "cluster": {"server": "https://shop.example.com"}}],
    "users": [
        {
            "name": "aws",
            "user": {
                "exec": {
                    "command": "aws",
                    "args": f"--region eu-central-1 eks get-token --cluster-name shop --role-arn {EDGE_ADMIN}".split(),
                }
            },
        }
    ],
}


def target_of(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, provider_inputs: Properties) -> base.Kubernetes:
    seen: list = []
    adapter = Adapter(create=lambda target, inputs: seen.append(target) or Created("ns", {}), delete=lambda *_: None)
    monkeypatch.setattr(cloud_backend, "adapter_for", lambda type_: adapter)
    namespace = runner.Registration(type="kubernetes:core/v1:Namespace", name="ns", urn="u", custom=True)
    CloudBackend(cloud, WORKLOAD, REGION).create(namespace, provider_inputs)
    return seen[0]


def test_a_kubernetes_object_goes_to_the_cluster_of_its_provider_s_kubeconfig(cloud, monkeypatch):
    target = target_of(cloud, monkeypatch, {"kubeconfig": json.dumps(KUBECONFIG), "namespace": "ingress"})
    assert (target.server, target.cluster_name, target.namespace) == ("https://shop.example.com", "shop", "ingress")
    assert (target.account_id, target.region) == (EDGE, "eu-central-1")
    caller = target.client("sts").get_caller_identity()["Arn"]
    assert caller == f"arn:aws:sts::{EDGE}:assumed-role/admin/local-cloud"


def test_a_kubernetes_provider_without_a_usable_kubeconfig_is_refused(cloud, monkeypatch):
    for kubeconfig, message in (
        (None, "no default cluster"),
        ("~/.kube/config", "must be the text of one"),
        (json.dumps(KUBECONFIG | {"current-context": "nope"}), "no context named 'nope'"),
    ):
        with pytest.raises(AdapterError, match=message):
            target_of(cloud, monkeypatch, {"kubeconfig": kubeconfig})
