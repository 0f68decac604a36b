"""Endpoints that wait for their service's owner: accepted by the edge in the owner's account, or left to a human."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import connection, exports, named, services

ACCEPTER = "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
TARGET = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
PROVIDER = "pulumi:providers:aws"
ROLE = "arn:aws:iam::111111111111:role/privatelink-ingress/accepts"
SERVICE_ID = f"vpce-svc-{1:017x}"

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run) -> Run:
    """The edge with one connection, to a service that asks for acceptance unless told otherwise."""

    def shop(*, stack: str = "prod", published: dict[str, Any] | None = None, **backend: Any) -> StackRun:
        outputs = exports("shop", 1, **({"acceptance_required": True} if published is None else published))
        entry = connection("shop", 0, backends=[{"stack": "shop", **backend}])
        stacks = {"organization/eks-service/shop": StackOutputs(outputs)}
        return edge_run(stack, stacks=stacks, connections={"shop": entry})

    return shop


def test_the_endpoint_is_accepted_in_the_services_account_alone(run: Run):
    edge = run(accepterRoleArn=ROLE, accepterExternalId="edge-2c81")
    accepter, endpoint = edge.only(ACCEPTER), named(edge, ENDPOINT, "shop-0-0")
    assert accepter.inputs == {"vpcEndpointServiceId": SERVICE_ID, "vpcEndpointId": endpoint.id}
    (provider,) = [each for each in edge.of_type(PROVIDER) if each.urn == accepter.provider]
    assert provider.name == "accepter-111111111111-accepts-eu-west-1"
    assert provider.inputs["region"] == "eu-west-1"
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["111111111111"]
    (assumed,) = json.loads(provider.inputs["assumeRoles"])
    assert (assumed["roleArn"], assumed["externalId"]) == (ROLE, "edge-2c81")


def test_targets_wait_for_the_acceptance(run: Run):
    edge = run(accepterRoleArn=ROLE)
    accepter, targets = edge.only(ACCEPTER), edge.of_type(TARGET)
    assert len(targets) == 3
    assert all({accepter.urn, named(edge, ENDPOINT, "shop-0-0").urn} <= set(each.depends_on) for each in targets)


def test_an_accepter_is_forgotten_and_never_rejects_a_live_connection(run: Run):
    assert run(accepterRoleArn=ROLE).only(ACCEPTER).retain_on_delete is True


def test_a_new_generation_is_accepted_on_its_own(run: Run):
    before, after = run(accepterRoleArn=ROLE), run(accepterRoleArn=ROLE, generation=1)
    assert (before.only(ACCEPTER).name, after.only(ACCEPTER).name) == ("shop-0-0", "shop-0-1")
    assert all(after.only(ACCEPTER).urn in target.depends_on for target in after.of_type(TARGET))


@pytest.mark.parametrize("published", [{}, {"acceptance_required": False}, {"acceptance_required": True}])
def test_the_accepter_follows_from_the_stack_file_alone(run: Run, published: dict[str, Any]):
    """Accepting an accepted endpoint changes nothing; a service that requires acceptance later has its accepter."""
    assert run(accepterRoleArn=ROLE, published=published).only(ACCEPTER).name == "shop-0-0"


def test_without_an_accepter_the_preview_names_the_waiting_endpoint_and_the_commands(run: Run):
    edge = run()
    assert edge.of_type(ACCEPTER) == ()
    (message,) = edge.messages
    assert message == (
        "connections.shop.backends[0]: account 111111111111 accepts endpoints of stack shop one by one: a new one "
        "waits, and requests fail until it is accepted\n"
        "    Write accepterRoleArn, a role of that account that may accept. Or accept it there, with the id that "
        "the first command lists: aws ec2 describe-vpc-endpoint-connections --region eu-west-1 --filters "
        f"Name=service-id,Values={SERVICE_ID} Name=vpc-endpoint-state,Values=pendingAcceptance; then aws ec2 "
        f"accept-vpc-endpoint-connections --region eu-west-1 --service-id {SERVICE_ID} --vpc-endpoint-ids <id>"
    )


@pytest.mark.parametrize("published", [{}, {"acceptance_required": False}])
def test_a_service_that_accepts_endpoints_itself_needs_no_accepter(run: Run, published: dict[str, Any]):
    edge = run(published=published)
    assert edge.of_type(ACCEPTER) == ()
    assert edge.messages == ()


def test_an_accepter_of_another_account_is_refused_before_anything_is_registered(run: Run):
    stranger = "arn:aws:iam::333333333333:role/accepts"
    with pytest.raises(pulumi.RunError) as error:
        run(accepterRoleArn=stranger)
    assert (
        "connections.shop.backends[0].accepterRoleArn: is a role of account 333333333333, but only "
        "111111111111, which owns stack shop, can accept\n    Write a role of account 111111111111."
    ) in str(error.value)


def test_connections_of_one_owner_share_the_provider_that_accepts(edge_run: Run):
    entries = {
        name: connection(name, slot, backends=[{"stack": name, "accepterRoleArn": ROLE}])
        for slot, name in enumerate(("shop", "blog"))
    }
    edge = edge_run(stacks=services(), connections=entries)
    assert len({each.provider for each in edge.of_type(ACCEPTER)}) == 1
    assert [each.name for each in edge.of_type(PROVIDER)] == ["accepter-111111111111-accepts-eu-west-1", "network"]


def test_one_role_has_one_external_id(edge_run: Run):
    entries = {
        name: connection(name, slot, backends=[{"stack": name, "accepterRoleArn": ROLE, **more}])
        for slot, (name, more) in enumerate({"blog": {"accepterExternalId": "edge-2c81"}, "shop": {}}.items())
    }
    with pytest.raises(pulumi.RunError) as error:
        edge_run(stacks=services(), connections=entries)
    assert (
        "connections.shop.backends[0].accepterExternalId: is not set, but 'edge-2c81' for the same role at "
        "connections.blog.backends[0]\n    Write the same at both."
    ) in str(error.value)


def test_an_attached_stack_accepts_as_well(edge_run: Run, attached_run: Run):
    shard = edge_run(stacks=services(), connections={"shop": connection("shop", 0)}).outputs
    stacks = {**services(), "organization/central-ingress/prod": shard}
    blog = connection("blog", 1, backends=[{"stack": "blog", "accepterRoleArn": ROLE}])
    edge = attached_run(stacks=stacks, connections={"blog": blog})
    assert edge.only(ACCEPTER).provider.endswith("::accepter-111111111111-accepts-eu-west-1")
