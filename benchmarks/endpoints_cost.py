"""Endpoints of a workload's VPC and what they cost a month: the preset `minimal` against `article`, by features.

    .venv/bin/python -m benchmarks.endpoints_cost

Computed by the plan of the sample stack `shop`, by AWS's list prices (`plan/capacity/prices.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.cost import workload_cost
from privatelink_ingress.plan.workload import endpoints
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stackfiles import reader

REPOSITORY = Path(__file__).parents[1]
FEATURES = {"podLogs": {"install": True}, "metrics": {"install": True}, "sessionManager": True}
GATEWAY = 1
"""The S3 gateway endpoint, which costs nothing: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"""


def settings(preset: str, features: tuple[str, ...]) -> tuple[WorkloadSettings, str]:
    """The sample with a preset and features, and its region."""
    file = reader.read(REPOSITORY / "eks-service", "shop")
    wanted = {key: json.dumps(FEATURES[key]) for key in features}
    given = {key: text for key, text in file.settings.items() if key not in FEATURES}
    values = {**given, "endpoints": json.dumps({"preset": preset}), **wanted}
    return load(WorkloadSettings, values, project=file.project, stack=file.stack), file.config["aws:region"]


def of_endpoints(bill: Bill) -> float:
    """USD a month of the endpoints' lines."""
    return sum(line.usd for line in bill.lines if line.item == "endpoint")


def main() -> None:
    """Print one line for each preset and set of features."""
    print(f"{'preset':8} {'features':32} {'interface':>9} {'gateway':>7} {'3 zones':>9} {'2 zones':>9}  services")
    for features in ((), ("podLogs",), ("podLogs", "metrics"), tuple(FEATURES)):
        for preset in ("minimal", "article"):
            chosen, region = settings(preset, features)
            services = endpoints.services(chosen)
            three, two = (
                of_endpoints(workload_cost(chosen, region, endpoints=services, zones=zones)) for zones in (3, 2)
            )
            costs = f"{len(services):>9} {GATEWAY:>7} {three:>8.2f}$ {two:>8.2f}$"
            print(f"{preset:8} {' '.join(features) or 'none':32} {costs}  {' '.join(services)}")


if __name__ == "__main__":
    main()
