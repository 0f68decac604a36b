"""`cost --refresh`: what it takes from AWS's price list, what it keeps, and what it says of the rest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws import price_list as aws_price_list
from privatelink_ingress.cli import price_list as command
from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet import prices
from privatelink_ingress.plan.capacity import prices as shipped_prices
from privatelink_ingress.problems import UserError
from tests.support import price_list
from tests.support.programs import REPOSITORY


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """The sample projects, to change."""
    for project in ("eks-service", "central-ingress"):
        (tmp_path / project).mkdir()
        for file in (REPOSITORY / project).glob("Pulumi*.yaml"):
            shutil.copy(file, tmp_path / project / file.name)
    return tmp_path


def run(root: Path, *options: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["cost", "--root", str(root), *options])


def refresh(root: Path, *answers: Any) -> list[str]:
    client, stubber = price_list.client(answers or price_list.ANSWERS)
    missing = command.refresh(root, client=client)
    stubber.assert_no_pending_responses()
    return [str(problem) for problem in missing]


def test_it_keeps_the_price_of_each_item_with_product_and_day(samples: Path):
    assert refresh(samples) == []
    kept = json.loads((samples / "prices.json").read_text())["prices"]
    assert {item: regions["eu-west-1"]["usd"] for item, regions in kept.items()} == {
        "alarm": 0.1,
        "alb": 0.0252,
        "alb-units": 0.008,
        "disk": 0.088,
        "eks": 0.1,
        "endpoint": 0.011,
        "endpoint-data": 0.01,
        "firewall-requests": 0.6,
        "firewall-rule": 1.0,
        "ipv4": 0.005,
        "logs": 0.57,
        "nlb": 0.0252,
        "nlb-units": 0.006,
        "node m7i.large": 0.1123,
        "transit-gateway": 0.053,
        "transit-gateway-data": 0.02,
        "trust-store": 0.0056,
        "web-acl": 5.0,
    }
    endpoint = kept["endpoint"]["eu-west-1"]
    assert endpoint["source"].startswith("AWS price list: AmazonVPC, SKU SKU")
    assert endpoint["source"].endswith(", since 2026-11-01")
    assert (endpoint["confidence"], endpoint["unit"]) == ("aws", "zone-hour")
    assert endpoint["about"] == "$0.0110000000 per Hrs of EU-VpcEndpoint-Hours"
    assert [one.name for one in samples.iterdir() if one.is_file()] == ["prices.json"]


def test_docs_name_every_item_that_it_does_not_read():
    unread = shipped_prices.shipped().prices.keys() - aws_price_list.ITEMS
    said = {
        "fees of managed firewall groups: bot control, fraud control and anti-DDoS": {
            "bot-control",
            "bot-control-requests",
            "account-takeover",
            "account-creation",
            "anti-ddos",
            "anti-ddos-requests",
        },
        "firewall capacity above 1,500 units, for each million requests": {"firewall-capacity"},
        "dashboards": {"dashboard"},
        "the advanced parameter of a contract": {"advanced-parameter"},
        "data between zones": {"cross-zone-data"},
    }
    assert set().union(*said.values()) == unread
    listed = (REPOSITORY / "docs/cost.md").read_text().partition("those of this release:\n\n")[2].partition("\n\n")[0]
    assert listed.splitlines() == [f"- {words}" for words in said]


def test_the_bill_counts_with_it_and_is_no_estimate_any_longer(samples: Path):
    before = json.loads(run(samples, "--json").stdout)
    refresh(samples)
    found = json.loads(run(samples, "--nodes", "4", "--log-gb", "10", "--json").stdout)
    assert (before["estimate"], found["estimate"], found["unknown"]) == (True, False, [])
    shop = next(stack for stack in found["stacks"] if stack["stack"] == "shop")
    lines = {line["what"]: line["usd_a_month"] for line in shop["shared"]["lines"]}
    assert lines["nodes: 4 x m7i.large"] == pytest.approx(4 * 730 * 0.1123)
    assert lines["disks: 4 x 50 GiB"] == pytest.approx(200 * 0.088)
    assert lines["logs taken in by CloudWatch"] == pytest.approx(5.7)
    shown = run(samples).stdout
    assert "  endpoint: 0.011 per zone-hour, eu-west-1, aws, " in shown
    assert "stand in" not in shown
    assert "not known here" not in shown


def test_onboard_and_capacity_count_with_it(samples: Path):
    refresh(samples)
    grown = CliRunner().invoke(app, ["capacity", "--root", str(samples), "--plan", "1", "--json"])
    assert json.loads(grown.stdout)["plan"]["usd_a_month"] == pytest.approx(3 * 730 * 0.011 + 7 * 0.1 + 3, abs=0.005)


def test_a_price_that_the_list_has_twice_or_in_another_unit_is_unknown_and_said(samples: Path):
    network = (
        price_list.product("EU-LoadBalancerUsage", "0.0252000000", "Hrs"),
        price_list.product("EU-LoadBalancerUsage", "0.0300000000", "Hrs"),
        price_list.product("EU-LCUUsage", "0.0060000000", "Quarters"),
    )
    answers = [(*one[:2], network) if "Network" in str(one[1]) else one for one in price_list.ANSWERS]
    assert refresh(samples, *answers) == [
        "nlb in eu-west-1: AWS's price list has 2 prices for LoadBalancerUsage of AWSELB\n"
        "    Compare with AWS's page of prices.",
        "nlb-units in eu-west-1: AWS's price list has no price in a form that is known here for LCUUsage of AWSELB\n"
        "    Compare with AWS's page of prices.",
    ]
    kept = json.loads((samples / "prices.json").read_text())["prices"]
    assert not {"nlb", "nlb-units"} & kept.keys()


def _without(*path: str) -> str:
    """A product that lacks a part of its form."""
    document = json.loads(price_list.product("EU-LoadBalancerUsage", "0.0252000000", "Hrs"))
    place = document
    for key in path[:-1]:
        place = place[key] if key != "*" else next(iter(place.values()))
    del place[path[-1]]
    return json.dumps(document)


_TERM = ("terms", "OnDemand", "*", "priceDimensions", "*")

OTHER_FORMS = {
    "another currency": price_list.product("EU-LoadBalancerUsage", "0.0252000000", "Hrs").replace('"USD"', '"CNY"'),
    "below zero": price_list.product("EU-LoadBalancerUsage", "-0.0252000000", "Hrs"),
    "a tier below zero": price_list.product("EU-LoadBalancerUsage", [("0", "-1"), ("5", "0.5")], "Hrs"),
    "without end": price_list.product("EU-LoadBalancerUsage", "inf", "Hrs"),
    "not a number": price_list.product("EU-LoadBalancerUsage", "nan", "Hrs"),
    "words": price_list.product("EU-LoadBalancerUsage", "on request", "Hrs"),
    "a tier that begins nowhere": price_list.product("EU-LoadBalancerUsage", [("none", "0.5")], "Hrs"),
    "free": price_list.product("EU-LoadBalancerUsage", "0.0000000000", "Hrs"),
    "cut in half": price_list.product("EU-LoadBalancerUsage", "0.0252000000", "Hrs")[:300],
    "empty": "",
    "a list": "[]",
    "null": "null",
    "without a product": _without("product"),
    "without attributes": _without("product", "attributes"),
    "without terms": _without("terms"),
    "without a price": _without(*_TERM, "pricePerUnit"),
    "without a unit": _without(*_TERM, "unit"),
    "without an SKU": _without("terms", "OnDemand", "*", "sku"),
}


@pytest.mark.parametrize("document", OTHER_FORMS.values(), ids=OTHER_FORMS)
def test_a_price_of_another_form_is_unknown_and_the_others_are_kept(samples: Path, document: str):
    network = (document, price_list.product("EU-LCUUsage", "0.0060000000", "LCU-Hrs"))
    answers = [(*one[:2], network) if "Network" in str(one[1]) else one for one in price_list.ANSWERS]
    [said] = refresh(samples, *answers)
    assert said.startswith("nlb in eu-west-1: AWS's price list has no price in a form that is known here for")
    kept = json.loads((samples / "prices.json").read_text())["prices"]
    assert "nlb" not in kept
    assert {"alb", "nlb-units", "endpoint"} <= kept.keys()
    assert run(samples, "--json").exit_code == 0


def test_a_price_that_the_list_repeats_is_one_price(samples: Path):
    twice = (price_list.product("EU-LoadBalancerUsage", "0.0252000000", "Hrs"),) * 2
    network = (*twice, price_list.product("EU-LCUUsage", "0.0060000000", "LCU-Hrs"))
    answers = [(*one[:2], network) if "Network" in str(one[1]) else one for one in price_list.ANSWERS]
    assert refresh(samples, *answers) == []


def test_a_region_that_the_list_does_not_know_is_said_and_keeps_nothing(samples: Path):
    said = refresh(samples, *((*one[:2], ()) for one in price_list.ANSWERS))
    assert {one.partition(" in ")[0] for one in said} == aws_price_list.ITEMS | {"node m7i.large"}
    assert all(" in eu-west-1: AWS's price list has no price in a form that is known here" in one for one in said)
    assert json.loads((samples / "prices.json").read_text())["prices"] == {}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("ThrottlingException", "Rate exceeded"), "Rate exceeded"),
        (("InternalErrorException", "try again"), "try again"),
        (("ExpiredNextTokenException", "expired"), "expired"),
    ],
)
def test_a_service_that_fails_half_way_leaves_the_older_file(
    samples: Path, monkeypatch: pytest.MonkeyPatch, answer: tuple[str, str], reason: str
):
    refresh(samples)
    before = (samples / "prices.json").read_text()
    client, stubber = price_list.client(price_list.ANSWERS[:4])
    stubber.add_client_error("get_products", *answer)
    monkeypatch.setattr(credentials, "client", lambda *_: client)
    done = run(samples, "--refresh", "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "AWS's price list cannot be read:" in done.stderr
    assert reason in done.stderr
    assert (samples / "prices.json").read_text() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--profile", "edge"), "--profile: is only for --refresh, which reads AWS's price list"),
        (("--refresh", "--profile", "edge", "--profile", "shop"), "--profile: is given twice"),
    ],
)
def test_a_profile_without_use_is_refused(samples: Path, options: tuple[str, ...], said: str):
    done = run(samples, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_command_says_what_is_missing_and_exits_with_1(samples: Path, monkeypatch: pytest.MonkeyPatch):
    client, _ = price_list.client([(*one[:2], ()) if one[0] == "AmazonEKS" else one for one in price_list.ANSWERS])
    monkeypatch.setattr(credentials, "client", lambda *_: client)
    done = run(samples, "--refresh", "--json")
    assert (done.exit_code, json.loads(done.stdout)["estimate"]) == (1, False)
    assert "eks in eu-west-1: AWS's price list has no price in a form that is known here" in done.stderr


def test_prices_of_other_regions_stay(samples: Path):
    file = samples / "prices.json"
    refresh(samples)
    file.write_text(file.read_text().replace("eu-west-1", "eu-north-1"))
    refresh(samples)
    kept = json.loads(file.read_text())["prices"]
    assert list(kept["endpoint"]) == ["eu-north-1", "eu-west-1"]


def test_without_the_right_nothing_is_written_and_the_right_is_named(samples: Path, monkeypatch: pytest.MonkeyPatch):
    client, stubber = price_list.client([])
    stubber.add_client_error("get_products", "AccessDeniedException", "not authorized")
    monkeypatch.setattr(credentials, "client", lambda *_: client)
    done = run(samples, "--refresh")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "AWS's price list cannot be read:" in done.stderr
    assert "→ Use credentials (--profile) with pricing:GetProducts." in done.stderr
    assert not (samples / "prices.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "prices.json: Invalid JSON"),
        ('{"version": 2, "prices": {}}', "prices.json: version: Input should be 1"),
        ('{"prices": {"alb": {"eu-west-1": {"usd": -1}}}}', "prices.json: prices.alb.eu-west-1.usd: Input should be"),
    ],
)
def test_a_damaged_file_is_named_with_its_place_before_aws_is_asked(samples: Path, text: str, said: str):
    (samples / "prices.json").write_text(text)
    for options in ((), ("--refresh",)):
        done = run(samples, *options)
        assert (done.exit_code, done.stdout) == (1, "")
        assert said in done.stderr
        assert "→ Delete it, then write it again: ./run cost --refresh" in done.stderr
    assert (samples / "prices.json").read_text() == text


def test_a_file_that_cannot_be_written_is_said(samples: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="cannot be written: No space left on device"):
        prices.keep(samples, [])
    assert [one for one in samples.iterdir() if one.is_file()] == []
