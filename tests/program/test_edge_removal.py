"""What the engine deletes first of a `central-ingress` stack."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.edge.draining import DRAINED_HOOK, HEALTHY_HOOK
from privatelink_ingress.plan.edge.removal import HOOK
from tests.support.programs import Run, run_attached, run_edge, shard_outputs
from tests.support.removal import custom, needed_by

GUARD = "pulumi:index:Stash"
LISTENER = "aws:lb/listener:Listener"


@pytest.mark.parametrize(
    ("stack", "most"),
    [
        (run_edge, 60),
        (lambda: run_edge(loadBalancer={"redirectHttp": True}, firewall={"deny": ["192.0.2.0/24"]}), 60),
        (run_attached, 8),
    ],
    ids=["the sample", "with a redirect and a denied network", "an attached stack"],
)
def test_the_guard_is_deleted_before_every_other_resource_of_the_stack(stack: Callable[[], StackRun], most: int):
    run = stack()
    guard = run.only(GUARD)
    resources = custom(run) - {guard.urn}
    assert len(resources) > most
    assert resources - needed_by(run, guard) == set()


@pytest.mark.parametrize("stack", [run_edge, run_attached], ids=["a shard", "an attached stack"])
def test_nothing_else_waits_for_the_guard(stack: Callable[[], StackRun]):
    run = stack()
    guard = run.only(GUARD)
    assert [each.urn for each in run.registrations if guard.urn in (each.parent, *each.depends_on)] == []


def test_a_shards_guard_remembers_its_listener_and_is_replaced_with_it(edge_run: Run):
    run = edge_run()
    guard = run.only(GUARD)
    [https] = [one for one in run.of_type(LISTENER) if one.inputs["port"] == 443]
    assert guard.inputs == {"input": https.outputs["arn"]}
    assert guard.property_dependencies == {"input": (https.urn,)}
    assert (guard.before_delete, guard.replace_on_changes) == ((HOOK,), ("input",))


def test_an_attached_stacks_guard_follows_the_shards_listener_without_being_replaced(attached_run: Run):
    guard = attached_run().only(GUARD)
    assert guard.inputs == {"input": shard_outputs().values["listener_arn"]}
    assert (guard.before_delete, guard.replace_on_changes) == ((HOOK,), ())


def test_an_unguarded_stack_has_no_guard(edge_run: Run, attached_run: Run):
    assert edge_run(removal="unguarded").of_type(GUARD) == ()
    assert attached_run(removal="unguarded").of_type(GUARD) == ()


BACKEND = (
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
)


@pytest.mark.parametrize("stack", [run_edge, run_attached], ids=["a shard", "an attached stack"])
def test_what_requests_in_flight_use_waits_for_them_before_it_is_deleted(stack: Callable[..., StackRun]):
    hooks = [{one.before_delete for one in stack().of_type(type_)} for type_ in BACKEND]
    assert hooks == [{(DRAINED_HOOK,)}, {(DRAINED_HOOK,)}, {(HEALTHY_HOOK,)}]


@pytest.mark.parametrize("stack", [run_edge, run_attached], ids=["a shard", "an attached stack"])
def test_an_unguarded_stack_waits_for_nothing(stack: Callable[..., StackRun]):
    run = stack(removal="unguarded")
    assert {one.before_delete for one in run.registrations} == {()}
