"""The shape of everything that `doctor` finds."""

from __future__ import annotations

import dataclasses
from typing import Literal

from privatelink_ingress.problems import Problem

Severity = Literal["error", "warning", "not seen"]

SYSTEM = "all connections"
"""The subject of findings about no single connection."""

UP_EDGE = "Run `pulumi up` in central-ingress/."
UP_WORKLOAD = "Run `pulumi up` in eks-service/."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One thing that is wrong, or could not be seen."""

    connection: str
    severity: Severity
    problem: Problem
    """Where it is, why it is wrong, and what to do."""
    evidence: str


def found(connection: str, severity: Severity, where: str, reason: str, remedy: str, evidence: str = "") -> Diagnosis:
    """A finding."""
    return Diagnosis(
        connection=connection, severity=severity, problem=Problem(where, reason, remedy), evidence=evidence
    )
