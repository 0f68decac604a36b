"""What a command of Pulumi's engine did, read from its events."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import automation as auto

UNCHANGED = frozenset({"same", "refresh", "read", "read-discard", "discard"})
"""Operations of the engine that change nothing in AWS."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of the engine: `create`, `update`, `delete`, `create-replacement`, `delete-replaced`, `replace`."""

    operation: str
    type: str
    name: str
    urn: str
    changed: tuple[str, ...] = ()
    """The top-level inputs that differ, for an update or a replacement."""

    def __str__(self) -> str:
        return f"{self.operation} {self.type.rpartition(':')[2]} {self.name}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """What one command of the engine did, or would do."""

    steps: tuple[Step, ...]
    """All that change something, in the order in which the engine began them."""
    counts: Mapping[str, int]
    """The engine's own summary; empty when the command failed."""
    errors: tuple[str, ...] = ()
    """Messages of the resources and of the program that failed, each once."""
    warnings: tuple[str, ...] = ()
    policy_packs: tuple[str, ...] = ()
    """Names of the policy packs that judged the resources."""
    violations: tuple[tuple[str, str], ...] = ()
    """Policy and resource of each mandatory policy's violation, sorted."""

    @property
    def failed(self) -> bool:
        """Whether the command ended with an error."""
        return bool(self.errors)

    def shown(self) -> list[str]:
        """The steps as lines, sorted: `create Vpc shop`."""
        return sorted(str(step) for step in self.steps)

    def of(self, *operations: str) -> list[Step]:
        """The steps with one of these operations, in their order."""
        return [step for step in self.steps if step.operation in operations]


def result_of(events: Sequence[auto.EngineEvent], errors: tuple[str, ...] = ()) -> Result:
    """The result that the events of one command tell of.

    Args:
        events: all of the command.
        errors: what the command ended with when it failed; the resources' own messages take its place.
    """
    steps, messages, counts = list[Step](), {"error": [], "warning": []}, Counter()
    packs, violations = set[str](), list[tuple[str, str]]()
    looked_at = set[str]()
    for event in events:
        if event.resource_pre_event:
            data = event.resource_pre_event.metadata
            steps.append(_step(data))
            if data.op == auto.OpType.REFRESH:
                looked_at.add(data.urn)
        if event.res_outputs_event and event.res_outputs_event.metadata.urn in looked_at:
            # A refresh: only its end says whether there was a difference.
            looked_at.discard(event.res_outputs_event.metadata.urn)
            steps.append(_step(event.res_outputs_event.metadata))
        if event.diagnostic_event and event.diagnostic_event.severity in messages:
            messages[event.diagnostic_event.severity].append(event.diagnostic_event.message.strip())
        if event.summary_event:
            counts.update({str(getattr(op, "value", op)): n for op, n in event.summary_event.resource_changes.items()})
            packs |= {pack.partition("|")[0] for pack in event.summary_event.policy_packs}  # name|version|folder
        if event.policy_event and event.policy_event.enforcement_level == "mandatory":
            urn = event.policy_event.resource_urn or ""
            violations.append((event.policy_event.policy_name, urn.rpartition("::")[2]))
    said = tuple(dict.fromkeys(text for text in messages["error"] if not _is_echo(text)))
    return Result(
        steps=tuple(step for step in steps if step.operation not in UNCHANGED),
        counts=counts,
        errors=(said or errors) if errors else (),
        warnings=tuple(dict.fromkeys(messages["warning"])),
        policy_packs=tuple(sorted(packs)),
        violations=tuple(sorted(violations)),
    )


def _is_echo(text: str) -> bool:
    """Whether the engine says, beside the reason, that it stops; some of these it says only sometimes."""
    return text.endswith(" failed") or text.startswith(
        ("resource monitor shut down", "Resource monitor has terminated")
    )


def _step(data: Any) -> Step:
    _, _, chain, name = data.urn.split("::", 3)
    operation = str(getattr(data.op, "value", data.op))
    return Step(operation, chain.rpartition("$")[2], name, data.urn, tuple(data.diffs or ()))
