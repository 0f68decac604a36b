"""Who keeps a published service from being removed, and what the refusal says."""

from __future__ import annotations

import pytest

from privatelink_ingress.plan.workload.removal import RemovalPlan, WorkloadState, check, plan_removal, unseen
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings

SERVICE = "vpce-svc-0a1"
PLAN = RemovalPlan(
    guarded=True, connection="shop", account_id="111111111111", region="eu-west-1", role_arn=None, external_id=None
)


def connected(**states: str) -> WorkloadState:
    connections = {id_.replace("_", "-"): ("222222222222", state) for id_, state in states.items()}
    return WorkloadState(service_id=SERVICE, connections=connections)


def test_a_refusal_names_every_live_connection_and_the_order_to_follow():
    state = connected(vpce_2="pendingAcceptance", vpce_1="available", vpce_3="rejected")
    with pytest.raises(UserError) as refused:
        check(PLAN, state)
    assert str(refused.value) == (
        "The service is still connected, so nothing is removed:\n"
        "  service vpce-svc-0a1: is connected to vpce-1 of account 222222222222 (available), "
        "vpce-2 of account 222222222222 (pendingAcceptance)\n"
        "    Remove it from the edge first: `./run offboard shop` until it has nothing left to do, with "
        "`pulumi up` in central-ingress/ where it says so. It also rejects the endpoints of other edges. If this stack "
        "creates another service, move the edge to that one instead: docs/publication.md, Removal. Then run this again."
    )


@pytest.mark.parametrize("state", ["rejected", "deleted", "deleting", "expired", "failed"])
def test_a_connection_that_is_not_open_keeps_nothing(state: str):
    check(PLAN, connected(vpce_1=state))


def test_a_service_that_is_gone_keeps_nothing():
    check(PLAN, WorkloadState(service_id=None))


def test_unknown_connections_are_refused_with_the_way_to_turn_the_guard_off():
    assert str(unseen(PLAN, SERVICE, "no credentials")) == (
        "The service is still connected, so nothing is removed:\n"
        "  service vpce-svc-0a1: cannot be read, so its connections are unknown: no credentials\n"
        "    Run with credentials of account 111111111111 that may call ec2:DescribeVpcEndpointConnections. If you "
        "know that no endpoint is connected, write removal: unguarded under publication in the stack file."
    )


def test_the_check_asks_with_the_network_dutys_role():
    role = "arn:aws:iam::111111111111:role/network"
    settings = WorkloadSettings.model_validate(
        {
            "accountId": "111111111111",
            "owner": "team-shop",
            "controller": {"install": False},
            "publication": {"consumers": ({"accountId": "222222222222"},)},
            "roles": {"network": role, "externalId": "partner"},
        }
    )
    plan = plan_removal(settings, name="shop", region="eu-west-1")
    assert (plan.guarded, plan.account_id, plan.region, plan.role_arn, plan.external_id) == (
        True,
        "111111111111",
        "eu-west-1",
        role,
        "partner",
    )
