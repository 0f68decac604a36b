"""How `offboard` shows what it saw, the step that is due, and what follows."""

from __future__ import annotations

import dataclasses
from typing import Any

from rich.console import Console
from rich.text import Text

from privatelink_ingress.cli.offboard import Outcome, Plan
from privatelink_ingress.fleet import offboarding
from privatelink_ingress.fleet.offboarding import Seen


def show(plan: Plan, outcome: Outcome, console: Console) -> None:
    """For people."""
    for line in _state(plan.seen):
        console.print(Text(line), soft_wrap=True, highlight=False)
    step = plan.due.step
    number = (
        f"Step {offboarding.STEPS.index(step) + 1} of {len(offboarding.STEPS)}: " if step in offboarding.STEPS else ""
    )
    about = f" ({plan.label})" if plan.changes and plan.label else ""
    title = {
        "done": ("done", "bold green"),
        "dry run": ("would be done", "bold cyan"),
        "waits": ("is yours", "bold yellow"),
        "refused": ("refused", "bold red"),
        "over": _over(plan),
    }[outcome]
    console.print(Text.assemble((f"{number}{step.what}{about}: ", "bold"), title), soft_wrap=True)
    for problem in (*plan.due.refused, *plan.due.overruled):
        console.print(Text.assemble("  ", (problem.where, "bold"), ": ", problem.reason), soft_wrap=True)
        if problem in plan.due.refused:
            console.print(Text(f"    → {problem.remedy}", style="green"), soft_wrap=True)
    for command in () if outcome == "refused" else plan.commands:
        console.print(Text(f"→ {command}", style="green"), soft_wrap=True)


def as_data(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """For scripts."""
    return {
        "connection": plan.name,
        "step": plan.due.step.key,
        "outcome": outcome,
        "refused": [dataclasses.asdict(problem) for problem in plan.due.refused],
        "overruled": [dataclasses.asdict(problem) for problem in plan.due.overruled],
        "requests": plan.seen.edge.requests if plan.seen.edge else None,
        "endpoints": dict(plan.seen.edge.endpoints) if plan.seen.edge else None,
        "next": [] if outcome == "refused" else list(plan.commands),
    }


def _state(seen: Seen) -> list[str]:
    files = f"in the files: {seen.entry}" if seen.entry else "in no file any more"
    lines = [f"{seen.name} is {files}."]
    if seen.edge is None:
        lines.append(f"Edge: not seen. {seen.edge_unseen}")
    else:
        requests = "?" if seen.edge.requests is None else f"{seen.edge.requests:,}"
        endpoints = ", ".join(f"{id_} {state}" for id_, state in sorted(seen.edge.endpoints.items())) or "none"
        lines.append(
            f"Edge: rules that forward: {seen.edge.forwarding}, that answer themselves: {seen.edge.answering}; "
            f"endpoints: {endpoints}; requests in {seen.days} days: {requests}."
        )
    if seen.workload is None:
        lines.append(f"Workload: not seen. {seen.workload_unseen}")
    else:
        count = len(seen.workload.open)
        lines.append(f"Workload: service {seen.workload.service_id or 'none'}, open connections: {count}.")
    if seen.others:
        lines.append(f"Its workload's stack also serves {', '.join(seen.others)}.")
    return lines


def _over(plan: Plan) -> tuple[str, str]:
    if plan.due.step.key != "destroy":
        return "nothing more to do", "bold green"
    return ("yours, and not checked", "bold yellow") if plan.due.overruled else ("yours, and safe now", "bold green")
