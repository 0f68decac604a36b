"""How many resources each sample stack registers: of a cloud, components, providers and references.

    .venv/bin/python -m benchmarks.resources

Recorded from the real programs.
"""

from __future__ import annotations

import collections
from pathlib import Path

from privatelink_ingress.local.engine.runner import Registration
from tests.support.bootstrap import bootstrap
from tests.support.programs import run_attached, run_edge, run_workload, sample_connections

REPOSITORY = Path(__file__).parents[1]

KINDS = ("aws", "kubernetes", "component", "provider", "other")


def kind(one: Registration) -> str:
    """Which of `KINDS` a registration is. The cluster is a component of pulumi-eks, which creates its own children."""
    package = one.type.partition(":")[0]
    if one.type.startswith("pulumi:providers:"):
        return "provider"
    if package == "pulumi":
        return "other"
    if not one.custom:
        return "component"
    return package


def main() -> None:
    """Print one line for each stack."""
    prod = {"shop": sample_connections()["shop"]}
    print(f"{'stack':32} {'all':>5} " + " ".join(f"{one:>10}" for one in KINDS))
    for label, run in (
        ("bootstrap without roles", bootstrap()),
        ("eks-service/shop", run_workload("shop")),
        ("eks-service/blog", run_workload("blog")),
        ("central-ingress/prod", run_edge(connections=prod)),
        ("central-ingress/prod, no entry", run_edge(connections={})),
        ("central-ingress/prod-blog", run_attached()),
    ):
        counts = collections.Counter(kind(one) for one in run.registrations)
        print(f"{label:32} {len(run.registrations):>5} " + " ".join(f"{counts[one]:>10}" for one in KINDS))


if __name__ == "__main__":
    main()
