"""What hooks read of a resource's inputs."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path
from typing import Any

from pulumi import Output
from pulumi.runtime.rpc import UNKNOWN

from privatelink_ingress import components
from privatelink_ingress.components.hook_inputs import plain


def read(inputs: dict[str, Any] | None) -> dict[str, Any]:
    async def reading() -> dict[str, Any]:
        # As the SDK does: it makes an Output of an input that holds a secret anywhere.
        made = {key: Output.secret(value) if key == "actions" else value for key, value in (inputs or {}).items()}
        return await plain(made if inputs is not None else None)

    return asyncio.run(reading())


def test_an_input_that_holds_a_secret_is_read_as_any_other() -> None:
    inputs = {"actions": [{"forward": {"targetGroups": [{"arn": "a", "weight": 1}]}}], "priority": 7}
    assert read(inputs) == inputs


def test_what_a_preview_does_not_know_stays_marked() -> None:
    assert read({"listenerArn": UNKNOWN, "priority": 7}) == {"listenerArn": UNKNOWN, "priority": 7}


def test_a_resource_that_is_created_has_no_old_inputs() -> None:
    assert read(None) == {}


SOURCES = sorted(Path(components.__path__[0]).rglob("*.py"))
INPUTS = ("old_inputs", "new_inputs")


def test_no_hook_reads_inputs_in_another_way() -> None:
    read, read_plain = list[str](), list[str]()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in INPUTS:
                read.append(f"{file.name}:{node.lineno}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "plain":
                read_plain += [f"{file.name}:{one.lineno}" for one in node.args if isinstance(one, ast.Attribute)]
    assert len(read) >= 10
    assert sorted(read) == sorted(read_plain)
