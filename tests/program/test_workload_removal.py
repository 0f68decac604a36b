"""What the engine deletes first of an `eks-service` stack, and what keeps it from doing so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pulumi
import pytest

from privatelink_ingress.components import removal as component
from privatelink_ingress.local.engine.runner import Registration, StackRun, run
from privatelink_ingress.plan.workload.removal import HOOK
from tests.support.adopted import adopting, in_existing_vpc
from tests.support.programs import Run, run_workload
from tests.support.removal import custom, needed_by

GUARD = "pulumi:index:Stash"
SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


TOPIC = "arn:aws:sns:eu-west-1:111111111111:connections"
EVERYTHING: dict[str, Any] = {
    "podLogs": {"install": True},
    "metrics": {"install": True},
    "sessionManager": True,
    "publication": {
        "consumers": [{"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23"]}],
        "notifications": {"topicArn": TOPIC},
    },
}


@pytest.mark.parametrize(
    ("stack", "most"),
    [
        (run_workload, 60),
        (lambda: run_workload(**EVERYTHING), 70),
        (in_existing_vpc, 40),
        (adopting, 12),
    ],
    ids=["the sample", "all features", "in an existing VPC", "an adopted cluster"],
)
def test_the_guard_is_deleted_before_every_other_resource_of_the_stack(stack: Callable[[], StackRun], most: int):
    run = stack()
    guard = run.only(GUARD)
    resources = custom(run) - {guard.urn}
    assert len(resources) > most
    assert resources - needed_by(run, guard) == set()


def test_nothing_else_waits_for_the_guard(shop: StackRun):
    guard = shop.only(GUARD)
    assert [each.urn for each in shop.registrations if guard.urn in (each.parent, *each.depends_on)] == []


def test_the_guard_remembers_the_service_and_checks_before_it_is_deleted(shop: StackRun):
    guard = shop.only(GUARD)
    assert guard.inputs == {"input": shop.only(SERVICE).id}
    assert guard.property_dependencies == {"input": (shop.only(SERVICE).urn,)}
    assert guard.before_delete == (HOOK,)
    assert guard.replace_on_changes == ("input",)


def test_an_unguarded_stack_has_no_guard(workload_run: Run):
    run = workload_run(publication={"consumers": [{"accountId": "222222222222"}], "removal": "unguarded"})
    assert run.of_type(GUARD) == ()


class Engine:
    """Stands where the engine calls hooks: the in-process runner deletes nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hooks: dict[str, tuple[Callable[..., Coroutine[Any, Any, None]], bool]] = {}
        real = component.ResourceHook

        def hook(name: str, call: Callable[..., Coroutine[Any, Any, None]], opts: pulumi.ResourceHookOptions) -> Any:
            self.hooks[name] = (call, opts.on_dry_run)
            return real(name, call, opts)

        monkeypatch.setattr(component, "ResourceHook", hook)

    def run(self, *, guarded: bool) -> list[str]:
        """Register a guard, delete one that remembers `vpce-svc-old`, and return which services were judged."""
        judged: list[str] = []
        args = component.RemovalGuardArgs(
            guarded=guarded,
            hook=HOOK,
            remembers="vpce-svc-new",
            replaced_with_it=True,
            everything=[],
            check=judged.append,
        )
        run(
            lambda: component.RemovalGuard("shop", args) and None, project="p", stack="s", config={}, backend=_Nothing()
        )
        call, _ = self.hooks[HOOK]
        old = pulumi.ResourceHookArgs("urn", "id", "shop-removal", GUARD, old_inputs={"input": "vpce-svc-old"})
        asyncio.run(call(old))
        return judged


class _Nothing:
    def create(self, registration: Registration, provider_inputs: Any) -> Any:
        raise AssertionError(f"{registration.type} is created in AWS")

    def invoke(self, token: str, args: Any, provider_inputs: Any) -> Any:
        raise AssertionError(token)


def test_the_check_looks_at_the_old_service_not_the_new_one(monkeypatch: pytest.MonkeyPatch):
    assert Engine(monkeypatch).run(guarded=True) == ["vpce-svc-old"]


def test_a_preview_checks_too(monkeypatch: pytest.MonkeyPatch):
    engine = Engine(monkeypatch)
    engine.run(guarded=True)
    assert engine.hooks[HOOK][1] is True


def test_an_unguarded_stack_deletes_an_earlier_guard_without_a_check(monkeypatch: pytest.MonkeyPatch):
    assert Engine(monkeypatch).run(guarded=False) == []
