"""How many resources each sample stack registers: of a cloud, components, providers and references.

    .venv/bin/python benchmarks/resources.py

Recorded from the real programs.
"""

from __future__ import annotations

import collections
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "program"))

from conftest import run_attached, run_edge, run_workload, sample_connections  # noqa: E402
from test_bootstrap import bootstrap  # noqa: E402

from privatelink_ingress.local.runner import Registration  # noqa: E402

KINDS = ("aws", "kubernetes", "component", "provider", "other")


def kind(one: Registration) -> str:
    """Which of `KINDS` a registration is. The cluster is a component of pulumi-eks, which makes its own parts."""
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
