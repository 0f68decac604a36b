"""`deploy`: every chosen stack, each after those that it reads, or a preview of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from privatelink_ingress.deployment.runner import RunFailed
from privatelink_ingress.deployment.session import Session, Settings
from privatelink_ingress.fleet import deployment
from privatelink_ingress.fleet.deployment import Stage, Unit
from privatelink_ingress.fleet.outcomes import Changes, Outcome
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.workload.images import ImageStatus
from privatelink_ingress.problems import Problem, UserError


class Images(Protocol):
    """The images of workloads in their registries."""

    def status(self, workload: Workload) -> Sequence[ImageStatus]:
        """How each image that the stack file pins stands."""
        ...

    def copy(self, workload: Workload, report: Callable[[str], None]) -> None:
        """Copy what is missing; `report` takes lines. Raises `UserError` when an image does not arrive."""


def deploy(every: Sequence[Unit], chosen: Sequence[Unit], settings: Settings, images: Images) -> list[Outcome]:
    """Deploy the chosen stacks.

    Raises:
        UserError: before anything changes, when a stack cannot be opened or reads one that is not deployed.
    """
    session = _opened(every, chosen, settings)
    if problems := deployment.undeployed(chosen, session.deployed):
        raise UserError("Nothing was deployed", problems)

    def action(unit: Unit) -> Outcome:
        return _Deployment(session, unit, images).run()

    order = [unit.label for unit in chosen]
    return session.run(action, deployment.prerequisites(chosen, "deploy"), order)


def preview(every: Sequence[Unit], chosen: Sequence[Unit], settings: Settings) -> list[Outcome]:
    """What `deploy` would change. Changes nothing in AWS; creates a stack that the backend does not have, empty.

    Raises:
        UserError: when a stack cannot be opened.
    """
    session = _opened(every, chosen, settings)

    def action(unit: Unit) -> Outcome:
        if lacking := [label for label in unit.needs if label not in session.deployed]:
            reason = f"cannot be previewed before {', '.join(lacking)} has been deployed: it reads the outputs"
            return Outcome(label=unit.label, state="not started", problems=(Problem(unit.label, reason),))
        settings.progress.stage(unit.label, "preview")
        ran = session.runners[unit.label].preview(seconds=settings.seconds)
        return Outcome(
            label=unit.label,
            state="succeeded",
            changes=ran.changes,
            steps=ran.steps,
            notes=(*_previewed(session, unit), *ran.warnings),
        )

    return session.run(action, {unit.label: frozenset() for unit in chosen}, [unit.label for unit in chosen])


class _Deployment:
    """One stack's deployment, in stages."""

    def __init__(self, session: Session, unit: Unit, images: Images) -> None:
        self._session, self._unit, self._images = session, unit, images
        self._changes = Changes()
        self._warnings: tuple[str, ...] = ()

    def run(self) -> Outcome:
        label, workload = self._unit.label, self._unit.stack
        stages: Iterable[Stage] = ("up",)
        if isinstance(workload, Workload):
            stages = deployment.stages(self._images.status(workload))
        for stage in stages:
            if self._session.interrupted:
                return Outcome(label=label, state="interrupted", changes=self._changes)
            self._session.settings.progress.stage(label, stage)
            try:
                self._do(stage)
            except UserError as error:
                if isinstance(error, RunFailed):
                    self._changes += error.changes
                state = "interrupted" if self._session.interrupted else "failed"
                return Outcome(label=label, state=state, changes=self._changes, problems=error.problems)
        return Outcome(label=label, state="succeeded", changes=self._changes, notes=self._warnings)

    def _do(self, stage: Stage) -> None:
        label, progress = self._unit.label, self._session.settings.progress
        if stage == "images" and isinstance(self._unit.stack, Workload):
            self._images.copy(self._unit.stack, lambda line: progress.line(label, line))
            return
        ran = self._session.runners[label].up(lambda step: progress.step(label, step))
        self._changes += ran.changes
        self._warnings = ran.warnings


def _opened(every: Sequence[Unit], chosen: Sequence[Unit], settings: Settings) -> Session:
    session = Session(chosen, settings)
    read = {label for unit in chosen for label in unit.needs}
    session.open((unit for unit in every if unit.label in read and unit not in chosen), create=True)
    return session


def _previewed(session: Session, unit: Unit) -> Iterable[str]:
    if unit.label in session.created:
        yield "the backend did not have this stack; it was created, empty, because a preview needs it"
    if why := session.silent_api(unit):
        count = len(session.states[unit.label].in_cluster)
        yield f"the Kubernetes API {why}: its {count} objects were compared with the state, not with the cluster"
