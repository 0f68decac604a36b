"""What the options that several commands share refuse, before a command begins."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from tests.support.programs import REPOSITORY

COMMANDS = (("preflight",), ("doctor",), ("report",), ("orphans",), ("images", "status"), ("offboard", "blog"))
"""Those with `--endpoint-url`."""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:5000", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x", "http://h:99999"]
)
def test_an_endpoint_that_is_no_url_is_refused_with_one_that_fits(words: tuple[str, ...], url: str):
    answer = CliRunner().invoke(app, [*words, "--root", str(REPOSITORY), "--endpoint-url", url])
    assert answer.exit_code == 2
    assert "Write one such as http://127.0.0.1:5000." in " ".join(answer.stderr.replace("│", " ").split())
