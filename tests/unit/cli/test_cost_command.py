"""`cost`: what it shows of the samples, in words and for scripts."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from tests.support import stack_edits
from tests.support.authorities import certificate

EDGE, VERIFY = "central-ingress/prod", {"mode": "verify", "caBundle": "ca.pem"}
ROOT = Path(__file__).parents[3]
STACK_FILES = (
    "eks-service/Pulumi.shop.yaml",
    "eks-service/Pulumi.blog.yaml",
    "central-ingress/Pulumi.prod.yaml",
    "central-ingress/Pulumi.prod-blog.yaml",
)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """The sample projects, to change."""
    for file in ("eks-service/Pulumi.yaml", "central-ingress/Pulumi.yaml", *STACK_FILES):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def in_region(root: Path, region: str, zones: str) -> None:
    for file in STACK_FILES:
        # EKS takes no subnets in use1-az3.
        text = (root / file).read_text().replace("eu-west-1", region).replace("euw1", zones).replace("az3", "az4")
        (root / file).write_text(text)


def run(root: Path, *options: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(app, ["cost", "--root", str(root), *options])


def data(root: Path, *options: str) -> dict[str, Any]:
    result = run(root, "--json", *options)
    assert result.exit_code == 0
    return json.loads(result.stdout)


def by_stack(found: dict[str, Any]) -> dict[str, float]:
    return {f"{stack['project']}/{stack['stack']}": stack["usd_a_month"] for stack in found["stacks"]}


def test_every_stack_has_its_bill_and_a_connection_is_in_that_of_its_own_stack(samples: Path) -> None:
    in_region(samples, "us-east-1", "use1")
    found = data(samples)
    expected = {
        # load balancer 16.425, addresses 10.95, firewall 12, shop 21.90, alarms on 10 metrics and on 7 of shop
        "central-ingress/prod": 62.275 + 1.70 + 2 * 3,  # alarms, two dashboards
        "central-ingress/prod-blog": 21.90 + 0.70,
        "eks-service/blog": 177.025,  # control plane 73, 4 endpoints in 3 zones 87.60, load balancer 16.425
        "eks-service/shop": 177.025,
    }
    assert by_stack(found) == pytest.approx(expected, abs=0.0051)
    assert (found["currency"], found["estimate"]) == ("USD", False)
    assert found["usd_a_month"] == pytest.approx(438.225 + 2.40 + 2 * 3, abs=0.0051)
    prod, attached = found["stacks"][:2]
    assert list(prod["connections"]) == ["shop"]
    assert (list(attached["connections"]), attached["shared"]["lines"]) == (["blog"], [])


def test_alarms_of_a_connection_that_cannot_be_planned_are_said_to_be_in_no_sum(samples: Path) -> None:
    file = samples / STACK_FILES[0]
    file.write_text(file.read_text().replace("222222222222", "333333333333") + "  eks-service:connectionName: other\n")
    found = data(samples)
    assert found["unknown"][0] == "alarms in eu-west-1"
    assert [line["what"] for line in found["stacks"][0]["connections"]["shop"]["lines"]] == [
        "interface endpoint",
        "dashboard",
    ]


def test_without_alarms_no_line_names_them(samples: Path) -> None:
    file = samples / STACK_FILES[2]
    file.write_text(file.read_text().replace("enabled: true", "enabled: false"))
    assert "alarms watch" not in run(samples).stdout


def test_traffic_adds_to_the_edge_and_to_the_workload_that_serves_it(samples: Path) -> None:
    in_region(samples, "us-east-1", "use1")
    before, after = by_stack(data(samples)), by_stack(data(samples, "--gb", "1000", "--requests", "10"))
    assert {stack: round(after[stack] - usd, 2) for stack, usd in before.items()} == {
        "central-ingress/prod": 24.0,  # 1,000 GB x (0.010 + 0.008), 10 million requests x 0.60
        "central-ingress/prod-blog": 24.0,
        "eks-service/blog": 6.0,  # 1,000 GB x 0.006
        "eks-service/shop": 6.0,
    }


def test_two_backends_share_the_traffic_of_their_connection(samples: Path) -> None:
    in_region(samples, "us-east-1", "use1")
    file = samples / STACK_FILES[2]
    both = "- stack: shop\n        - {stack: blog, position: 1, connectionName: blog}\n"
    file.write_text(re.sub("- stack: shop #.*\n", both, file.read_text()))
    for other in STACK_FILES:
        (samples / other).write_text((samples / other).read_text().replace("team-blog", "team-shop"))
    before, after = by_stack(data(samples)), by_stack(data(samples, "--gb", "1000"))
    assert before["central-ingress/prod"] == pytest.approx(62.275 + 1.70 + 2 * 3 + 21.90 + 0.70, abs=0.0051)
    assert {stack: round(after[stack] - before[stack], 2) for stack in ("eks-service/shop", "eks-service/blog")} == {
        "eks-service/shop": 3.0,
        "eks-service/blog": 9.0,
    }


def test_every_line_says_price_region_source_and_how_sure_it_is(samples: Path) -> None:
    found = data(samples, "--gb", "1")
    lines = [
        line
        for stack in found["stacks"]
        for bill in (stack["shared"], *stack["connections"].values())
        for line in bill["lines"]
    ]
    assert len(lines) == 23
    for line in lines:
        assert line["source"].startswith("https://")
        assert line["confidence"] in {"aws", "third-party"}
        assert line["price_region"] in {"eu-central-1", "us-east-1", "every region"}
        assert line["usd_a_month"] == pytest.approx(line["quantity"] * line["usd_each"])
        assert line["estimate"] == (line["price_region"] != "every region")


def test_a_region_without_prices_is_said_to_be_an_estimate(samples: Path) -> None:
    found = data(samples)
    assert (found["estimate"], found["usd_per_gb"]) == (True, {"eu-west-1": 0.024})
    shown = run(samples).stdout
    assert "Not every price of eu-west-1 is known here: those of eu-central-1 and us-east-1 stand in." in shown
    assert (
        "~ endpoint: 0.012 per zone-hour, eu-central-1, third-party, 2026-11-28, https://aws.amazon.com/privatelink"
        in shown
    )


def test_a_region_with_prices_has_no_such_note(samples: Path) -> None:
    in_region(samples, "us-east-1", "use1")
    shown = run(samples).stdout
    assert "stand in" not in shown
    assert "~" not in shown.replace("(~ marks an estimate)", "")


def test_what_is_left_out_is_said(samples: Path) -> None:
    shown = run(samples).stdout
    assert "Traffic is not in these numbers: give --gb and --requests." in shown
    assert (
        "Not counted: storage and queries of logs, metrics of Container Insights, notifications of alarms; data"
        in shown
    )
    assert "Traffic is not in" not in run(samples, "--gb", "1").stdout


def test_an_unknown_price_is_said_and_in_no_sum(samples: Path) -> None:
    before, found = data(samples), data(samples, "--nodes", "5", "--log-gb", "30")
    assert found["usd_a_month"] == before["usd_a_month"]
    assert found["unknown"] == [
        "logs taken in by CloudWatch in eu-west-1",
        "nodes: 5 x m7i.large in eu-west-1",
        "disks: 5 x 50 GiB in eu-west-1",
    ]
    shown = run(samples).stdout
    assert (
        "At a price that is not known here, and in no sum: nodes: 3 x m7i.large in eu-west-1; disks: 3 x 50 GiB"
        in shown
    )
    assert "→ Read AWS's price list with ./run cost --refresh" in shown


def test_other_ways_for_the_same_traffic_are_counted_by_the_same_prices(samples: Path) -> None:
    in_region(samples, "us-east-1", "use1")
    ways = data(samples, "--gb", "900")["ways"]["us-east-1"]
    assert {name: way["usd_a_month"] for name, way in ways.items()} == {
        "PrivateLink": 105.45,  # 2 endpoints in 3 zones 43.80, 2 balancers 32.85, 1,800 GB x (0.010 + 0.006)
        "transit gateway": 145.5,  # 3 attachments 109.50, 1,800 GB x 0.020
        "VPC peering": 24.0,  # 2/3 of 1,800 GB cross a zone, 0.01 in each direction
    }
    assert {name: way["usd_a_month"] for name, way in data(samples)["ways"]["us-east-1"].items()} == {
        "PrivateLink": 76.65,
        "transit gateway": 109.5,
        "VPC peering": 0,
    }
    shown = run(samples, "--gb", "900").stdout
    assert "transit gateway  145.50  routes between the VPCs, and no address range twice" in shown


def test_a_mistake_in_a_stack_file_comes_before_any_number(samples: Path) -> None:
    file = samples / STACK_FILES[0]
    file.write_text(file.read_text().replace("owner:", "ownr:"))
    result = run(samples)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "eks-service/Pulumi.shop.yaml: ownr: is not a known key" in result.stderr


def test_a_repository_without_stacks_costs_nothing_to_count(samples: Path) -> None:
    for file in STACK_FILES:
        (samples / file).unlink()
    result = run(samples)
    assert result.exit_code == 1
    assert "There is nothing that costs" in result.stderr


def test_negative_traffic_is_wrong_use(samples: Path) -> None:
    assert run(samples, "--gb", "-1").exit_code == 2


def test_the_trust_store_of_a_shard_that_verifies_clients_is_in_its_bill_and_in_that_of_one_more_shard(
    samples: Path,
) -> None:
    def planned() -> float:
        grown = CliRunner().invoke(app, ["capacity", "--root", str(samples), "--plan", "60", "--json"])
        return json.loads(grown.stdout)["plan"]["usd_a_month"]

    in_region(samples, "us-east-1", "use1")
    before, grown = by_stack(data(samples)), planned()
    (samples / "central-ingress" / "ca.pem").write_text(certificate())
    stack_edits.change(samples / "central-ingress/Pulumi.prod.yaml", "loadBalancer", {"mutualTls": VERIFY})
    # The firewall has one rule less: nobody but the load balancer sends headers about certificates.
    change = 3.65 - 1
    assert by_stack(data(samples))[EDGE] == pytest.approx(before[EDGE] + change, abs=0.011)
    assert planned() == pytest.approx(grown + change, abs=0.011)


def test_large_quantities_are_written_out(samples: Path) -> None:
    shown = run(samples, "--gb", "1234567.5", "--requests", "0.25").stdout
    assert "shop: endpoint data                   1,234,567.5 GB x 0.01           12,345.68" in shown
    assert "0.25 million requests x 0.6          0.15" in shown
