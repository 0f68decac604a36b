"""Warnings about settings that are allowed, but worth knowing before the stack is deployed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.plan.workload import access, nodes, publication, versions
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.workload import WorkloadSettings


def warnings(settings: WorkloadSettings, *, today: datetime.date) -> Iterator[Problem]:
    """All warnings of a stack file. `pulumi up` logs them, `check` shows them; neither fails because of them.

    Args:
        settings: The stack file.
        today: Some warnings depend on the date.
    """
    yield from versions.ends_soon(settings, today=today)
    yield from nodes.only_spot(settings)
    yield from nodes.beyond_the_quota(settings)
    yield from publication.unjudged(settings)
    yield from publication.without_remote_access(settings)
    yield from access.without_admins(settings)
