"""Every package has one version, with its hash. D43 of the article's code must stay right."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import grimp

from privatelink_ingress.local.cloud import services

ROOT = Path(__file__).parents[2]
LIBRARY = "privatelink_ingress"
PROGRAMS = (
    *(f"{project}/__main__.py" for project in ("bootstrap", "eks-service", "central-ingress", "policies")),
    "tests/support/documents.py",  # ./run docs
)
STARTED = {f"{LIBRARY}.local.providers.daemon"}
"""Modules that another process starts by their name."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
PINNED = re.findall(r"^([\w.-]+)==(\S+?)(?: ;.*)? \\$", LOCK, re.MULTILINE)


def test_every_package_that_the_project_names_is_pinned():
    named = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    assert len(named) > 15
    assert [one for one in named if not re.fullmatch(r"[\w.-]+(\[\w+\])?==[\d.]+", one)] == []


def test_the_lock_has_the_versions_that_the_project_names():
    locked = {name.lower(): version for name, version in PINNED}
    named = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    wanted = {re.sub(r"\[.*", "", one.split("==")[0]).lower().replace(".", "-"): one.split("==")[1] for one in named}
    assert {name: locked.get(name) for name in wanted} == wanted


def test_every_package_of_the_lock_has_hashes():
    entries = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(PINNED) > 50
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def imports(file: str) -> set[str]:
    """Modules of the library that a file imports, with those from which it takes a name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(LIBRARY):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_module_of_the_library_is_imported_by_another_or_by_a_program():
    """D44."""
    graph = grimp.build_graph(LIBRARY)
    by_programs = set().union(*map(imports, PROGRAMS))
    by_name = {f"{LIBRARY}.local.cloud.{module}" for module in services.MODULES}
    unused = {
        module
        for module in graph.modules - by_programs - by_name - {LIBRARY, f"{LIBRARY}.__main__", *STARTED}
        if not graph.find_modules_that_directly_import(module) and not graph.find_children(module)
    }
    assert unused == set()


def test_no_file_of_the_library_is_empty():
    """D44."""
    files = (ROOT / "shared" / LIBRARY).rglob("*.py")
    assert [str(file) for file in files if not file.read_text().strip()] == []
