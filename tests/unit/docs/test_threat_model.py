"""docs/threat-model.md: every test that it names exists, and it leaves out no role."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.assertions import functions
from tests.support.every_role import ROLES
from tests.support.programs import REPOSITORY

TEXT = (REPOSITORY / "docs" / "threat-model.md").read_text()
NAMED = re.findall(r"\[`(test_\w+)`\]\(\.\./([\w./]+)\)", TEXT)
UNTESTED = ["an administrator of an account"]
"""The row that has no test because nothing stops the attacker."""


def rows() -> list[list[str]]:
    """The cells of each row, the heads of the tables left out."""
    lines = [line for line in TEXT.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] not in ("border", "credential")]


@pytest.mark.parametrize(("name", "file"), sorted(set(NAMED)))
def test_a_test_that_the_document_names_exists_and_asserts_something(name: str, file: str):
    assert functions(file).get(name), f"{file}::{name} is not a test that asserts something"


def test_the_document_names_a_test_only_with_its_file():
    assert len(re.findall(r"\btest_\w+`", TEXT)) == len(NAMED)


def test_each_row_has_a_test_unless_nothing_stops_the_attacker():
    assert [row[0] for row in rows() if "[`test_" not in " ".join(row)] == UNTESTED


def test_every_kind_of_role_of_bootstrap_is_a_credential_of_the_document():
    credentials = [row[0].strip("`") for row in rows() if len(row) == 4]
    assert [role for role in ROLES if role not in credentials] == []


def allowed(*wanted: str) -> dict[str, set[str]]:
    """Which of these actions each role's policies allow; roles with none are left out."""
    found = {
        name: set(wanted) & {action for one in of().statements if one["Effect"] == "Allow" for action in actions(one)}
        for name, (_, _, of) in ROLES.items()
    }
    return {name: given for name, given in found.items() if given}


def test_the_roles_that_may_shorten_the_retention_of_logs_and_no_others_are_said_to():
    bucket = "s3:PutLifecycleConfiguration"
    may = allowed("logs:PutRetentionPolicy", bucket)
    said = {row[0].strip("`"): row[1] for row in rows() if "**It shortens the retention**" in row[1]}
    assert said.keys() == may.keys()
    assert {name for name, text in said.items() if "log bucket" in text} == {
        name for name, given in may.items() if bucket in given
    }


def actions(statement: dict[str, Any]) -> list[str]:
    named = statement.get("Action", [])
    return [named] if isinstance(named, str) else named
