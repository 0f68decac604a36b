"""The policy for the deployer of an attached stack covers what such a stack registers, and the document shows it."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.account.deployers import attached as permissions
from tests.support.shards import SERVICE, SHARD

MANAGED_POLICY = 6_144
"""Characters, without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

POLICY: dict[str, Any] = json.loads(permissions.policy(SHARD, "prod-blog", [SERVICE]))


def resources(action: str) -> set[str]:
    """All resources on which the policy allows an action."""
    return {
        resource
        for statement in POLICY["Statement"]
        if action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.fixture
def attached(attached_run: Any, connections: dict[str, Any]) -> StackRun:
    """An attached stack with everything that a connection can have."""
    own = {"certificate": {"domains": ["www.blog.example.com"]}, "routes": [{"hosts": ["www.blog.example.com"]}]}
    return attached_run(connections={"blog": connections["blog"] | own}, dashboards=True)


def test_it_grants_for_all_that_an_attached_stack_registers_and_looks_up_and_for_nothing_else(attached: StackRun):
    registered = {one.type for one in attached.registrations if one.type.startswith("aws:")}
    looked_up = {one.token for one in attached.invokes}
    assert set(permissions.grants(SHARD, "prod-blog", [SERVICE])) == registered | looked_up


def test_each_grant_reaches_the_policy():
    allowed = {action for statement in POLICY["Statement"] for action in statement["Action"]}
    granted = {
        action
        for grants in permissions.grants(SHARD, "prod-blog", [SERVICE]).values()
        for grant in grants
        for action in grant.actions
    }
    assert allowed == granted


def test_every_action_is_one_of_aws():
    clients = {
        "ec2": "ec2",
        "elasticloadbalancing": "elbv2",
        "acm": "acm",
        "route53": "route53",
        "cloudwatch": "cloudwatch",
    }
    for action in {action for statement in POLICY["Statement"] for action in statement["Action"]}:
        service, _, name = action.partition(":")
        operations = boto3.client(clients[service], region_name="eu-west-1").meta.service_model.operation_names
        assert any(one == name or (name == "Describe*" and one.startswith("Describe")) for one in operations), action


NAMED = re.compile(r":change/|:alarm:central-ingress/prod-blog/")
"""Changes of records, which only Route 53 names, and alarms, whose names begin with the stack's."""


def test_it_uses_the_shards_resources_each_by_its_own_arn():
    ec2, listener = "arn:aws:ec2:eu-west-1:222222222222:", SHARD.listener_arn
    assert resources("ec2:CreateVpcEndpoint") == {
        f"{ec2}vpc/{SHARD.vpc_id}",
        *(f"{ec2}subnet/{id_}" for id_ in SHARD.endpoint_subnet_ids.values()),
        f"{ec2}security-group/{SHARD.endpoint_security_group_id}",
        f"{ec2}vpc-endpoint/*",
    }
    assert resources("elasticloadbalancing:CreateRule") == {listener}
    assert resources("elasticloadbalancing:AddListenerCertificates") == {listener}
    assert resources("route53:ChangeResourceRecordSets") == {"arn:aws:route53:::hostedzone/Z0123456789EXAMPLE"}


def test_what_it_changes_or_deletes_without_naming_it_carries_the_stacks_tag():
    for statement in POLICY["Statement"]:
        for action in statement["Action"]:
            wild = any(resource.endswith("/*") and not NAMED.search(resource) for resource in statement["Resource"])
            if action.partition(":")[2].startswith(("Delete", "Modify", "Remove", "Set", "Deregister")) and wild:
                assert statement["Condition"]["StringEquals"]["aws:ResourceTag/Stack"] == [
                    "central-ingress/prod-blog"
                ], action


@pytest.mark.parametrize("word", ["SecurityGroup", "Subnet", "LoadBalancer", "WebACL", "Role", "Bucket", "Log"])
def test_it_changes_nothing_that_is_the_shards(word: str):
    actions = {action.partition(":")[2] for statement in POLICY["Statement"] for action in statement["Action"]}
    assert {action for action in actions if word in action and not action.startswith("Describe")} == set()
    assert actions & {"CreateListener", "ModifyListener", "DeleteListener", "CreateVpc", "DeleteVpc"} == set()


def test_it_connects_to_the_named_services_alone():
    (creating,) = (
        statement
        for statement in POLICY["Statement"]
        if "ec2:CreateVpcEndpoint" in statement["Action"] and statement["Resource"][0].endswith(":vpc-endpoint/*")
    )
    assert creating["Condition"]["StringEquals"]["ec2:VpceServiceName"] == [SERVICE]


def test_it_fits_one_managed_policy():
    assert len(permissions.policy(SHARD, "prod-blog", [SERVICE])) <= MANAGED_POLICY
