"""`drift`: what a deployment of every stack would change, after a look at AWS."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress.deployment.session import Session, Settings
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.problems import Problem


def drift(chosen: Sequence[Unit], settings: Settings) -> list[Outcome]:
    """Compare the chosen stacks with AWS. Changes nothing.

    Raises:
        UserError: when a stack cannot be opened.
    """
    session = Session(chosen, settings)
    session.open()

    def action(unit: Unit) -> Outcome:
        runner, state = session.runners.get(unit.label), session.states[unit.label]
        if runner is None or not state.deployed:
            problem = Problem(unit.label, "has not been deployed", f"Run `./run deploy {unit.label}`.")
            return Outcome(label=unit.label, state="not started", problems=(problem,))
        settings.progress.stage(unit.label, "preview with refresh")
        why = session.silent_api(unit)
        exclude = state.in_cluster if why else []
        ran = runner.preview(seconds=settings.seconds, refresh=True, exclude=exclude)
        notes = [f"the Kubernetes API {why}: {len(exclude)} objects in the cluster were not compared"] if why else []
        return Outcome(
            label=unit.label,
            state="succeeded",
            changes=ran.changes,
            steps=ran.steps,
            notes=(*notes, *ran.warnings),
        )

    return session.run(action, {unit.label: frozenset() for unit in chosen}, [unit.label for unit in chosen])
