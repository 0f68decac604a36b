"""What is allowed in a stack file, and yet should be known before it is deployed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.plan.workload import nodes, publication, versions
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.workload import WorkloadSettings


def warnings(settings: WorkloadSettings, *, today: datetime.date) -> Iterator[Problem]:
    """One after the other, part by part. `pulumi up` logs them, `check` shows them; neither fails for them.

    Args:
        settings: The stack file.
        today: Some of them come with time.
    """
    yield from versions.ends_soon(settings, today=today)
    yield from nodes.only_spot(settings)
    yield from publication.unjudged(settings)
