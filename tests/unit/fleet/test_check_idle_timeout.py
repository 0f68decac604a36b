"""`check`: whether the load balancer, and not the controller, ends idle connections and silent requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app

SHOP, BLOG = "eks-service/Pulumi.shop.yaml", "eks-service/Pulumi.blog.yaml"
PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"


def set_idle(root: Path, seconds: int) -> None:
    text = (root / PROD).read_text()
    assert "loadBalancer:" not in text
    (root / PROD).write_text(f"{text}\n  central-ingress:loadBalancer:\n    idleTimeout: {seconds}\n")


def set_config(root: Path, file: str, key: str, value: str) -> None:
    text = (root / file).read_text()
    changed = text.replace(":controller:\n", f":controller:\n    config: {{{key}: {value}}}\n")
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


def test_an_idle_timeout_as_long_as_the_controllers_is_found_for_the_backends_of_each_stack(repository: Path):
    set_idle(repository, 75)
    assert found(repository) == [too_long(PROD, "shop")]
    set_config(repository, SHOP, "keepalive-timeout", "90s")
    assert found(repository) == [too_long(ATTACHED, "blog")]


def too_long(file: str, name: str) -> tuple[str, str, str, str]:
    return (
        file,
        f"connections.{name}.backends[0].stack",
        f"stack {name} has controller.config.keepalive-timeout 75 s, not above loadBalancer.idleTimeout (75 s) of the "
        "edge, so requests would end in 502",
        'Write keepalive-timeout: "90s" there, or idleTimeout: 74 or less.',
    )


@pytest.mark.parametrize("value", ["121s", "3m", "1h", "130000ms"])
def test_a_controller_that_keeps_connections_longer_allows_a_longer_idle_timeout(repository: Path, value: str):
    set_idle(repository, 120)
    for file in (SHOP, BLOG):
        set_config(repository, file, "keepalive-timeout", value)
    assert found(repository) == []


def test_a_controller_that_keeps_connections_shorter_than_the_default_idle_timeout_is_found(repository: Path):
    set_config(repository, SHOP, "keepalive-timeout", "30s")
    [(file, where, reason, _)] = found(repository)
    assert (file, where) == (PROD, "connections.shop.backends[0].stack")
    assert reason.startswith("stack shop has controller.config.keepalive-timeout 30 s, not above loadBalancer")


def test_a_read_timeout_above_the_idle_timeout_is_found_with_both_keys(repository: Path):
    set_config(repository, SHOP, "proxy-read-timeout", "90s")
    assert found(repository) == [
        (
            PROD,
            "connections.shop.backends[0].stack",
            "stack shop has controller.config.proxy-read-timeout 90 s, above loadBalancer.idleTimeout (60 s) of the "
            "edge, which answers with 504 before",
            'Write proxy-read-timeout: "60s" or less there, or idleTimeout: 90, with a keepalive-timeout above it.',
        )
    ]


def test_a_read_timeout_that_no_idle_timeout_reaches_can_only_be_lowered(repository: Path):
    set_config(repository, SHOP, "proxy-read-timeout", "10m")
    [(_, _, _, remedy)] = found(repository)
    assert remedy == 'Write proxy-read-timeout: "60s" or less there.'
