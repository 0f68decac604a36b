"""One stack on Pulumi's engine: its state, and the commands that a run over several stacks needs."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from privatelink_ingress.deployment.events import Events, OnStep, run_to_last_event
from privatelink_ingress.deployment.pulumi_process import OutOfTime, PulumiProcess
from privatelink_ingress.fleet import engine_failures
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Changes
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.problems import Problem, UserError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Opening:
    """What it takes to open a stack."""

    unit: Unit
    process: PulumiProcess
    environment: Mapping[str, str]
    """Beside this process's own: the credentials of the stack's account."""
    create: bool
    """Whether to create the stack, with an empty state, when the backend does not have it."""


Open = Callable[[Opening], Any]
"""Gives the Automation API's `Stack`. Raises StackNotFoundError when there is none and none is to be created."""


class RunFailed(UserError):
    """A command that is no preview failed, after it had changed something, or nothing."""

    def __init__(self, failure: UserError, changes: Changes) -> None:
        """Keep what was changed before."""
        super().__init__(failure.title, failure.problems)
        self.changes = changes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ran:
    """What one command of the engine did, or would do."""

    changes: Changes
    steps: tuple[str, ...]
    warnings: tuple[str, ...]


class Runner:
    """One stack."""

    def __init__(self, unit: Unit, stack: Any, process: PulumiProcess) -> None:
        """Take a stack that `open_stack` found."""
        self.unit, self._stack, self._process = unit, stack, process

    @property
    def config_file(self) -> Path:
        """The stack file that the engine reads."""
        return Path(self._stack.workspace.work_dir) / f"Pulumi.{self.unit.name}.yaml"

    def state(self) -> StackState:
        """The state as it is now.

        Raises:
            UserError: when it cannot be read.
        """
        with self._explained(Events()):
            return StackState(self._stack.export_stack().deployment or {})

    def preview(self, *, seconds: float, refresh: bool = False, exclude: Sequence[str] = ()) -> Ran:
        """What `up` would change; with `refresh`, after a look at AWS, without the URNs in `exclude`.

        Raises:
            UserError: when it fails, or does not end within `seconds`.
        """
        options: dict[str, Any] = {"refresh": True} if refresh else {}
        if exclude:
            options["exclude"] = list(exclude)
        with self._limited(seconds):
            return self._run("preview", None, **options)

    def up(self, on_step: OnStep | None = None, **options: Any) -> Ran:
        """Deploy.

        Raises:
            UserError: when it fails; what was done stays done.
        """
        return self._run("up", on_step, **options)

    def preview_destroy(self, *, seconds: float, **options: Any) -> Ran:
        """What `destroy` would delete. The guards of the program refuse here already.

        Raises:
            UserError: when it fails or is refused, or does not end within `seconds`.
        """
        with self._limited(seconds):
            return self._run("preview_destroy", None, **options)

    def destroy(self, on_step: OnStep | None = None, **options: Any) -> Ran:
        """Delete everything.

        Raises:
            UserError: when it fails; what was deleted stays deleted.
        """
        return self._run("destroy", on_step, **options)

    def rearm(self) -> None:
        """Let later commands run although an earlier one was interrupted."""
        self._process.rearm()

    def _run(self, command: str, on_step: OnStep | None, **options: Any) -> Ran:
        events = Events(on_step)
        try:
            with self._explained(events):
                run_to_last_event(getattr(self._stack, command), events.on_event, color="never", **options)
        except UserError as failure:
            if command.startswith("preview"):
                raise
            raise RunFailed(failure, events.done) from None
        return Ran(changes=events.changes, steps=tuple(events.steps), warnings=tuple(events.warnings))

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Generator[None]:
        try:
            with self._process.limited(seconds):
                yield
        except OutOfTime:
            reason = f"did not end within {seconds / 60:g} minutes, and was stopped; nothing was changed"
            remedy = "Run it where AWS and the cluster's Kubernetes API answer, or allow more with --time-limit."
            raise UserError(f"{self.unit.label} failed", [Problem(self.unit.label, reason, remedy)]) from None

    @contextlib.contextmanager
    def _explained(self, events: Events) -> Generator[None]:
        with explained(self.unit, events):
            yield


def open_stack(opening: Opening, open_: Open) -> Runner | None:
    """The stack; None when the backend does not have it and it is not to be created.

    Raises:
        UserError: when the backend, the passphrase or the stack file is not usable.
    """
    try:
        with explained(opening.unit, Events()):
            return Runner(opening.unit, open_(opening), opening.process)
    except auto.StackNotFoundError:
        return None


class _Stack(auto.Stack):
    """After each command, the API asks for outputs and history, in up to three more processes of the CLI.

    Each of them opens the backend and the stack's secrets, and nothing here reads what they answer.
    """

    def outputs(self) -> auto.OutputMap:
        """Not asked."""
        return {}

    def info(self, show_secrets: bool = True) -> Any:
        """Not asked; the API requires an answer."""
        return self


def from_directory(root: Path, *, secrets_provider: str | None = None) -> Open:
    """Stacks whose programs the CLI's own language host runs, in the projects of the repository at `root`."""

    def open_(opening: Opening) -> auto.Stack:
        workspace = auto.LocalWorkspace(
            work_dir=str(root / opening.unit.project),
            pulumi_command=opening.process,
            env_vars=opening.environment,
            secrets_provider=secrets_provider,
        )
        mode = StackInitMode.CREATE_OR_SELECT if opening.create else StackInitMode.SELECT
        return _Stack(opening.unit.name, workspace, mode)

    return open_


@contextlib.contextmanager
def explained(unit: Unit, events: Events) -> Generator[None]:
    """Raise a failure of the CLI as what it means."""
    try:
        yield
    except auto.StackNotFoundError:
        raise
    except auto.CommandError as error:
        problems = engine_failures.explain(unit, _said(error), events.errors)
        raise UserError(f"{unit.label} failed", problems) from None


def _said(error: auto.CommandError) -> str:
    """What the CLI printed: the error stream with its lines as they were."""
    return str(error).replace(" stderr: ", "\n").replace(" stdout: ", "\n")
