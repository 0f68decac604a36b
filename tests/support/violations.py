"""Few programs that violate every rule: sample stacks, each with all defects that do not stand in each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from privatelink_ingress.rules import Resource, judge
from tests.support.defects import DEFECTS, Defect
from tests.support.recordings import Recording, sample

Violation = tuple[str, str]
"""Rule and resource."""

ALONE = "names-fit"
"""The rule whose violations the provider refuses as well, after which the engine asks the pack for no verdict on the
whole stack: each has a program of its own."""


def programs() -> list[list[Defect]]:
    """Every defect, in as few programs as their order allows; those of one program are of the same stack."""
    found: list[list[Defect]] = []
    for defect in DEFECTS:
        program = next((one for one in found if _fit([*one, defect])), None)
        if program is None:
            found.append([defect])
        else:
            program.append(defect)
    return found


def expected(defects: Iterable[Defect]) -> list[Violation]:
    """What the rules say of the defects, each on its own."""
    return [violation for defect in defects for violation in ((defect.rule, defect.resource), *defect.also)]


def recording(defects: Sequence[Defect]) -> Sequence[Resource]:
    """The defects' stack with all of them."""
    made = Recording(sample(defects[0].stack))
    for defect in defects:
        defect.edit(made)
    return made.resources


def _fit(defects: Sequence[Defect]) -> bool:
    """Whether the rules say of all of these together what they say of each."""
    if len({defect.stack for defect in defects}) > 1 or ALONE in {defect.rule for defect in defects}:
        return False
    try:
        together = recording(defects)
    except (AssertionError, LookupError, ValueError):
        return False  # One changes what another has changed or taken away.
    if len({one.urn for one in together}) < len(together):
        return False  # Two add a resource of the same name.
    return sorted((rule.name, resource.name) for rule, (resource, _) in judge(together)) == sorted(expected(defects))
