"""`teardown`: deletes every chosen stack, each before those that it reads."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from privatelink_ingress.deployment.runner import RunFailed, Runner
from privatelink_ingress.deployment.session import Session, Settings
from privatelink_ingress.fleet import deployment
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.fleet.stacks import Attached, Workload
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.stackfiles import override

DELETE_UNREACHABLE = "PULUMI_K8S_DELETE_UNREACHABLE"
"""Drops the objects of a cluster that does not answer from the state: https://www.pulumi.com/registry/packages/kubernetes/."""

OPTION = "--remove-deletion-protection"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Planned:
    """What would be deleted of one stack."""

    label: str
    resources: int
    protected: tuple[str, ...]
    """What refuses to be deleted until its protection is off."""
    left_behind: tuple[str, ...]


class Teardown:
    """A teardown that has looked at everything and changed nothing yet."""

    def __init__(self, every: Sequence[Unit], chosen: Sequence[Unit], settings: Settings, *, unprotect: bool) -> None:
        """Look.

        Raises:
            UserError: when a stack cannot be opened, is still used, is protected, or its cluster does not answer.
        """
        self._session = Session(chosen, settings)
        self._session.open(
            unit for unit in every if unit not in chosen and {*unit.needs} & {one.label for one in chosen}
        )
        problems = [
            *deployment.still_used(chosen, every, self._session.deployed),
            *(problem for unit in chosen for problem in self._obstacles(unit, unprotect=unprotect)),
        ]
        if problems:
            raise UserError("Nothing was deleted", problems)

    @property
    def planned(self) -> list[Planned]:
        """By stack that has resources, in the order of removal's start."""
        return [
            Planned(
                label=unit.label,
                resources=len(state.resources),
                protected=tuple(one.shown for one in state.protected),
                left_behind=tuple(state.left_behind()),
            )
            for unit in reversed(self._session.chosen)
            if (state := self._session.states[unit.label]).deployed
        ]

    def run(self) -> list[Outcome]:
        """Delete."""
        chosen = self._session.chosen
        needs = deployment.prerequisites(chosen, "teardown")
        return self._session.run(self._destroy, needs, [unit.label for unit in reversed(chosen)])

    def _obstacles(self, unit: Unit, *, unprotect: bool) -> Generator[Problem]:
        state = self._session.states[unit.label]
        held = [one for one in state.protected if one.by != "its contents"]
        if held and not unprotect:
            names = ", ".join(dict.fromkeys(one.shown for one in held))
            key = _key(unit)
            otherwise = f" or set {'.'.join(key).partition(':')[2]}: false and deploy" if key else ""
            remedy = f"Add {OPTION}{otherwise}."
            yield Problem(unit.label, f"is protected from deletion: {names}", remedy)
        if (why := self._session.silent_api(unit)) and not os.environ.get(DELETE_UNREACHABLE):
            count = len(state.in_cluster)
            otherwise = f"Or set {DELETE_UNREACHABLE}=true if the cluster goes with the stack."
            remedy = f"Run it where the API answers: docs/cluster.md. {otherwise}"
            yield Problem(unit.label, f"has {count} objects in its cluster, and the Kubernetes API {why}", remedy)

    def _destroy(self, unit: Unit) -> Outcome:
        state, runner = self._session.states[unit.label], self._session.runners.get(unit.label)
        if runner is None or not state.deployed:
            return Outcome(label=unit.label, state="succeeded", notes=("has no resources",))
        progress, seconds = self._session.settings.progress, self._session.settings.seconds
        targets = list(dict.fromkeys(one.urn for one in state.protected))
        with _unprotected(runner, unit, needed=bool(targets)) as options:
            destroying = {**options, **({"run_program": True} if state.runs_hooks else {})}
            try:
                if targets:
                    progress.stage(unit.label, "protection off")
                    runner.up(target=targets, **options)
                # The Automation API destroys without a preview, and would delete all it can before a refusal.
                progress.stage(unit.label, "preview")
                runner.preview_destroy(seconds=seconds, **destroying)
            except UserError as refusal:
                raise self._protected_again(unit, refusal, targets) from None
            try:
                progress.stage(unit.label, "destroy")
                ran = runner.destroy(lambda step: progress.step(unit.label, step), **destroying)
            except RunFailed as failure:
                if not targets:
                    raise
                problem = Problem(
                    unit.label, "has deletion protection off for the remaining resources", _on_again(unit)
                )
                raise RunFailed(UserError(failure.title, [*failure.problems, problem]), failure.changes) from None
        if remaining := runner.state().resources:
            reason = f"still has {len(remaining)} resources in its state"
            problem = Problem(unit.label, reason, "Run the same command again.")
            return Outcome(label=unit.label, state="failed", changes=ran.changes, problems=(problem,))
        return Outcome(label=unit.label, state="succeeded", changes=ran.changes, notes=tuple(state.left_behind()))

    def _protected_again(self, unit: Unit, refusal: UserError, targets: Sequence[str]) -> UserError:
        """The refusal, once protection is as the stack file has it, or with how to turn it on."""
        if not targets:
            return refusal
        runner = self._session.runners[unit.label]
        self._session.settings.progress.stage(unit.label, "protection on again")
        try:
            runner.rearm()
            runner.up(target=targets)
        except UserError as failure:
            problem = Problem(unit.label, "has deletion protection off", _on_again(unit))
            return UserError(refusal.title, {*refusal.problems, *failure.problems, problem})
        return UserError(refusal.title, refusal.problems)


def _on_again(unit: Unit) -> str:
    return f"`./run deploy {unit.label}` turns it on again; or run the same command again to delete the stack."


def _key(unit: Unit) -> tuple[str, ...]:
    """Where the stack file turns deletion protection off; empty for attached stacks, which have none."""
    if isinstance(unit.stack, Attached):
        return ()
    part = "cluster" if isinstance(unit.stack, Workload) else "loadBalancer"
    return (f"{unit.project}:{part}", "deletionProtection")


@contextlib.contextmanager
def _unprotected(runner: Runner, unit: Unit, *, needed: bool) -> Generator[Mapping[str, Any]]:
    """Options that have the engine read the stack file as if it turned deletion protection off."""
    if not needed or not (key := _key(unit)):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="teardown-") as folder:
        file = Path(folder) / runner.config_file.name
        file.write_text(override.with_value(runner.config_file.read_text(encoding="utf-8"), key, False), "utf-8")
        yield {"config_file": str(file)}
