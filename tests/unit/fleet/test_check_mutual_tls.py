"""`check`: the files of a trust store, and what connections rely on of the load balancer that they are on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from tests.support.authorities import certificate

PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"


def write(root: Path, mode: str, **more: str) -> None:
    """The shard's file with mutual TLS."""
    lines = "".join(f"\n      {key}: {value}" for key, value in {"mode": mode, **more}.items())
    file = root / PROD
    file.write_text(f"{file.read_text()}\n  central-ingress:loadBalancer:\n    mutualTls:{lines}\n")


def rely(root: Path, file: str, name: str, wanted: str) -> None:
    """Have a connection say what it relies on."""
    text = (root / file).read_text()
    changed = text.replace(f"    {name}:\n", f"    {name}:\n      clientCertificates: {wanted}\n")
    assert changed != text
    (root / file).write_text(changed)


def checked(root: Path) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["check", "--root", str(root), "--json"])
    return json.loads(result.stdout)


def problems(root: Path) -> list[tuple[str, str]]:
    return [(f"{one['file']}: {one['where']}", one["reason"]) for one in checked(root)["problems"]]


def test_the_files_beside_a_stack_file_are_read(repository: Path):
    write(repository, "verify", caBundle="ca.pem")
    where = f"{PROD}: loadBalancer.mutualTls.caBundle"
    assert problems(repository) == [(where, "is ca.pem, which is not in the folder of the stack file")]
    (repository / "central-ingress" / "ca.pem").write_text(certificate(authority=False))
    assert problems(repository) == [
        (where, "is ca.pem, certificate 1 (CN=clients), which is not one of an authority (CA:TRUE)")
    ]
    (repository / "central-ingress" / "ca.pem").write_text(certificate())
    assert problems(repository) == []


def test_connections_whose_files_do_not_ask_for_it_are_named(repository: Path):
    asked = "Connections that must not ask for certificates need another shard."

    def notes() -> list[str]:
        return [note for note in checked(repository)["notes"] if asked in note]

    assert notes() == []
    (repository / "central-ingress" / "ca.pem").write_text(certificate())
    write(repository, "verify", caBundle="ca.pem")
    start = f"{PROD}: loadBalancer.mutualTls is verify, so a client without a certificate gets no connection to"
    assert notes() == [f"{start} blog, shop. {asked}"]
    rely(repository, PROD, "shop", "required")
    assert notes() == [f"{start} blog. {asked}"]
    rely(repository, ATTACHED, "blog", "required")
    assert notes() == []


def test_a_connection_of_an_attached_stack_relies_on_its_shard(repository: Path):
    rely(repository, ATTACHED, "blog", "required")
    assert problems(repository) == [
        (
            f"{ATTACHED}: connections.blog.clientCertificates",
            "is required, but mutual TLS of stack prod is off: clients without one get in",
        )
    ]


def test_a_connection_that_must_not_ask_belongs_on_another_shard(repository: Path):
    write(repository, "passthrough")
    rely(repository, PROD, "shop", "unwanted")
    assert problems(repository) == [
        (
            f"{PROD}: connections.shop.clientCertificates",
            "is unwanted, but mutual TLS of stack prod is passthrough: it asks every client for a certificate",
        )
    ]
