"""`capacity`, and what `check` says of a shard that is over a quota."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app

ROOT = Path(__file__).parents[3]
SAMPLES = ("Pulumi.yaml", "eks-service/Pulumi.yaml", "eks-service/Pulumi.shop.yaml", "eks-service/Pulumi.blog.yaml")
EDGES = ("central-ingress/Pulumi.yaml", "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml")


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """The sample projects, to change."""
    for file in (*SAMPLES, *EDGES):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


@pytest.fixture
def edges(tmp_path: Path) -> Path:
    """The edge's project without a stack file."""
    (tmp_path / "central-ingress").mkdir()
    shutil.copy(ROOT / EDGES[0], tmp_path / EDGES[0])
    return tmp_path


def entries(slots: range, **changes: Any) -> dict[str, Any]:
    return {
        f"c{slot}": {
            "slot": slot,
            "owner": "team",
            "backends": [{"stack": f"c{slot}"}],
            "routes": [{"hosts": [f"c{slot}.example.com"]}],
            **changes,
        }
        for slot in slots
    }


def write(root: Path, stack: str, *, region: str = "eu-west-1", **settings: Any) -> None:
    """A stack file of the edge; one with a load balancer unless it says `edgeStack`."""
    values = {"accountId": "222222222222", "owner": "team-platform", **settings}
    if "edgeStack" not in settings:
        values = {
            "certificates": [{"domains": ["*.example.com"]}],
            "dns": {"zoneId": "Z0123456789EXAMPLE"},
            **values,
        }
    config = {"aws:region": region, **{f"central-ingress:{key}": value for key, value in values.items()}}
    (root / "central-ingress" / f"Pulumi.{stack}.yaml").write_text(json.dumps({"config": config}))


def run(root: Path, *options: str, command: str = "capacity") -> Result:
    return CliRunner().invoke(app, [command, "--root", str(root), *options])


def data(root: Path, *options: str, exit_code: int = 0) -> dict[str, Any]:
    result = run(root, "--json", *options)
    assert result.exit_code == exit_code
    return json.loads(result.stdout)


def test_the_samples_shard_counts_the_connection_of_its_attached_stack(samples: Path) -> None:
    (shard,) = data(samples)["shards"]
    assert {key: shard[key] for key in ("name", "region", "zones", "connections", "room", "ends_first")} == {
        "name": "prod",
        "region": "eu-west-1",
        "zones": 3,
        "connections": 2,
        "room": 48,
        "ends_first": "endpoints",
    }
    numbers = {quota["key"]: (quota["used"], quota["limit"], quota["free"]) for quota in shard["quotas"]}
    assert numbers["endpoints"] == (2, 50, 48)
    assert numbers["targetGroups"] == (2, 100, 98)
    assert numbers["targets"] == (6, 1000, 994)
    assert numbers["slots"] == (2, 120, 118)


def test_the_table_fits_80_columns_and_marks_what_is_hard_and_what_ends_first(samples: Path) -> None:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["capacity", "--root", str(samples)])
    lines = result.stdout.splitlines()
    assert lines[0] == "prod in eu-west-1, 3 zones: 2 connections, room for 48 more"
    rows = {line[:32].strip(): line[32:].split() for line in lines[2:13]}
    assert rows["interface endpoints"] == ["2", "50", "48", "L-29B6F2EB,", "ends", "first"]
    assert rows["target groups"] == ["2", "100", "98", "L-822D1B1B,", "hard"]
    assert rows["inbound rules for clients"] == ["1", "60", "59", "L-0EA8095F,", "hard", "1000,", "largest"]
    assert "…" not in result.stdout


def test_raised_quotas_count(edges: Path) -> None:
    write(edges, "prod", limits={"endpoints": 100}, connections=entries(range(60)))
    (shard,) = data(edges)["shards"]
    assert (shard["ends_first"], shard["room"]) == ("targetGroups", 40)


def test_a_shard_over_a_quota_ends_with_1_and_says_which(edges: Path) -> None:
    write(edges, "prod", connections=entries(range(51)))
    (shard,) = data(edges, exit_code=1)["shards"]
    assert (shard["exceeded"], shard["room"]) == (["endpoints"], 0)
    assert "L-29B6F2EB, over" in run(edges).stdout


def test_the_plan_names_new_shards_and_the_raise_that_saves_them(edges: Path) -> None:
    write(edges, "prod", connections=entries(range(2)))
    plan = data(edges, "--plan", "60")["plan"]
    assert plan["by_shard"] == {"prod": 48, "prod-2": 12}
    assert plan["new_shards"] == ["prod-2"]
    assert plan["addresses_per_zone"] == 60
    assert plan["new_shards_when_raised"] == []
    assert plan["raises"] == [
        {
            "key": "endpoints",
            "code": "L-29B6F2EB",
            "needed": 62,
            "command": "aws service-quotas request-service-quota-increase --service-code vpc "
            "--quota-code L-29B6F2EB --desired-value 100 --region eu-west-1",
            "limits": {"endpoints": 100},
        }
    ]
    # 60 x 3 zones x 730 h x 0.012, and for the new shard 730 x 0.027 + 3 x 730 x 0.005 + 5 + 7.
    assert (plan["usd_a_month"], plan["estimate"]) == (1620.46, True)


def test_the_plan_follows_what_each_connection_needs(edges: Path) -> None:
    write(edges, "prod")
    needs = ["--backends", "2", "--rules", "3", "--own-certificate"]
    assert data(edges, "--plan", "26", *needs)["plan"]["by_shard"] == {"prod": 25, "prod-2": 1}
    assert data(edges, "--plan", "26", *needs)["plan"]["addresses_per_zone"] == 52
    assert data(edges, "--plan", "26")["plan"]["new_shards"] == []
    assert data(edges, "--plan", "34", "--rules", "3")["plan"]["by_shard"] == {"prod": 33, "prod-2": 1}


def test_a_plan_in_words_shows_slots_shards_commands_and_cost(edges: Path) -> None:
    write(edges, "prod", connections=entries(range(1, 3)))
    lines = run(edges, "--plan", "60").stdout.splitlines()
    assert "  48 on prod: slots 0, 3-49" in lines
    assert "  12 on prod-2, a new shard: slots 0-11" in lines
    assert "  → pulumi -C central-ingress stack init prod-2" in lines
    assert "  → limits: {endpoints: 100}, once they are granted" in lines
    assert any(line.startswith("  Cost: about 1,620.46 USD a month without traffic") for line in lines)


def test_a_new_shard_is_not_named_as_an_attached_stack(edges: Path) -> None:
    write(edges, "prod", connections=entries(range(49)))
    write(edges, "prod-2", edgeStack="prod", connections=entries(range(60, 61)))
    assert data(edges, "--plan", "1")["plan"]["new_shards"] == ["prod-3"]


def test_shards_that_cannot_stand_in_for_each_other_need_a_choice(edges: Path) -> None:
    write(edges, "prod", connections=entries(range(50)))
    write(edges, "staging", environment="staging")
    result = run(edges, "--plan", "1")
    assert result.exit_code == 2
    assert "--stack: is missing" in result.stderr
    assert data(edges, "--plan", "1", "--stack", "prod")["plan"]["by_shard"] == {"prod-2": 1}
    assert data(edges, "--plan", "1", "--stack", "staging")["plan"]["by_shard"] == {"staging": 1}
    assert run(edges, "--plan", "1", "--stack", "other").exit_code == 2


@pytest.mark.parametrize("options", [(), ("--plan", "1")])
def test_a_shard_that_does_not_exist_is_told_with_the_nearest(edges: Path, options: tuple[str, ...]) -> None:
    write(edges, "prod")
    write(edges, "staging")
    for name in ("prodd", "organization/eks-service/prod"):
        result = run(edges, "--stack", name, *options)
        assert (result.exit_code, f"--stack: is {name}, which is not a stack" in result.stderr) == (2, True)
    assert "Did you mean prod?" in run(edges, "--stack", "prodd", *options).stderr


def test_a_shard_is_shown_alone_by_its_short_and_by_its_full_name(edges: Path) -> None:
    write(edges, "prod")
    write(edges, "staging")
    for name in ("staging", "organization/central-ingress/staging"):
        assert [shard["name"] for shard in data(edges, "--stack", name)["shards"]] == ["staging"]
    assert [shard["name"] for shard in data(edges)["shards"]] == ["prod", "staging"]


@pytest.mark.parametrize("option", ["--gb", "--requests", "--log-gb"])
@pytest.mark.parametrize("value", ["inf", "nan", "-1", "1e308", "many"])
def test_a_cost_is_of_an_amount_that_can_be(samples: Path, option: str, value: str) -> None:
    result = run(samples, option, value, command="cost")
    assert (result.exit_code, f"Invalid value for '{option}'" in result.stderr) == (2, True)


def test_a_connection_that_fits_no_shard_is_refused(edges: Path) -> None:
    write(edges, "prod")
    result = run(edges, "--plan", "1", "--rules", "101")
    assert result.exit_code == 1
    assert "no shard has room for it: rules" in result.stderr


def test_a_mistake_in_a_stack_file_comes_before_any_number(samples: Path) -> None:
    file = samples / EDGES[1]
    file.write_text(file.read_text().replace("slot: 0", "slot: 130"))
    result = run(samples)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "central-ingress/Pulumi.prod.yaml: connections.shop.slot: is 130" in result.stderr


def test_a_repository_without_a_shard_has_no_capacity(edges: Path) -> None:
    result = run(edges)
    assert result.exit_code == 1
    assert "has no stack file of a shard" in result.stderr


def findings(root: Path) -> list[tuple[str, str, str]]:
    found = json.loads(run(root, "--json", command="check").stdout)["problems"]
    return [(problem["file"], problem["reason"], problem["remedy"]) for problem in found]


def with_certificates(root: Path, count: int) -> None:
    file = root / EDGES[1]
    more = "".join(f"\n    - domains: [c{number}.example.com]" for number in range(count))
    file.write_text(file.read_text().replace('[example.com, "*.example.com"]', '[example.com, "*.example.com"]' + more))


def test_check_refuses_a_shard_that_only_its_attached_stacks_bring_over_a_quota(samples: Path) -> None:
    with_certificates(samples, 25)
    assert findings(samples) == []
    file = samples / EDGES[2]
    own = "    blog:\n      certificate: {domains: [blog.example.com]}\n"
    file.write_text(file.read_text().replace("    blog:\n", own))
    ((where, reason, remedy),) = findings(samples)
    assert where == EDGES[1]
    assert reason == (
        "26 certificates beside the default are needed, but the load balancer of shard prod has 25 (quota L-9365A611)"
    )
    assert remedy.startswith("Merge certificates (one holds 10 names); or add a shard")


def test_check_lists_routes_of_an_attached_stack_that_cannot_become_rules(samples: Path) -> None:
    file = samples / EDGES[2]
    hosts = ", ".join(f"h{number}.example.com" for number in range(201))
    text = file.read_text().replace("hosts: [blog.example.com]", f"hosts: [{hosts}]", 1).replace("paths:", "#", 1)
    file.write_text(text)
    assert [(where, reason.split(" rules ")[0]) for where, reason, _ in findings(samples)] == [(EDGES[2], "need 41")]


def test_check_names_the_shard_that_has_room(samples: Path) -> None:
    with_certificates(samples, 26)
    certificate = {"domains": ["*.example.com"], "validationRecords": "existing"}
    write(samples, "prod-2", network={"cidr": "10.20.0.0/16"}, certificates=[certificate])
    ((_, _, remedy),) = findings(samples)
    assert "put a connection that is not deployed yet in shard prod-2, where slot 0 is free" in remedy


def test_a_raise_makes_it_right(samples: Path) -> None:
    with_certificates(samples, 26)
    with (samples / EDGES[1]).open("a") as file:
        file.write("\n  central-ingress:limits: {certificates: 50}\n")
    assert findings(samples) == []


@pytest.mark.parametrize("command", ["capacity", "cost"])
def test_it_imports_neither_pulumi_nor_an_aws_client(command: str) -> None:
    code = (
        "import sys; from privatelink_ingress.cli.app import app\n"
        f"app([{command!r}, '--root', {str(ROOT)!r}], standalone_mode=False)\n"
        "heavy = {'pulumi', 'pulumi_aws', 'moto', 'boto3', 'botocore'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plan_for_more_than_a_thousand_is_refused_at_once(samples: Path) -> None:
    result = CliRunner().invoke(app, ["capacity", "--plan", "100000", "--root", str(samples)])
    assert result.exit_code == 2
