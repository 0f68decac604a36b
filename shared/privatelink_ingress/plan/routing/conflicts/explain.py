"""From what the proofs find to messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privatelink_ingress.plan.routing.conflicts.language import TooComplex
from privatelink_ingress.plan.routing.conflicts.prover import Conflict, Overlap, Shadowed, conflicts, shadowed
from privatelink_ingress.plan.routing.conflicts.requests import Entry, Match, Parameter
from privatelink_ingress.problems import Problem


def check(entries: Sequence[Entry]) -> list[Problem]:
    """Routes that two connections share, and routes that nothing reaches.

    Never raises: routes that are too complex to be compared are a problem among the others.
    """
    problems: list[Problem] = []
    try:
        problems += conflict_problems(conflicts(entries))
        # A route that is refused for a conflict needs no second message.
        refused = {problem.where for problem in problems}
        problems += [problem for problem in shadow_problems(shadowed(entries)) if problem.where not in refused]
    except TooComplex as error:
        problems += error.problems
    return problems


def conflict_problems(conflicts: Iterable[Conflict]) -> list[Problem]:
    """One problem for each conflict, at the route that would lose, with both owners and a request that shows it."""
    return [
        Problem(
            conflict.second.where,
            f"answers the same requests as {_who(conflict.first)}, for example {conflict.witness}",
            f"Settle with {conflict.first.owner} who answers them: give one of the two another host or path, "
            "or a more specific one, which then wins.",
        )
        for conflict in conflicts
    ]


def shadow_problems(shadows: Iterable[Shadowed]) -> list[Problem]:
    """One problem for each route that nothing reaches, with the routes that take its requests."""
    return [
        Problem(
            shadow.entry.where,
            f"is never reached: {_conditions(shadow.entry.match)} "
            + (f"is all taken by {_listed([_who(entry) for entry in shadow.by])}" if shadow.by else "fits no request"),
            "Remove it, or narrow the others." if shadow.by else "Start paths with /, and use values that can occur.",
        )
        for shadow in shadows
    ]


def overlap_notes(overlaps: Iterable[Overlap]) -> list[str]:
    """One sentence for each overlap that is allowed: who answers, since its route is the more specific one."""
    return [
        f"{_who(overlap.winner)} answers before {_who(overlap.loser)}, as the more specific one: {overlap.witness}."
        for overlap in overlaps
    ]


def _who(entry: Entry) -> str:
    return f"{entry.where} ({entry.owner})"


def _conditions(match: Match) -> str:
    further = [
        f"method {_listed(match.methods)}" if match.methods else "",
        *(f"header {header.name}: {_listed(header.values)}" for header in match.headers),
        f"query {_listed([_parameter(parameter) for parameter in match.query])}" if match.query else "",
        f"source {_listed(match.sources)}" if match.sources else "",
    ]
    conditions = [_listed(match.hosts) or "any host", _listed(match.paths) or "any path", *filter(None, further)]
    return " with ".join(conditions[:2]) + "".join(f", {condition}" for condition in conditions[2:])


def _parameter(parameter: Parameter) -> str:
    return parameter.value if parameter.key == Parameter.key else f"{parameter.key}={parameter.value}"


def _listed(values: Sequence[str]) -> str:
    return " and ".join([", ".join(values[:-1]), values[-1]] if values[1:] else values)
