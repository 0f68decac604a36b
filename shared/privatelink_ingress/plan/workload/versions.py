"""Whether EKS still supports a Kubernetes version, and which version to use instead."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.versions import VERSIONS, supported

NOTICE = datetime.timedelta(days=60)
"""How long before the end of standard support a stack is warned. Our choice: time to try and run one upgrade.

AWS gives notice 60 days ahead: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"""

KEY = "cluster.version"


def require_supported(settings: WorkloadSettings, *, today: datetime.date) -> None:
    """Refuse a version that EKS no longer supports without extra charge. An existing cluster is not checked.

    Args:
        settings: The stack file.
        today: The day to judge by.

    Raises:
        UserError: with the supported versions and their end dates.
    """
    version = settings.cluster.version
    ended = VERSIONS[version].standard_until
    if today <= ended or settings.cluster.existing is not None:
        return
    reason = (
        f'is "{version}", whose standard support ended on {ended}; EKS upgrades such a cluster by itself, so a stack '
        "that names it would ask for a downgrade"
    )
    listed = ", ".join(map(str, supported(today))) or "a version that EKS supports, once it is added to VERSIONS"
    problem = Problem(KEY, reason, f"Write one of {listed}, one minor version at a time: docs/cluster.md.")
    raise UserError("The cluster's version is out of support", [problem])


def ends_soon(settings: WorkloadSettings, *, today: datetime.date) -> Iterator[Problem]:
    """A warning when standard support ends within `NOTICE`; nothing once it has ended, or while it is further off."""
    version = settings.cluster.version
    ends = VERSIONS[version].standard_until
    if not today <= ends <= today + NOTICE or settings.cluster.existing is not None:
        return
    days = (ends - today).days
    later = [entry for entry in supported(today) if entry.standard_until > ends]
    left = "today" if days == 0 else f"in {days} day{'s' * (days != 1)}"
    yield Problem(
        KEY,
        f'is "{version}", whose standard support ends on {ends}, {left}; EKS then upgrades the cluster automatically',
        f"Write {later[0]}: docs/cluster.md." if later else "Write the next version, once EKS offers it.",
    )
