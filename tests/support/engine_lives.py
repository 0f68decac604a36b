"""One life of a small stack on the engine: created, updated and removed, with a failure in each command."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, cast

from privatelink_ingress.local.providers.observation import Call, Unobserved
from tests.support.engine import Stack, World
from tests.support.engine_failures import OPERATIONS, WAYS, Life
from tests.support.engine_faults import MESSAGE, Fault, Operation
from tests.support.engine_recovery import orphans, recover
from tests.support.engine_stack import EngineFailed


class Steps(Unobserved):
    """An observer that notes the URN of each call."""

    def __init__(self) -> None:
        self.urns: dict[Operation, list[str]] = {operation: [] for operation in OPERATIONS}

    def before(self, call: Call) -> None:
        self.urns[cast(Operation, call.operation)].append(call.urn)

    def by_step(self, operation: Operation) -> Mapping[str, str]:
        """The URN of each step of an operation, as `Small.steps` names it."""
        numbers, found = collections.Counter[str](), {}
        for urn in sorted(self.urns[operation]):
            type_ = urn.split("::")[2].rpartition(":")[2]
            numbers[type_] += 1
            found[f"{type_}-{numbers[type_]}"] = urn
        return found


@dataclasses.dataclass(frozen=True)
class Lived:
    """A stack that does not exist, with what it is while it exists and nothing fails."""

    world: World
    stack: Stack
    others: tuple[Stack, ...]
    """Stacks of the same account that stay."""
    whole: Mapping[str, Any]
    """Its resources after an `up` without a failure and a refresh, as `_shape` has them. A recovery refreshes too, and
    a refresh adds outputs that only AWS knows."""
    changed: Mapping[str, Any]
    """The same after its change."""
    steps: Mapping[Operation, Mapping[str, str]]
    """The URN of each step, by operation."""

    @classmethod
    def once(cls, world: World, stack: Stack, *others: Stack) -> Lived:
        """Let the stack live once without a failure."""
        with world.watched(steps := Steps()):
            _environment(stack, "production")
            stack.up()
            stack.up(refresh=True)
            whole = _shape(stack)
            _environment(stack, "staging")
            stack.up()
            stack.up(refresh=True)
            changed = _shape(stack)
            stack.destroy()
        by_operation = {operation: steps.by_step(operation) for operation in OPERATIONS}
        return cls(world, stack, others, whole, changed, by_operation)

    def types(self, operation: Operation) -> Mapping[str, int]:
        """How many resources of each type an operation has."""
        return collections.Counter(step.rpartition("-")[0] for step in self.steps[operation])

    def live(self, life: Life) -> None:
        """Create, update and remove the stack; each command fails as `life` says, and is then typed again."""
        assert self.stack.resources() == {}, "an earlier life did not come to its end"
        _environment(self.stack, "production")
        self._command("up", "create", life)
        self._converged(self.whole)
        if "update" in life.steps:
            _environment(self.stack, "staging")
            self._command("up", "update", life)
            self._converged(self.changed)
        self._command("destroy", "delete", life)
        assert self.stack.resources() == {}
        assert orphans(self.world, self.stack, *self.others)["orphans"] == []

    def _command(self, command: str, operation: Operation, life: Life) -> None:
        if step := life.steps.get(operation):
            way, urn = WAYS[life.way], self.steps[operation][step]
            fault = Fault(
                operation,
                moment=way.moment,
                kill=way.kill,
                of=lambda call: call.urn == urn,
                states=self.world.home,
            )
            with self.world.watched(fault):
                errors = self.stack.failing(command).errors
                fault.settle()
            assert fault.struck is not None
            if way.kill:
                recover(self.world, self.stack, fault, *self.others, adopt=way.adopt)
            else:
                assert any(MESSAGE in error for error in errors)
        getattr(self.stack, command)()

    def _converged(self, whole: Mapping[str, Any]) -> None:
        """The stack is as without a failure, nothing is pending, and AWS has what the state has and nothing beside."""
        assert self.stack.resources().keys() == whole.keys()
        assert "pending_operations" not in self.stack.state()
        found = orphans(self.world, self.stack, *self.others)
        assert (found["orphans"], found["pending"]) == ([], [])
        assert self.stack.up(refresh=True).shown() == []
        assert _shape(self.stack) == whole


def _environment(stack: Stack, value: str) -> None:
    """Set the tag `Environment` of everything."""
    stack.config[f"{stack.project}:environment"] = value


def _shape(stack: Stack) -> Mapping[str, Any]:
    """The state's resources by URN, each with the names of its inputs and outputs: ids differ from life to life."""
    return {
        urn: (sorted(one.get("inputs") or {}), sorted(one.get("outputs") or {}))
        for urn, one in stack.resources().items()
    }


def up_killed_at_each(world: World, stack: Stack, types: Collection[str], *, adopt: bool = False) -> None:
    """Deploy a stack; the engine is killed after AWS answered the first create of each of these types, once for each.

    Orphans are deleted, or adopted where `adopt` and a command to do so is printed.

    Raises:
        AssertionError: a type has no create, or an orphan is not found, or the last `up` fails.
    """
    left = set(types)
    while left:
        fault = Fault("create", moment="after", kill=True, of=lambda call: call.type in left, states=world.home)
        with world.watched(fault):
            with contextlib.suppress(EngineFailed):
                stack.up()
            fault.settle()
        if fault.struck is None:
            assert stack.copies(), f"nothing creates {', '.join(sorted(left))}"  # a first deployment waits for images
            continue
        # With it, AWS may have completed creates beside it, which a recovery may adopt: nothing creates them again.
        left.difference_update(call.type for call in recover(world, stack, fault, adopt=adopt))
    stack.deploy()
    assert orphans(world, stack)["orphans"] == []
    assert stack.up(refresh=True).shown() == []
