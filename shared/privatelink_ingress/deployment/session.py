"""The stacks of one run, opened and looked at before anything changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from privatelink_ingress.deployment import kubernetes_api, schedule
from privatelink_ingress.deployment.pulumi_process import PulumiProcess
from privatelink_ingress.deployment.runner import Open, Opening, Runner, open_stack
from privatelink_ingress.fleet import engine_failures
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.problems import Problem, Problems, UserError

EMPTY = StackState({})


class Progress(Protocol):
    """Told how a run proceeds, from several threads."""

    def stage(self, label: str, stage: str) -> None:
        """A stack starts a stage."""

    def step(self, label: str, step: str) -> None:
        """A stack starts one change."""

    def line(self, label: str, text: str) -> None:
        """A stack has something to say."""

    def ended(self, outcome: Outcome) -> None:
        """A stack has ended."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run works."""

    open_: Open
    environments: Mapping[str, Mapping[str, str]]
    """By label; stacks that are only looked at need none."""
    progress: Progress
    probe: kubernetes_api.Probe = kubernetes_api.connect
    parallel: int = 4
    """Stacks at once."""
    seconds: float = 900.0
    """Within which each preview must end."""
    process: Callable[[], PulumiProcess] = PulumiProcess


class Session:
    """Opened stacks with their states."""

    def __init__(self, chosen: Iterable[Unit], settings: Settings) -> None:
        """For a run over `chosen`, in the order of deployment."""
        self.chosen, self.settings = tuple(chosen), settings
        self.units = {unit.label: unit for unit in self.chosen}
        self.runners: dict[str, Runner] = {}
        self.states: dict[str, StackState] = {}
        self.created: set[str] = set()
        """Labels of the stacks that this run created in the backend, empty."""
        self.interrupted = False

    def open(self, others: Iterable[Unit] = (), *, create: bool = False) -> None:
        """Open the chosen stacks, and `others` to look at; with `create`, create the chosen ones that do not exist.

        Raises:
            UserError: with every stack that cannot be opened, or must be repaired first.
        """
        problems = Problems()
        jobs = [(unit, create) for unit in self.chosen] + [(unit, False) for unit in others]
        if not jobs:
            return
        # The first alone: what fails for all of them is told once, and before any stack is created.
        with problems.collect():
            self._open(jobs[0][0], create=jobs[0][1])
        if not problems:
            with ThreadPoolExecutor(self.settings.parallel) as workers:
                for job in [workers.submit(self._open, unit, create=new) for unit, new in jobs[1:]]:
                    with problems.collect():
                        job.result()
        if problems:
            raise UserError("Nothing was done", dict.fromkeys(problems))

    @property
    def deployed(self) -> frozenset[str]:
        """Labels of the opened stacks that have resources."""
        return frozenset(label for label, state in self.states.items() if state.deployed)

    def run(
        self, action: Callable[[Unit], Outcome], needs: Mapping[str, frozenset[str]], order: Sequence[str]
    ) -> list[Outcome]:
        """The outcome of each chosen stack. An action's `UserError` is the outcome of its stack."""

        def safely(label: str) -> Outcome:
            try:
                return action(self.units[label])
            except UserError as error:
                state = "interrupted" if self.interrupted else "failed"
                return Outcome(label=label, state=state, problems=error.problems)
            except Exception as error:
                # A fault of ours must not leave the other stacks' runs without a report.
                reason = f"failed unexpectedly: {type(error).__name__}: {error}"
                return Outcome(label=label, state="failed", problems=(Problem(label, reason),))

        return schedule.run(
            order,
            needs,
            safely,
            parallel=self.settings.parallel,
            interrupt=self._interrupt,
            on_end=self.settings.progress.ended,
        )

    def silent_api(self, unit: Unit) -> str:
        """As `kubernetes_api.silent`."""
        return kubernetes_api.silent(unit, self.states[unit.label], self.settings.probe)

    def _open(self, unit: Unit, *, create: bool) -> None:
        environment = self.settings.environments.get(unit.label, {})
        opening = Opening(unit=unit, process=self.settings.process(), environment=environment, create=False)
        runner = open_stack(opening, self.settings.open_)
        if runner is None and create:
            runner = open_stack(dataclasses.replace(opening, create=True), self.settings.open_)
            self.created.add(unit.label)
        if runner is None:
            self.states[unit.label] = EMPTY
            return
        state = runner.state()
        self.runners[unit.label], self.states[unit.label] = runner, state
        if unit.label in self.units and (
            problems := [*engine_failures.interrupted(unit, state), *engine_failures.wrong_state(unit, state)]
        ):
            raise UserError("The state must be repaired first", problems)

    def _interrupt(self) -> None:
        self.interrupted = True
        for runner in self.runners.values():
            runner.interrupt()
