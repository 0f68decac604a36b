"""When a target may be deregistered, and when what it stands on may be deleted."""

from __future__ import annotations

import pytest

from privatelink_ingress.plan.edge.draining import (
    draining,
    joining,
    never_ready,
    still_draining,
    still_unhealthy,
    unhealthy,
    unready,
    unseen,
)

OLD, NEW, NEWER = "10.12.128.16", "10.12.128.17", "10.12.130.17"


def test_groups_that_join_are_those_that_get_requests_and_got_none():
    current = {"a": 1, "b": 0}
    assert joining(current, {"a": 1, "b": 0}) == []
    assert joining(current, {"b": 1, "c": 1, "d": 0}) == ["b", "c"]
    assert joining({}, {"a": 1, "b": 0}) == ["a"], "the rule answers the requests itself, as in maintenance"


def test_a_group_is_ready_once_a_target_is_healthy_and_all_had_their_first_check():
    assert unready({OLD: "healthy", NEW: "healthy"}) == []
    assert unready({OLD: "healthy", NEW: "unhealthy"}) == [], "one zone is down"
    assert unready({OLD: "healthy", NEW: "initial"}) == [NEW]
    assert unready({OLD: "unhealthy", NEW: "unhealthy"}) == [OLD, NEW]
    assert unready({OLD: "unused", NEW: "unused"}) == [OLD, NEW]
    assert unready({}) == ["any target"]


def test_a_healthy_target_stays_until_every_one_of_the_new_ones_is_healthy():
    states = {OLD: "healthy", NEW: "healthy", NEWER: "initial"}
    assert unhealthy(OLD, [NEW, NEWER], states) == [NEWER]
    assert unhealthy(OLD, [NEW, NEWER], {OLD: "healthy", NEW: "healthy"}) == [NEWER]
    assert unhealthy(OLD, [NEW, NEWER], states | {NEWER: "healthy"}) == []


@pytest.mark.parametrize("state", ["unhealthy", "unused", "initial", "draining", "unavailable"])
def test_a_target_that_serves_nothing_waits_for_nobody(state: str):
    assert unhealthy(OLD, [NEW], {OLD: state, NEW: "unhealthy"}) == []
    assert unhealthy(OLD, [NEW], {NEW: "unhealthy"}) == []


def test_a_target_of_a_stack_that_is_destroyed_waits_for_nobody():
    states = {OLD: "healthy", NEW: "initial"}
    assert unhealthy(OLD, [OLD, NEW], states) == []


def test_a_target_that_nothing_replaces_waits_for_nobody():
    assert unhealthy(OLD, [NEW], {OLD: "healthy"}) == []


def test_draining_targets_are_those_of_the_group_or_of_the_addresses():
    states = {OLD: "draining", NEW: "healthy", NEWER: "draining"}
    assert draining(states) == [OLD, NEWER]
    assert draining(states, [OLD, NEW]) == [OLD]
    assert draining(states, [NEW]) == []


def test_at_the_limit_the_messages_say_what_to_do():
    assert str(still_unhealthy("prod-shop-0-http-80", [NEW, NEWER])) == (
        "The old targets stay, because the new ones are not healthy:\n"
        "  target group prod-shop-0-http-80: 10.12.128.17, 10.12.130.17 did not become healthy within 300 seconds\n"
        "    The old targets still serve. Check that the service's owner has accepted the new endpoint, and that the "
        "new service answers its health check. Then run `pulumi up` again."
    )
    assert str(still_draining("endpoint vpce-1", [OLD])) == (
        "Requests are in flight, so nothing that they use is deleted:\n"
        "  endpoint vpce-1: 10.12.128.16 did not finish draining within 360 seconds\n"
        "    Run `pulumi up` again: it continues here."
    )
    assert str(unseen("endpoint vpce-1", "222222222222", "no credentials")) == (
        "Requests may be in flight, so what they use stays as it is:\n"
        "  endpoint vpce-1: its targets cannot be read: no credentials\n"
        "    Run with credentials of account 222222222222 that may call elasticloadbalancing:Describe* and "
        "elasticloadbalancing:ModifyRule. If you know that no request is in flight, write removal: unguarded in the "
        "stack file."
    )
    assert str(never_ready("prod-shop-0-https-443", [NEW], answering=False)) == (
        "The requests stay with the old targets, because the new ones are not healthy:\n"
        "  target group prod-shop-0-https-443: 10.12.128.17 did not become healthy within 300 seconds\n"
        "    The listener rule is as it was. Check that the service's owner has accepted the endpoint, and that the "
        "service answers its health check on the port and with the protocol of its contract. Then run `pulumi up` "
        "again. Or take the change back and run `pulumi up`: it deletes the new group."
    )


def test_a_connection_that_stays_in_maintenance_is_told_how_to_return_or_to_stay():
    text = str(never_ready("prod-shop-0-http-80", [NEW], answering=True))
    assert text.startswith("The connection stays in maintenance, because its targets are not healthy:\n")
    assert text.endswith("Then run `pulumi up` again. Or write state: maintenance again and run `pulumi up`.")
