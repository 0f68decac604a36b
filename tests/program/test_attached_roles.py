"""The role of an attached stack: it may do all that such a stack does, and use its shard without changing it.

Evaluated as in `test_deployer_roles.py`.
"""

from __future__ import annotations

import functools
import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.runner import StackOutputs, StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.aws_requests import Account
from tests.support.deployers import (
    CI,
    EDGE,
    GITHUB,
    REGION,
    ROLE,
    SHARD_PARAMETER,
    TRUST,
    WORKLOAD,
    account,
    named,
    of_provider,
    policies,
    services,
)
from tests.support.deployers import trust as trust_of
from tests.support.edge_parameters import NAME, READER, SERVICE, SHARED
from tests.support.edge_parameters import Account as EdgeAccount
from tests.support.programs import run_attached, run_edge, run_workload, sample_connections, shard_in, shard_outputs

STACK = "central-ingress/prod-blog"
OWN = {"edgeStack": "prod", "edgeParameter": SHARD_PARAMETER}
OURS, SHARDS = "aws:ResourceTag/Stack", {"aws:ResourceTag/Stack": "central-ingress/prod"}


@functools.cache
def edge_stacks() -> dict[str, StackOutputs]:
    return {"organization/central-ingress/prod": shard_outputs()}


def roles(attached: dict[str, Any], trust: dict[str, Any] = TRUST, **edge: Any) -> dict[str, Any]:
    """Each attached stack may connect to the services that the sample connects to."""
    zone = shard_outputs().values["hosted_zone_id"]
    attached = {stack: {"endpointServices": services(run_attached()), **entry} for stack, entry in attached.items()}
    return {"trust": trust, "edge": {"stacks": ["prod"], "hostedZoneIds": [zone], "attached": attached, **edge}}


def made(attached: dict[str, Any], **more: Any) -> StackRun:
    return account(roles(attached, **more), EDGE, stacks=edge_stacks())


@functools.cache
def role() -> Policies:
    return policies(made({"prod-blog": {"edgeStack": "prod"}}), "attached-prod-blog")


@functools.cache
def asked() -> tuple[Request, ...]:
    """Requests of an attached stack with everything that a connection can have."""
    own = {"certificate": {"domains": ["www.blog.example.com"]}, "routes": [{"hosts": ["www.blog.example.com"]}]}
    run = run_attached(connections={"blog": sample_connections()["blog"] | own})
    asking = Account(EDGE, REGION, stack=STACK, boundary="")
    requests = [request for one in of_provider(run, "network") for request in asking.of(one)]
    return tuple(on_shard for request in requests for on_shard in _on_shard(request))


def _on_shard(request: Request) -> list[Request]:
    """A request on a VPC, subnet, group or listener is one on the shard's own, with the shard's tags."""
    shard, ec2 = shard_outputs().values, f"arn:aws:ec2:{REGION}:{EDGE}:"
    real = {
        f"{ec2}vpc/vpc-1": [f"{ec2}vpc/{shard['vpc_id']}"],
        f"{ec2}subnet/subnet-1": [f"{ec2}subnet/{id_}" for id_ in shard["endpoint_subnet_ids"].values()],
        f"{ec2}security-group/sg-1": [f"{ec2}security-group/{shard['endpoint_security_group_id']}"],
        f"arn:aws:elasticloadbalancing:{REGION}:{EDGE}:listener/app/lb/1/2": [shard["listener_arn"]],
        # Only a gateway endpoint has route tables.
        f"{ec2}route-table/rtb-1": [],
    }
    if request.resource not in real:
        return [request]
    context = {**request.context, **(SHARDS if OURS in request.context else {})}
    return [Request(request.action, resource, context) for resource in real[request.resource]]


def test_it_may_do_all_that_an_attached_stack_registers():
    assert len({one.action for one in asked()}) >= 30
    assert role().refused(asked()) == []


def test_it_may_change_nothing_of_its_shard():
    """Neither what the shard's own deployer does with its resources, nor what an attached stack does with its own."""
    using = {"ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "elasticloadbalancing:CreateRule"}
    asking = Account(EDGE, REGION, stack="central-ingress/prod", boundary="")
    theirs = [
        moved
        for one in of_provider(run_edge(), "network")
        for request in asking.of(one)
        for moved in _on_shard(request)
        if ":Describe" not in request.action and not request.action.startswith(("route53:", "cloudwatch:Get"))
    ]
    assert len(theirs) > 200
    assert {one.action for one in role().allowed(theirs)} == using


def test_it_may_not_touch_resources_of_another_attached_stack():
    foreign = [
        Request(one.action, one.resource, {**one.context, OURS: "central-ingress/prod-shop"})
        for one in asked()
        if one.context.get(OURS) == STACK
    ]
    assert len(foreign) >= 10
    assert role().allowed(foreign) == []


def test_it_creates_no_role_so_it_needs_no_boundary():
    assert {action.split(":")[0] for one in role().statements for action in one.get("Action", ())} == {
        "acm",
        "cloudwatch",
        "ec2",
        "elasticloadbalancing",
        "route53",
    }


def test_it_is_trusted_as_all_others_unless_it_names_its_own_principals():
    team = "arn:aws:iam::222222222222:role/team-blog"
    run = made(
        {
            "prod-blog": {**OWN, "principals": [team], "externalId": "blog-11"},
            "prod-news": {"edgeStack": "organization/central-ingress/prod"},
        }
    )
    (own,), (shared, _) = trust_of(run, "attached-prod-blog"), trust_of(run, "attached-prod-news")
    assert (own["Principal"], own["Condition"]) == ({"AWS": [team]}, {"StringEquals": {"sts:ExternalId": "blog-11"}})
    assert (shared["Principal"], shared["Condition"]) == (
        {"AWS": [CI]},
        {"StringEquals": {"sts:ExternalId": TRUST["externalId"]}},
    )


def test_github_assumes_it_unless_it_names_its_own_principals():
    attached = {"prod-blog": {**OWN, "principals": [CI]}, "prod-news": {"edgeStack": "prod"}}
    run = made(attached, trust={"github": GITHUB})
    entry = named(run, ROLE, "deployers-deployer")
    assumed = {
        stack: policies(run, "deployer").allow(
            Request("sts:AssumeRole", named(run, ROLE, f"deployers-attached-{stack}").outputs["arn"])
        )
        for stack in attached
    }
    assert assumed == {"prod-blog": False, "prod-news": True}
    assert trust_of(run, "attached-prod-news")[0]["Principal"] == {"AWS": [entry.outputs["arn"]]}
    assert trust_of(run, "attached-prod-blog")[0]["Principal"] == {"AWS": [CI]}


def test_services_of_other_regions_are_off_by_default():
    request = Request("vpce:AllowMultiRegion", f"arn:aws:ec2:{REGION}:{EDGE}:vpc-endpoint/vpce-1")
    on = made({"prod-blog": {"edgeStack": "prod", "crossRegion": True}})
    assert not role().allow(request)
    assert policies(on, "attached-prod-blog").allow(request)


def test_only_named_user_pools_are_read():
    pool = f"arn:aws:cognito-idp:{REGION}:{EDGE}:userpool/{REGION}_Example1"
    reads, other = (Request("cognito-idp:DescribeUserPoolClient", arn) for arn in (pool, f"{pool}2"))
    on = made({"prod-blog": {"edgeStack": "prod", "userPools": [pool]}}, userPools=[pool])
    assert not role().allow(reads)
    for duty in ("attached-prod-blog", "edge-network"):
        assert policies(on, duty).allow(reads)
        assert not policies(on, duty).allow(other)


def test_the_output_is_a_valid_roles_setting_of_the_attached_stack():
    run = made({"prod-blog": {"edgeStack": "prod"}})
    arn = f"arn:aws:iam::{EDGE}:role/privatelink-ingress/ingress-attached-prod-blog"
    assert run.exports["attached_roles"] == {"prod-blog": {"network": arn}}
    attached = run_attached(roles={**run.exports["attached_roles"]["prod-blog"], "externalId": TRUST["externalId"]})
    (assumed,) = json.loads(attached.only("pulumi:providers:aws").inputs["assumeRoles"])
    assert (assumed["roleArn"], assumed["externalId"]) == (arn, TRUST["externalId"])


def test_a_shard_of_another_account_is_refused_with_the_place_that_it_is_in():
    elsewhere = dict.fromkeys(edge_stacks(), shard_in("333333333333"))
    with pytest.raises(pulumi.RunError) as error:
        account(roles({"prod-blog": {"edgeStack": "prod"}}), EDGE, stacks=elsewhere)
    assert "roles.edge.attached.prod-blog.edgeStack" in str(error.value)
    assert "is prod, which is in account 333333333333, eu-west-1; these roles are for 222222222222" in str(error.value)


def test_a_stack_with_a_load_balancer_is_not_attached_as_well():
    with pytest.raises(pulumi.RunError, match=r"roles\.edge\.attached\.prod.* is in stacks too"):
        made({"prod": {"edgeStack": "prod"}})


# Contracts that are read elsewhere than in stacks


BACKENDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a parameter by name": ({"parameter": NAME}, {"parameters": [NAME]}),
    "a shared parameter": ({"parameter": SHARED}, {"parameters": [SHARED]}),
    "a role that reads it": ({"parameter": NAME, "readerRoleArn": READER}, {"readerRoleArns": [READER]}),
    "a service": ({"service": SERVICE}, {}),
}


def contract() -> str:
    fields = {**run_workload("shop").exports, "connection_name": "shop", "owner": "team-shop"}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


@pytest.mark.parametrize("kind", BACKENDS)
@pytest.mark.parametrize("attached", [False, True])
def test_every_look_up_of_every_kind_of_backend_is_allowed(kind: str, attached: bool):
    backend, contracts = BACKENDS[kind]
    entry = sample_connections()["shop"] | {"owner": "team-shop", "backends": [backend]}
    aws = EdgeAccount({NAME: contract(), SHARED: contract()}).backend()
    if attached:
        run = run_attached(connections={"shop": entry}, backend=aws)
        mine = made({"prod-blog": {"edgeStack": "prod", "contracts": contracts}}, trust={"github": GITHUB})
        policy, stack = policies(mine, "attached-prod-blog"), STACK
    else:
        run = run_edge(connections={"shop": entry}, backend=aws)
        mine = made({}, trust={"github": GITHUB}, contracts=contracts)
        policy, stack = policies(mine, "edge-network"), "central-ingress/prod"
    asking = Account(EDGE, REGION, stack=stack, boundary="")
    own = [one for one in run.invokes if one.provider.endswith("::network")]
    assert policy.refused(request for one in own for request in asking.of_look_up(one)) == []
    # What another role reads is asked with the deployer's own credentials.
    others = {one.provider.rpartition("::")[2] for one in run.invokes} - {"network"}
    assert others == ({f"reader-{WORKLOAD}-reads-contracts"} if "readerRoleArn" in backend else set())
    assert policies(mine, "deployer").allow(Request("sts:AssumeRole", READER)) is ("readerRoleArn" in backend)


def test_a_parameter_that_is_not_named_is_not_read():
    named_ones = made({"prod-blog": {"edgeStack": "prod", "contracts": {"parameters": [NAME]}}}, contracts={})
    other = Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{EDGE}:parameter/central-ingress/connections/other")
    mine = Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{EDGE}:parameter{NAME}")
    assert policies(named_ones, "attached-prod-blog").allowed([other, mine]) == [mine]
    assert policies(named_ones, "edge-network").allowed([other, mine]) == []


def test_the_edge_may_read_every_parameter_that_a_writer_writes():
    writers = {"shop": {"connections": ["shop"], "principals": [CI]}}
    edge = policies(made({}, parameterWriters=writers), "edge-network")
    assert edge.allow(Request("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{EDGE}:parameter{NAME}"))


def test_every_look_up_of_the_samples_is_allowed_to_its_duty():
    workload = account({"trust": TRUST, "workload": {"connections": ["shop"]}})
    asking, run = Account(WORKLOAD, REGION, stack="eks-service/shop", boundary=""), run_workload("shop")
    assert {one.token for one in run.invokes} >= {"aws:eks/getAddonVersion:getAddonVersion"}
    for one in run.invokes:
        duty = one.provider.rpartition("::")[2]
        assert policies(workload, f"workload-{duty}").refused(asking.of_look_up(one)) == [], one.token


def test_the_writers_role_may_do_all_that_a_workload_has_it_do():
    writer = f"arn:aws:iam::{EDGE}:role/privatelink-ingress/ingress-parameter-shop"
    run = run_workload("shop", publication={"consumers": [{"accountId": EDGE}], "parameter": {"writerRoleArn": writer}})
    (parameter,) = run.of_type("aws:ssm/parameter:Parameter")
    assert parameter.provider.endswith("::parameter")
    edge = made({}, parameterWriters={"shop": {"connections": ["shop"], "principals": [CI]}})
    asking = Account(EDGE, REGION, stack="eks-service/shop", boundary="")
    assert policies(edge, "parameter-shop").refused(asking.of(parameter)) == []
