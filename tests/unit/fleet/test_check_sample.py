"""`check`: whether the hosts of a sample application are routed to its cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app

SHOP = "eks-service/Pulumi.shop.yaml"
PROD = "central-ingress/Pulumi.prod.yaml"


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def found(root: Path) -> list[tuple[str, str, str, str]]:
    result = CliRunner().invoke(app, ["check", "--root", str(root), "--json"])
    return [
        (one["file"], one["where"], one["reason"], one["remedy"])
        for one in json.loads(result.stdout)["problems"]
        if one["where"].startswith("sample")
    ]


def test_a_host_that_the_edge_routes_elsewhere_or_nowhere_is_found_with_those_that_it_routes_here(repository: Path):
    change(repository, SHOP, "hosts: [shop.example.com]", "hosts: [shop.example.com, blog.example.com]")
    assert found(repository) == [
        (
            SHOP,
            "sample.hosts[1]",
            "is blog.example.com, which no edge routes to this connection",
            "Write one that is: shop.example.com. Or add blog.example.com to a route of the connection.",
        )
    ]


@pytest.mark.parametrize(
    "hosts", ['["*.example.com"]', '["SHOP.example.com"]', "[other.example.com, shop.example.com]"]
)
def test_a_host_is_routed_by_a_wildcard_in_any_case_and_beside_others(repository: Path, hosts: str):
    change(repository, PROD, "hosts: [shop.example.com]", f"hosts: {hosts}")
    assert found(repository) == []


def test_a_sample_that_is_not_installed_and_a_workload_that_no_edge_uses_are_no_findings(repository: Path):
    change(repository, SHOP, "hosts: [shop.example.com]", "hosts: [other.example.com]")
    change(repository, SHOP, "    install: true\n", "    install: false\n")
    assert found(repository) == []
    change(repository, SHOP, "    install: false\n", "    install: true\n")
    assert len(found(repository)) == 1
    change(repository, PROD, "- stack: shop", "- stack: blog")
    assert found(repository) == []
