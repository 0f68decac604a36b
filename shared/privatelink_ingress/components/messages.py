"""What a program tells the user beside its outputs."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from privatelink_ingress.problems import Problem


def warn(problems: Iterable[Problem]) -> None:
    """Show each in the output of `pulumi preview` and `pulumi up`, as a warning."""
    for problem in problems:
        pulumi.log.warn(str(problem))
