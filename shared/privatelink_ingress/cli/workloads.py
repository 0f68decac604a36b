"""Choosing a workload stack by its name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.problems import Problem, UsageError


def named(workloads: Sequence[Workload], stack: str) -> Workload:
    """The one workload whose stack is `stack`.

    Raises:
        UsageError: when there is none.
    """
    for workload in workloads:
        if workload.stack == stack:
            return workload
    known = [workload.stack for workload in workloads]
    near = difflib.get_close_matches(stack, known, n=1)
    remedy = f"Did you mean {near[0]}?" if near else f"Write one of {', '.join(known) or 'those to come'}."
    reason = f"is no stack with a file in {service_contract.PROJECT} that can be read here"
    raise UsageError("There is no such stack", [Problem(f"--stack {stack}", reason, remedy)])
