"""Accounts with deployer roles, and what each role needs and may do."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.engine.monitor import Registration
from privatelink_ingress.local.engine.runner import StackOutputs, StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.aws_requests import Account
from tests.support.bootstrap import bootstrap
from tests.support.programs import run_edge, run_workload, shard_contract, stack_file

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


CI = f"arn:aws:iam::{WORKLOAD}:role/ci"


ROLE, POLICY, ATTACHMENT = (
    "aws:iam/role:Role",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
)


GITHUB = {"repository": "example/ingress", "branches": ["main"], "environments": ["production"]}


TRUST = {"principals": [CI], "externalId": "shop-7f3a"}


ZONE = "Z0123456789ABC"

SHARD_PARAMETER = "/central-ingress/shards/prod"
"""Where the sample shard writes its contract, with `contractPrefix`."""


DUTIES = ("workload-network", "workload-iam", "workload-ecr", "workload-eks", "edge-network")


def account(
    roles: dict[str, Any], account_id: str = WORKLOAD, *, stacks: Mapping[str, StackOutputs] | None = None, **more: str
) -> StackRun:
    parameters = {SHARD_PARAMETER: shard_contract()} if SHARD_PARAMETER in json.dumps(roles) else {}
    return bootstrap(accountId=account_id, roles=json.dumps(roles), stacks=stacks, parameters=parameters, **more)


@functools.cache
def workload_account(*, log_deletion: bool = False) -> StackRun:
    return account({"trust": TRUST, "workload": {"connections": ["shop"], "logDeletion": log_deletion}})


@functools.cache
def edge_account(*, log_deletion: bool = False) -> StackRun:
    zone = next(one.inputs["zoneId"] for one in run_edge().registrations if "zoneId" in one.inputs)
    writers = {"shop": {"connections": ["shop"], "principals": [CI], "externalId": "shop-7f3a"}}
    edge = {
        "stacks": ["prod"],
        "hostedZoneIds": [zone],
        "parameterWriters": writers,
        "endpointServices": services(run_edge()),
        "logDeletion": log_deletion,
    }
    return account({"trust": TRUST, "edge": edge}, EDGE)


def services(run: StackRun) -> list[str]:
    """The endpoint services that a stack connects to."""
    return sorted({one.inputs["serviceName"] for one in run.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")})


def named(run: StackRun, type_: str, name: str) -> Registration:
    return next(one for one in run.of_type(type_) if one.name == name)


def trust(run: StackRun, key: str) -> list[dict[str, Any]]:
    return json.loads(named(run, ROLE, f"deployers-{key}").inputs["assumeRolePolicy"])["Statement"]


def policies(run: StackRun, key: str) -> Policies:
    """The documents attached to a role, found through the attachments."""
    role = named(run, ROLE, f"deployers-{key}").inputs["name"]
    arns = {one.inputs["policyArn"] for one in run.of_type(ATTACHMENT) if one.inputs["role"] == role}
    documents = [one.inputs["policy"] for one in run.of_type(POLICY) if one.outputs["arn"] in arns]
    assert len(documents) == len(arns) > 0
    return Policies(*documents)


def of_duty(duty: str, *, log_deletion: bool = False) -> Policies:
    of_side = workload_account if duty.startswith("workload") else edge_account
    return policies(of_side(log_deletion=log_deletion), duty)


@functools.cache
def asked_by(duty: str, *, log_deletion: bool = False) -> tuple[Request, ...]:
    """All requests of the sample stack's resources that the duty's provider registers.

    With `log_deletion`, the stack's logs are deleted with it.
    """
    side, provider = duty.split("-")
    if side == "workload":
        asking = asker(WORKLOAD, "eks-service/shop", "workload")
        cluster = {
            **json.loads(stack_file("eks-service", "shop").settings["cluster"]),
            "logRetainOnDelete": not log_deletion,
        }
        run = run_workload("shop", roles={"permissionsBoundary": asking.boundary}, cluster=cluster)
    else:
        asking = asker(EDGE, "central-ingress/prod", "edge")
        run = run_edge(
            "prod", roles={"permissionsBoundary": asking.boundary}, logs={"retainOnDelete": not log_deletion}
        )
    return tuple(request for one in of_provider(run, provider) for request in asking.of(one))


def asker(account_id: str, stack: str, side: str, region: str = REGION) -> Account:
    limit = f"arn:aws:iam::{account_id}:policy/privatelink-ingress/ingress-{side}-boundary"
    return Account(account_id, region, stack=stack, boundary=limit)


def of_provider(run: StackRun, name: str) -> list[Registration]:
    """Resources of a provider. The cluster is a component of another package, whose parts the `eks` provider makes."""
    own = [one for one in run.registrations if one.provider and one.provider.endswith(f"::{name}")]
    clusters = [one for one in run.of_type("eks:index:Cluster") if name == "eks"]
    return [*own, *clusters]


def boundary(run: StackRun, side: str) -> Policies:
    return Policies(named(run, POLICY, f"deployers-{side}-boundary").inputs["policy"])
