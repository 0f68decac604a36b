"""Pulumi's CLI with the state policies of bootstrap: all that a deployer needs, and nothing of another trust domain.

The states are in a bucket of the emulated AWS, behind a gate that evaluates the policies of whoever signed a request.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pulumi
import pytest
from pulumi import automation as auto

from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.account import state_migration
from privatelink_ingress.plan.account.deployers import previews
from tests.program.test_state_access import BACKEND, KEYS, run
from tests.support.deployers import EDGE, REGION, SHARD_PARAMETER
from tests.support.engine import Stack, World
from tests.support.engine_edge import connection, publish, write_contract
from tests.support.state_backends import StateBucket, state_bucket

CHECKPOINTS = True

ADMINISTRATOR = Policies(json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
TEAM = "attached-prod-blog"
CONTRACT = "/central-ingress/connections/blog"


@pytest.fixture(scope="module")
def bucket(world: World) -> Iterator[StateBucket]:
    with state_bucket(world, BACKEND, run()) as made:
        yield made


def with_a_secret() -> None:
    pulumi.export("password", pulumi.Output.secret("hush"))
    pulumi.export("vpc_id", "vpc-1")


def small(bucket: StateBucket, deployer: str, stack: str, **more: str) -> Stack:
    project, _, name = stack.partition("/")
    return bucket.world.stack(
        with_a_secret,
        project=project,
        name=name,
        account_id=EDGE,
        environment={**bucket.as_deployer(deployer), **more},
        secrets_provider=bucket.secrets_provider(deployer),
    )


def shape(request: Request) -> tuple[str, str, str]:
    """Action, object and key of a request, without the numbers in the names of objects."""
    name = re.sub(r"\d{10,}|[0-9a-f]{8}-[0-9a-f-]{27}", "1", request.resource)
    return request.action, name, str(sorted(request.context.items()))


# One stack, with every command


LIFE = "central-ingress/prod-wiki"


def test_no_command_on_an_own_stack_is_refused_and_the_table_of_requests_knows_them_all(bucket: StateBucket):
    stack = small(bucket, "attached-prod-wiki", LIFE)
    stack.preview()
    stack.up()
    stack.config["central-ingress:other"] = "1"
    stack.up()
    stack.refresh()
    assert all(b"hush" not in content for content in bucket.objects().values())
    stack.restore(stack.state())
    handle: auto.Stack = stack._stack
    assert stack.outputs()["password"] == "hush"
    assert len(handle.history()) == 3
    handle.workspace.set_tag("prod-wiki", "team", "wiki")
    handle.workspace.list_tags("prod-wiki")
    stack.cancel()
    stack.destroy()
    handle.workspace.remove_stack("prod-wiki")
    asked = bucket.gate.of("attached-prod-wiki")
    assert bucket.gate.refused("attached-prod-wiki") == []
    table = {shape(one) for one in BACKEND.used(LIFE, KEYS[LIFE])}
    assert {shape(one.request) for one in asked} - table == set()
    assert {one.request.action for one in asked} == {action for action, _, _ in table}


# Another trust domain


@pytest.fixture(scope="module")
def shard(bucket: StateBucket) -> Stack:
    """The sample's load balancer, deployed by the edge's deployer, which publishes its contract."""
    stack = bucket.world.sample(
        "central-ingress/prod",
        environment=bucket.as_deployer("edge"),
        secrets_provider=bucket.secrets_provider("edge"),
    )
    stack.config["central-ingress:contractPrefix"] = "/central-ingress/shards"
    stack.config["central-ingress:connections"] = "{}"
    stack.up()
    return stack


def refers_to_the_shard() -> None:
    pulumi.export("vpc", pulumi.StackReference("organization/central-ingress/prod").get_output("vpc_id"))


def test_stacks_of_one_trust_domain_refer_to_each_other_with_its_key(bucket: StateBucket, shard: Stack):
    bucket.gate.asked.clear()
    news = bucket.world.stack(
        refers_to_the_shard,
        project="central-ingress",
        name="prod-news",
        account_id=EDGE,
        environment=bucket.as_deployer("edge"),
        secrets_provider=bucket.secrets_provider("edge"),
    )
    ec2 = bucket.world.cloud.session(EDGE, REGION).client("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "tag:Stack", "Values": ["central-ingress/prod"]}])["Vpcs"]
    news.up()
    assert news.outputs()["vpc"] == vpc["VpcId"]
    assert bucket.gate.refused("edge") == []
    asked = {shape(one.request) for one in bucket.gate.of("edge")}
    assert {shape(one) for one in BACKEND.referred("central-ingress/prod", KEYS["central-ingress/prod"])} <= asked


@pytest.fixture(scope="module")
def published(bucket: StateBucket) -> None:
    """A workload of another account, whose contract is in the edge's Parameter Store."""
    write_contract(bucket.world, CONTRACT, "blog", publish(bucket.world, "blog"))


@pytest.fixture(scope="module")
def team(bucket: StateBucket, shard: Stack, published: None) -> Stack:
    """The sample's attached stack, which its own team deploys and has not deployed yet."""
    stack = bucket.world.sample(
        "central-ingress/prod-blog",
        environment=bucket.as_deployer(TEAM),
        secrets_provider=bucket.secrets_provider(TEAM),
    )
    blog = connection("blog", 1, {"parameter": CONTRACT})
    stack.config["central-ingress:connections"] = json.dumps({"blog": blog})
    return stack


def test_the_shard_is_deployed_with_the_edges_policies(bucket: StateBucket, shard: Stack):
    assert bucket.gate.refused("edge") == []
    assert {one.request.resource.rpartition("/")[2] for one in bucket.gate.of("edge")} >= {"prod.json"}


def test_a_team_cannot_refer_to_the_shards_state(bucket: StateBucket, team: Stack):
    [error] = team.failing("preview").errors
    assert 'failed to load checkpoint: blob (key ".pulumi/stacks/central-ingress/prod.json")' in error
    assert "StatusCode: 403" in error
    assert {(one.action, one.resource.rpartition("/.pulumi/")[2]) for one in bucket.gate.refused(TEAM)} == {
        ("s3:GetObject", "stacks/central-ingress/prod.json")
    }


def test_a_stack_reference_opens_the_secrets_of_its_stack_although_it_reads_only_plain_outputs(
    bucket: StateBucket, team: Stack
):
    """Why a right to read the state would not be enough: it takes the key of everything that is secret there."""
    state = f"{BACKEND.url}/.pulumi/stacks/central-ingress/prod.json"
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": state}
    bucket.as_deployer(TEAM, json.dumps({"Statement": [read]}))
    bucket.gate.asked.clear()
    failed = team.failing("preview")
    assert "AccessDeniedException" in "\n".join(failed.errors)
    refused = {shape(one) for one in bucket.gate.refused(TEAM)}
    assert refused == {shape(BACKEND.key("Decrypt", KEYS["central-ingress/prod"]))}
    bucket.as_deployer(TEAM)


def test_a_team_reads_both_contracts_without_any_right_on_a_foreign_state_or_key(bucket: StateBucket, team: Stack):
    """That of its shard, in another trust domain, and that of its cluster, in another account."""
    bucket.gate.asked.clear()
    team.config["central-ingress:edgeParameter"] = SHARD_PARAMETER
    result = team.up()
    assert len([step for step in result.steps if step.operation == "create"]) > 8
    assert bucket.gate.refused(TEAM) == []
    own = "central-ingress/prod-blog"
    table = {shape(one) for one in BACKEND.used(own, KEYS[own])}
    assert {shape(one.request) for one in bucket.gate.of(TEAM)} - table == set()


def test_a_session_that_only_looks_previews_and_compares_the_stack_and_cannot_deploy_it(
    bucket: StateBucket, team: Stack
):
    bucket.as_deployer(TEAM, previews.read_only(), **{f"aws:PrincipalTag/{previews.TAG}": previews.READ})
    bucket.gate.asked.clear()
    before = bucket.objects()
    assert team.preview().shown() == []
    assert team.preview(refresh=True).shown() == []
    assert bucket.gate.refused(TEAM) == []
    assert "StatusCode: 403" in team.failing("up").errors[0]
    assert {one.action for one in bucket.gate.refused(TEAM)} == {"s3:PutObject", "kms:GenerateDataKey"}
    assert bucket.objects() == before
    bucket.as_deployer(TEAM)


@pytest.mark.parametrize("stack", ["central-ingress/prod", "bootstrap/edge", "eks-service/shop"])
def test_a_team_opens_and_creates_no_foreign_stack(bucket: StateBucket, shard: Stack, stack: str):
    before = bucket.objects()
    with pytest.raises(auto.CommandError, match=r"StatusCode: 403"):
        small(bucket, TEAM, stack)
    assert bucket.objects() == before


# The bootstrap stack


def test_the_state_of_bootstrap_moves_to_the_bucket_and_no_deployer_opens_it_there(bucket: StateBucket):
    """All commands of `bootstrap migrate-state` but its preview, which the engine of this test runs."""
    stack = bucket.world.stack(
        with_a_secret, project="bootstrap", name="edge", account_id=EDGE, secrets_provider="passphrase"
    )
    stack.up()
    workspace = stack._stack.workspace
    administrator = bucket.as_principal("administrator", ADMINISTRATOR)
    backend_url, secrets_provider = (run().exports[name] for name in ("backend_url", "secrets_provider"))
    steps = state_migration.steps(
        "edge",
        source=os.environ["PULUMI_BACKEND_URL"],
        backend_url=backend_url,
        secrets_provider=secrets_provider,
        file="state.json",
        held=None,
    )
    moving = [step for step in steps if step.arguments[0] == "stack"]
    assert len(moving) == 4
    for step in moving:
        environment = {**os.environ, **administrator, "PULUMI_BACKEND_URL": step.backend}
        command = ["pulumi", "--non-interactive", *step.arguments]
        subprocess.run(command, cwd=workspace.work_dir, env=environment, check=True, capture_output=True)
    workspace.env_vars = {**workspace.env_vars, **administrator, "PULUMI_CONFIG_PASSPHRASE": "another one"}
    stack._settings = workspace.stack_settings("edge")
    assert stack.preview().shown() == []
    assert stack.outputs()["password"] == "hush"
    full = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    environment = bucket.as_deployer("edge", full)
    with pytest.raises(auto.CommandError, match=r"StatusCode: 403"):
        bucket.world.stack(with_a_secret, project="bootstrap", name="edge", account_id=EDGE, environment=environment)
