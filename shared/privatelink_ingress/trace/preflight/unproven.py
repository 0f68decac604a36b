"""What no look-up in the account proves: the way to a private Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.judgements.findings import Diagnosis, found


def judge_api(label: str, endpoint: str | None, silent: str | None) -> Iterator[Diagnosis]:
    """Whether the Kubernetes API answers here.

    Args:
        label: Of a stack that creates objects there.
        endpoint: Host of the API; None before the cluster exists.
        silent: Why nothing answers there; empty when something does, None when nobody tried.
    """
    where = "Kubernetes API"
    if endpoint is None:
        reason = "the cluster does not exist yet, so a way to its private API cannot be tried"
        remedy = (
            "Run `pulumi up` where the VPC can be reached: by VPN, a transit gateway, or a runner in the VPC. "
            "`sessionManager: true` lets Session Manager forward its port: docs/cluster.md."
        )
        yield found(label, "not seen", where, reason, remedy)
    elif silent is None:
        yield found(label, "not seen", where, f"{endpoint} was not tried", "Run this against AWS.")
    elif silent:
        reason = f"{endpoint} does not answer here ({silent})"
        yield found(label, "error", where, reason, "Run this, and `pulumi up`, where the VPC can be reached.")
