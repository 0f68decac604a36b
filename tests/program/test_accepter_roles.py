"""The role in which an edge account accepts its endpoints at a workload account's services."""

from __future__ import annotations

import functools

from privatelink_ingress.local.engine.monitor import Registration
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, GITHUB, REGION, TRUST, WORKLOAD, ZONE, account, asked_by, policies, trust

PLATFORM = f"arn:aws:iam::{EDGE}:role/platform-ci"
ACCEPTER = "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"


@functools.cache
def owner() -> StackRun:
    accepters = {"edge": {"principals": [PLATFORM], "externalId": "edge-2c81"}}
    return account({"trust": TRUST, "workload": {"connections": ["shop"], "accepters": accepters}})


def asked(stack: str) -> list[Request]:
    """What AWS checks when an endpoint is accepted at a service of the stack."""
    services = Account(WORKLOAD, REGION, stack=f"eks-service/{stack}", boundary="")
    return list(services.of(Registration(type=ACCEPTER, name="shop-0-0", urn="")))


def test_an_accepter_accepts_at_services_of_the_named_stacks_and_no_other():
    accepts = policies(owner(), "accepter-edge")
    assert {one.action for one in asked("shop")} == {
        "ec2:AcceptVpcEndpointConnections",
        "ec2:DescribeVpcEndpointConnections",
    }
    assert accepts.refused(asked("shop")) == []
    assert [one.action for one in accepts.allowed(asked("blog"))] == ["ec2:DescribeVpcEndpointConnections"]


def test_an_accepter_rejects_nothing_and_deploys_nothing():
    accepts = policies(owner(), "accepter-edge")
    (accept,) = [one for one in asked("shop") if one.resource != "*"]
    assert not accepts.allow(Request("ec2:RejectVpcEndpointConnections", accept.resource, accept.context))
    # Who is connected is what the owner's duty looks up as well, and all that both may do.
    assert {one.action for one in accepts.allowed(asked_by("workload-network"))} == {
        "ec2:DescribeVpcEndpointConnections"
    }


def test_an_accepter_is_trusted_with_its_external_id_alone():
    (statement,) = trust(owner(), "accepter-edge")
    assert statement["Principal"] == {"AWS": [PLATFORM]}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "edge-2c81"}}


def test_the_output_is_a_valid_backend_setting():
    role = f"arn:aws:iam::{WORKLOAD}:role/privatelink-ingress/ingress-accepter-edge"
    assert owner().exports["accepter_roles"] == {"edge": role}


def test_workflows_of_the_edge_may_assume_the_accepters_that_it_names():
    role = f"arn:aws:iam::{WORKLOAD}:role/privatelink-ingress/ingress-accepter-edge"
    edge = {"stacks": ["prod"], "hostedZoneIds": [ZONE]}

    def deployer(**more: object) -> bool:
        run = account({"trust": {"principals": [CI], "github": GITHUB}, "edge": {**edge, **more}}, EDGE)
        return policies(run, "deployer").allow(Request("sts:AssumeRole", role))

    assert deployer(contracts={"accepterRoleArns": [role]}) is True
    assert deployer() is False
