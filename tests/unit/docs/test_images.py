"""What docs/images.md and docs/ingresses.md show is what the settings and the checks take."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ruamel.yaml import YAML
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

DOCS = Path(__file__).parents[3] / "docs"


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / name).read_text(), re.DOTALL)


def test_the_list_of_images_of_the_document_plans_a_repository_each():
    [block] = blocks("images.md", "yaml")
    shown = {key.removeprefix("eks-service:"): value for key, value in YAML(typ="safe").load(block).items()}
    keys = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **shown,
    }
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in keys.items()}
    plan = plan_workload(
        load(WorkloadSettings, texts, project="eks-service", stack="shop"),
        stack="shop",
        region="eu-west-1",
        available_zones=("euw1-az1", "euw1-az2", "euw1-az3"),
    )
    assert plan.registry.repositories == {
        "controller": "shop/nginx-ingress",
        "cart": "shop/cart",
        "sample": "shop/sample",
    }
    assert plan.images[0].tag == "5.6.3"
    assert "`digest-8d9001d32c6a`" in (DOCS / "images.md").read_text()


def test_the_ingress_of_the_document_is_right_and_nothing_has_to_be_said_of_it(tmp_path: Path):
    [block] = blocks("ingresses.md", "yaml")
    (tmp_path / "ingress.yaml").write_text(block)
    result = CliRunner().invoke(app, ["ingress", "check", str(tmp_path / "ingress.yaml"), "--json"])
    assert result.exit_code == 0
    [one] = json.loads(result.stdout)["ingresses"]
    assert (one["ingress"], one["problems"], one["advice"]) == ("shop/cart", [], [])


def test_every_command_that_the_documents_show_is_there():
    shown = "".join(block for name in ("images.md", "ingresses.md") for block in blocks(name, "console"))
    commands = sorted({" ".join(words) for words in re.findall(r"run (images|ingress) (\w+)", shown)})
    assert commands == ["images copy", "images status", "ingress check"]
    for command in commands:
        assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0
