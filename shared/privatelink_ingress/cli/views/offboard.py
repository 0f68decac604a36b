"""How `offboard` shows what it saw, the next step, and what follows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli.offboard import Outcome, Plan
from privatelink_ingress.fleet import offboarding
from privatelink_ingress.fleet.offboarding import Observed


def show(plan: Plan, outcome: Outcome, commands: Sequence[str], console: Console) -> None:
    """For people. `commands` are those to run next, as the user types them."""
    for line in _state(plan.observed):
        console.print(Text(line), soft_wrap=True, highlight=False)
    step = plan.next.step
    number = (
        f"Step {offboarding.STEPS.index(step) + 1} of {len(offboarding.STEPS)}: " if step in offboarding.STEPS else ""
    )
    about = f" ({plan.file})" if plan.changes and plan.file else ""
    title = {
        "done": ("done", "bold green"),
        "dry run": ("would be done", "bold cyan"),
        "waits": ("yours to do", "bold yellow"),
        "refused": ("refused", "bold red"),
        "over": _over(plan),
    }[outcome]
    console.print(Text.assemble((f"{number}{step.what}{about}: ", "bold"), title), soft_wrap=True)
    for problem in (*plan.next.refused, *plan.next.overridden):
        console.print(Text.assemble("  ", (problem.where, "bold"), ": ", problem.reason), soft_wrap=True)
        if problem in plan.next.refused:
            console.print(Text(f"    → {problem.remedy}", style="green"), soft_wrap=True)
    for line in () if outcome == "refused" else (*plan.edits, *commands):
        console.print(Text(f"→ {line}", style="green"), soft_wrap=True)


def as_data(plan: Plan, outcome: Outcome, commands: Sequence[str]) -> dict[str, Any]:
    """For scripts."""
    return {
        "connection": plan.name,
        "step": plan.next.step.key,
        "outcome": outcome,
        "refused": [dataclasses.asdict(problem) for problem in plan.next.refused],
        "overridden": [dataclasses.asdict(problem) for problem in plan.next.overridden],
        "requests": plan.observed.edge.requests if plan.observed.edge else None,
        "endpoints": dict(plan.observed.edge.endpoints) if plan.observed.edge else None,
        "edits": [] if outcome == "refused" else list(plan.edits),
        "next": [] if outcome == "refused" else list(commands),
    }


def _state(observed: Observed) -> list[str]:
    files = f"in the files, {observed.entry}" if observed.entry else "no longer in the files"
    lines = [f"{observed.name} is {files}."]
    if observed.edge is None:
        lines.append(f"Edge: not seen. {observed.edge_unseen}")
    else:
        requests = "?" if observed.edge.requests is None else f"{observed.edge.requests:,}"
        endpoints = ", ".join(f"{id_} {state}" for id_, state in sorted(observed.edge.endpoints.items())) or "none"
        lines.append(
            f"Edge: rules that forward: {observed.edge.forwarding}, rules that answer: {observed.edge.answering}; "
            f"endpoints: {endpoints}; requests in {observed.days} days: {requests}."
        )
    if observed.workload is None:
        lines.append(f"Workload: not seen. {observed.workload_unseen}")
    else:
        count = len(observed.workload.open)
        lines.append(f"Workload: service {observed.workload.service_id or 'none'}, open connections: {count}.")
    if observed.others:
        lines.append(f"Its workload's stack also serves {', '.join(observed.others)}.")
    return lines


def _over(plan: Plan) -> tuple[str, str]:
    if plan.next.step.key != "destroy":
        return "nothing more to do", "bold green"
    forced = bool(plan.next.overridden)
    return ("yours to do, not checked", "bold yellow") if forced else ("yours to do, and safe now", "bold green")
