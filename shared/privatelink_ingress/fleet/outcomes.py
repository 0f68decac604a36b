"""What became of each stack in a run over several of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from privatelink_ingress.problems import Problem

State = Literal["succeeded", "failed", "not started", "interrupted"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Changes:
    """How many resources a run changes."""

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    unchanged: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Changes:
        """From the engine's summary: a number by operation, such as `create-replacement`."""
        return cls(
            create=counts.get("create", 0) + counts.get("import", 0),
            update=counts.get("update", 0),
            replace=counts.get("replace", 0) or counts.get("create-replacement", 0),
            delete=counts.get("delete", 0),
            unchanged=counts.get("same", 0),
        )

    def __add__(self, other: Changes) -> Changes:
        """The changes of two runs, one after the other; what is unchanged is that of the second."""
        fields = ("create", "update", "replace", "delete")
        return Changes(
            unchanged=other.unchanged, **{name: getattr(self, name) + getattr(other, name) for name in fields}
        )

    @property
    def total(self) -> int:
        """The resources that change."""
        return self.create + self.update + self.replace + self.delete

    def __str__(self) -> str:
        words = {"create": "create", "update": "update", "replace": "replace", "delete": "delete"}
        return ", ".join(f"{n} to {word}" for word in words if (n := getattr(self, word))) or "no changes"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one stack."""

    label: str
    state: State
    changes: Changes | None = None
    """None when nothing was compared."""
    steps: tuple[str, ...] = ()
    """Each change as `update LoadBalancer central-ingress-prod`, for a preview."""
    problems: tuple[Problem, ...] = ()
    """Why it failed or was not started, with what to type next."""
    notes: tuple[str, ...] = ()
    """What was not compared, what was left out, and what remains in AWS."""


def not_started(label: str, because: Iterable[str]) -> Outcome:
    """The outcome of a stack whose prerequisites did not succeed."""
    names = ", ".join(sorted(because))
    problem = Problem(label, f"was not started, because it needs {names}", "The same command starts it after those.")
    return Outcome(label=label, state="not started", problems=(problem,))


def exit_code(outcomes: Sequence[Outcome], *, drift: bool = False) -> int:
    """0 when every stack succeeded, 1 otherwise; with `drift` also 1 when a stack would change."""
    failed = any(outcome.state != "succeeded" for outcome in outcomes)
    changed = drift and any(outcome.changes and outcome.changes.total for outcome in outcomes)
    return 1 if failed or changed else 0
