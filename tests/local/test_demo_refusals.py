"""Mistakes between stack files end a demo before it deploys anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy
from tests.support.stack_edits import change, copied

PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"
BLOG, SHOP = "eks-service/Pulumi.blog.yaml", "eks-service/Pulumi.shop.yaml"

CASES = [
    (ATTACHED, "connections.blog.routes.0.hosts", ["shop.example.com"], "connections.shop.routes[0].hosts[0]"),
    (ATTACHED, "connections.blog.slot", 0, "connections.blog.slot"),
    (ATTACHED, "connections.blog.backends.0.stack", "blgo", "connections.blog.backends[0].stack"),
    (ATTACHED, "edgeStack", "prd", "edgeStack"),
    (BLOG, "connectionName", "shop", "connectionName"),
    (SHOP, "publication.consumers.0.accountId", "333333333333", "publication.consumers"),
]


@pytest.mark.parametrize(("file", "key", "value", "where"), CASES, ids=[case[3] for case in CASES])
def test_a_mistake_between_files_is_told_before_anything_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, key: str, value: Any, where: str
) -> None:
    monkeypatch.setattr(deploy.Deployment, "up", lambda *_, **__: pytest.fail("a stack is deployed"))
    root = copied(tmp_path)
    change(root / file, key, value)
    result = CliRunner().invoke(app, ["demo", "--root", str(root), "--out", str(tmp_path / "out")])
    title, *lines = result.output.splitlines()
    assert (result.exit_code, title) == (1, "Stack files have mistakes:")
    assert any(f": {where}: " in line for line in lines), lines
    assert not (tmp_path / "out").exists()
