"""The stacks of one run, opened and looked at before anything changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from privatelink_ingress.deployment import kubernetes_api, schedule
from privatelink_ingress.deployment.pulumi_process import PulumiProcess
from privatelink_ingress.deployment.runner import Open, Opening, RunFailed, Runner, open_stack
from privatelink_ingress.fleet import engine_failures
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.problems import Problem, Problems, UserError

EMPTY = StackState({})

INTERRUPTED = "Ctrl-C: waiting for running calls to AWS. A second Ctrl-C does not wait, and leaves states to repair."


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

    def say(self, text: str) -> None:
        """Something about all stacks."""


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
        self._processes: list[PulumiProcess] = []

    def open(self, others: Iterable[Unit] = (), *, create: bool = False) -> None:
        """Open the chosen stacks, and `others` to look at; with `create`, create the chosen ones that do not exist.

        Raises:
            UserError: with every stack that cannot be opened, or must be repaired first.
        """
        problems = Problems()
        jobs = [(unit, create) for unit in self.chosen] + [(unit, False) for unit in others]
        if not jobs:
            return
        with ThreadPoolExecutor(self.settings.parallel) as workers:
            try:
                # The first alone: what fails for all of them is told once, and before any stack is created.
                for several in (jobs[:1], jobs[1:]):
                    for job in [workers.submit(self._open, unit, create=new) for unit, new in several if not problems]:
                        with problems.collect():
                            job.result()
            except KeyboardInterrupt:
                workers.shutdown(wait=False, cancel_futures=True)
                self._interrupt()
                raise
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
                changes = error.changes if isinstance(error, RunFailed) else None
                return Outcome(label=label, state=state, changes=changes, problems=error.problems)
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
        process = self.settings.process()
        self._processes.append(process)
        opening = Opening(unit=unit, process=process, environment=environment, create=False)
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
        if not self.interrupted:
            self.settings.progress.say(INTERRUPTED)
        self.interrupted = True
        for process in self._processes:
            process.interrupt()
