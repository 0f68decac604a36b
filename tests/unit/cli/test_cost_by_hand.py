"""The bills of three sample stacks, and the other ways, added up here from `prices.json` and quantities by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from tests.support.programs import REPOSITORY

LISTED = json.loads((REPOSITORY / "shared/privatelink_ingress/plan/capacity/prices.json").read_text())["prices"]
OWN = {"node m7i.large": (0.1123, "hour"), "disk": (0.088, "GB-month"), "logs": (0.57, "GB")}
"""Prices that this release does not have, as a repository's own file has them."""

MONTH = 730
GB, MILLIONS, NODES, LOG_GB = 500, 20, 4, 30

EDGE: Mapping[str, float] = {
    "alb": MONTH,
    "ipv4": 3 * MONTH,  # one address in each of three zones
    "web-acl": 1,
    "firewall-rule": 8,  # five managed groups, the rate limit, forged certificates and the body rule
    "firewall-requests": MILLIONS,
    "endpoint": 3 * MONTH,
    "endpoint-data": GB,
    "alb-units": GB,
    "alarm": 10 + 7,
    "dashboard": 2,  # of the shard and of its connection
    "logs": LOG_GB,
}
ATTACHED: Mapping[str, float] = {
    "endpoint": 3 * MONTH,
    "endpoint-data": GB,
    "alb-units": GB,
    "firewall-requests": MILLIONS,
    "alarm": 7,
}
WORKLOAD: Mapping[str, float] = {
    "eks": MONTH,
    "endpoint": 4 * 3 * MONTH,  # ec2, ecr.api, ecr.dkr and eks-auth, in three zones
    "nlb": MONTH,
    "nlb-units": GB,
    "node m7i.large": NODES * MONTH,
    "disk": NODES * 50,
    "logs": LOG_GB,
}


def price(item: str) -> float:
    """In eu-west-1, for which this release has no list of its own: Frankfurt's, or else Virginia's."""
    if item in OWN:
        return OWN[item][0]
    regions = LISTED[item]
    return next(
        regions[one]["usd"] for one in ("eu-west-1", "every region", "eu-central-1", "us-east-1") if one in regions
    )


def total(quantities: Mapping[str, float]) -> float:
    return sum(quantity * price(item) for item, quantity in quantities.items())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("repository")
    for project in ("eks-service", "central-ingress"):
        (root / project).symlink_to(REPOSITORY / project)
    read = {"source": "by hand", "confidence": "aws", "read": "2026-11-28"}
    own = {item: {"eu-west-1": {"usd": usd, "unit": unit} | read} for item, (usd, unit) in OWN.items()}
    (root / "prices.json").write_text(json.dumps({"prices": own}))
    options = ["--gb", str(GB), "--requests", str(MILLIONS), "--nodes", str(NODES), "--log-gb", str(LOG_GB)]
    result = CliRunner().invoke(app, ["cost", "--root", str(root), "--json", *options])
    assert result.exit_code == 0
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("stack", "quantities"),
    [("central-ingress/prod", EDGE), ("central-ingress/prod-blog", ATTACHED), ("eks-service/shop", WORKLOAD)],
)
def test_a_stack_costs_the_sum_of_its_quantities_at_the_listed_prices(
    found: dict[str, Any], stack: str, quantities: Mapping[str, float]
):
    [bill] = [one["usd_a_month"] for one in found["stacks"] if f"{one['project']}/{one['stack']}" == stack]
    assert bill == pytest.approx(total(quantities), abs=0.0051)
    assert found["unknown"] == []


def test_the_other_ways_cost_what_their_attachments_and_their_data_cost(found: dict[str, Any]):
    both = 2 * GB
    expected = {
        "PrivateLink": {"endpoint": 2 * 3 * MONTH, "endpoint-data": both, "nlb": 2 * MONTH, "nlb-units": both},
        "transit gateway": {"transit-gateway": 3 * MONTH, "transit-gateway-data": both},
        "VPC peering": {"cross-zone-data": both * 2 / 3 * 2},  # two thirds cross a zone, charged on both sides
    }
    ways = found["ways"]["eu-west-1"]
    assert {name: way["usd_a_month"] for name, way in ways.items()} == pytest.approx(
        {name: total(quantities) for name, quantities in expected.items()}, abs=0.0051
    )
