"""`check`: whether the load balancer, and not the controller, is the one that closes idle connections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app

SHOP, BLOG = "eks-service/Pulumi.shop.yaml", "eks-service/Pulumi.blog.yaml"
PROD = "central-ingress/Pulumi.prod.yaml"


def set_idle(root: Path, seconds: int) -> None:
    text = (root / PROD).read_text()
    assert "loadBalancer:" not in text
    (root / PROD).write_text(f"{text}\n  central-ingress:loadBalancer:\n    idleTimeout: {seconds}\n")


def set_keepalive(root: Path, file: str, value: str) -> None:
    text = (root / file).read_text()
    changed = text.replace(":controller:\n", f":controller:\n    config: {{keepalive-timeout: {value}}}\n")
    assert changed != text
    (root / file).write_text(changed)


def found(root: Path) -> list[tuple[str, str, str, str]]:
    result = CliRunner().invoke(app, ["check", "--root", str(root), "--json"])
    problems = json.loads(result.stdout)["problems"]
    assert result.exit_code == (1 if problems else 0)
    return [(one["file"], one["where"], one["reason"], one["remedy"]) for one in problems]


def test_an_idle_timeout_below_the_controllers_is_right(repository: Path):
    set_idle(repository, 74)
    assert found(repository) == []


def test_an_idle_timeout_as_long_as_the_controllers_is_found_for_every_workload_of_the_shard(repository: Path):
    set_idle(repository, 75)
    assert found(repository) == [
        (
            PROD,
            "loadBalancer.idleTimeout",
            "is 75 s, not below the 75 s of controller.config.keepalive-timeout of "
            f"{file}, so requests would end in 502",
            'Write 74 or less, or keepalive-timeout: "90s" there.',
        )
        for file in (BLOG, SHOP)
    ]


@pytest.mark.parametrize("value", ["121s", "3m", "1h", "130000ms"])
def test_a_controller_that_keeps_connections_longer_allows_a_longer_idle_timeout(repository: Path, value: str):
    set_idle(repository, 120)
    for file in (SHOP, BLOG):
        set_keepalive(repository, file, value)
    assert found(repository) == []


def test_a_controller_that_keeps_connections_shorter_than_the_default_idle_timeout_is_found(repository: Path):
    set_keepalive(repository, SHOP, "30s")
    [(file, where, reason, _)] = found(repository)
    assert (file, where) == (PROD, "loadBalancer.idleTimeout")
    assert reason.startswith(f"is 60 s, not below the 30 s of controller.config.keepalive-timeout of {SHOP}")
