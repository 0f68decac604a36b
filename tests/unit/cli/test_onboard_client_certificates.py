"""`onboard` and mutual TLS: a connection goes to a shard that asks of its clients what it relies on, and no more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from tests.support.authorities import certificate
from tests.support.programs import REPOSITORY
from tests.support.stack_edits import change

PROJECT = "central-ingress"
PROD, SECOND, NEWS = f"{PROJECT}/Pulumi.prod.yaml", f"{PROJECT}/Pulumi.prod-2.yaml", "eks-service/Pulumi.news.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The samples, a second shard without connections, and a workload stack that no connection uses yet."""
    for pattern in ("Pulumi.yaml", "eks-service/Pulumi*.yaml", f"{PROJECT}/Pulumi*.yaml"):
        for file in REPOSITORY.glob(pattern):
            target = tmp_path / file.relative_to(REPOSITORY)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)
    blog = (tmp_path / "eks-service/Pulumi.blog.yaml").read_text()
    (tmp_path / NEWS).write_text(blog.replace("blog", "news"))
    first = (tmp_path / PROD).read_text()
    second = first[: first.index("  central-ingress:connections:")].replace("10.12.0.0/16", "10.13.0.0/16")
    domains = '- domains: [example.com, "*.example.com"]'
    (tmp_path / SECOND).write_text(second.replace(domains, f"{domains}\n      validationRecords: existing"))
    (tmp_path / PROJECT / "ca.pem").write_text(certificate())
    return tmp_path


def asks(root: Path, file: str, mode: str) -> None:
    """Mutual TLS of a shard."""
    change(
        root / file,
        "loadBalancer",
        {"mutualTls": {"mode": mode, **({"caBundle": "ca.pem"} if mode == "verify" else {})}},
    )


def admits(root: Path, network: str) -> None:
    """The workload admits the shard of this network."""
    (root / NEWS).write_text((root / NEWS).read_text().replace("10.12.", network))


def onboard(root: Path, *options: str) -> Result:
    call = ["onboard", "news", "--stack", "news", "--host", "news.example.com", "--root", str(root), "--yes"]
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, [*call, *options])


def placed(root: Path, *options: str) -> tuple[str, list[str]]:
    """Its shard, and what is said about the choice."""
    result = onboard(root, "--json", *options)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    return found["shard"], [note for note in found["notes"] if note.startswith("news goes to shard ")]


def refused(root: Path, *options: str) -> str:
    before = {file: file.read_bytes() for file in root.rglob("*.yaml")}
    result = onboard(root, *options)
    assert result.exit_code == 1, result.stdout
    assert {file: file.read_bytes() for file in root.rglob("*.yaml")} == before
    return result.stderr


def test_a_connection_that_does_not_say_so_is_not_put_behind_a_shard_that_verifies(repository: Path):
    asks(repository, PROD, "verify")
    admits(repository, "10.13.")
    why = "news goes to shard prod-2, since shard prod refuses clients without a certificate."
    assert placed(repository) == ("prod-2", [why])


def test_a_connection_that_requires_certificates_goes_to_the_shard_that_verifies_them(repository: Path):
    asks(repository, SECOND, "verify")
    admits(repository, "10.13.")
    why = "news goes to shard prod-2, since shard prod verifies no client certificates."
    assert placed(repository, "--client-certificates", "required") == ("prod-2", [why])
    assert "clientCertificates: required" in (repository / SECOND).read_text()


def test_a_connection_that_must_not_ask_is_kept_from_passthrough_too(repository: Path):
    asks(repository, PROD, "passthrough")
    admits(repository, "10.13.")
    why = "news goes to shard prod-2, since shard prod asks clients for certificates."
    assert placed(repository, "--client-certificates", "unwanted") == ("prod-2", [why])


def test_where_the_first_shard_suits_nothing_is_said(repository: Path):
    assert placed(repository) == ("prod", [])


def test_a_shard_that_verifies_is_refused_by_name_unless_the_connection_says_so(repository: Path):
    asks(repository, PROD, "verify")
    assert "--shard: is prod, but shard prod refuses clients without a certificate" in refused(
        repository, "--shard", "prod"
    )
    assert placed(repository, "--shard", "prod", "--client-certificates", "required") == ("prod", [])


def test_where_no_shard_suits_each_is_named_with_its_reason(repository: Path):
    asks(repository, PROD, "verify")
    asks(repository, SECOND, "passthrough")
    message = refused(repository, "--client-certificates", "unwanted")
    assert "is unwanted, but shard prod refuses clients without a certificate, and shard prod-2 asks clients" in message
    assert "pulumi -C central-ingress stack init prod-3" in message


def test_a_value_that_no_stack_file_may_have_is_a_usage_error(repository: Path):
    result = onboard(repository, "--client-certificates", "always")
    assert (result.exit_code, "clientCertificates" in result.stderr) == (2, True)


def test_an_existing_connection_with_another_reliance_is_refused(repository: Path):
    assert placed(repository) == ("prod", [])
    message = refused(repository, "--client-certificates", "unwanted")
    assert "connections.news.clientCertificates: is not set, not unwanted" in message
