"""The proofs that no two connections answer one request by accident, and that every route can be reached."""

from __future__ import annotations

from privatelink_ingress.plan.routing.conflicts.explain import check, conflict_problems, overlap_notes, shadow_problems
from privatelink_ingress.plan.routing.conflicts.language import TooComplex
from privatelink_ingress.plan.routing.conflicts.meeting import overlap
from privatelink_ingress.plan.routing.conflicts.prover import (
    Conflict,
    Overlap,
    Shadowed,
    conflicts,
    overlaps_between_bands,
    shadowed,
)
from privatelink_ingress.plan.routing.conflicts.requests import Entry, Header, Match, Parameter, Witness, matches

__all__ = [
    "Conflict",
    "Entry",
    "Header",
    "Match",
    "Overlap",
    "Parameter",
    "Shadowed",
    "TooComplex",
    "Witness",
    "check",
    "conflict_problems",
    "conflicts",
    "matches",
    "overlap",
    "overlap_notes",
    "overlaps_between_bands",
    "shadow_problems",
    "shadowed",
]
