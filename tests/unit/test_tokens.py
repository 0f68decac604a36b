"""Tokens of resource types and functions: Pulumi knows each, and the library spells each once."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from privatelink_ingress import tokens

TOKENS = {name: value for name, value in vars(tokens).items() if name.isupper()}
LIBRARY = Path(tokens.__file__).parent


def sdk(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


@pytest.fixture(scope="module")
def registered() -> str:
    """The AWS SDK's class or function for each token; read as text, since importing all of it takes seconds."""
    return sdk("pulumi_aws").read_text(encoding="utf-8")


@pytest.mark.parametrize("token", sorted(value for value in TOKENS.values() if value.startswith("aws:")))
def test_the_aws_sdk_knows_every_aws_token(token: str, registered: str) -> None:
    _, module, name = token.split(":")
    if not name.startswith("get"):
        assert f'"{token}": "' in registered
    else:
        folder, _, function = module.rpartition("/")
        file = re.sub(r"(?=[A-Z])", "_", function).lower() + ".py"
        source = sdk("pulumi_aws").parent / folder.removeprefix("index") / file
        assert f"invoke('{token}'" in source.read_text(encoding="utf-8")


def test_no_two_names_mean_one_token() -> None:
    assert len(set(TOKENS.values())) == len(TOKENS)


def test_the_library_spells_every_token_once() -> None:
    spelled = re.compile(r'"(aws|eks|kubernetes|pulumi):[\w./]+:\w+"')
    elsewhere = {
        f"{file.relative_to(LIBRARY)}: {found[0]}"
        for file in LIBRARY.rglob("*.py")
        if file.name != "tokens.py"
        for found in spelled.finditer(file.read_text(encoding="utf-8"))
    }
    assert elsewhere == set()
