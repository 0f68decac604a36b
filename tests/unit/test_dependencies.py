"""Every package has one version, with its hash. D43 of the article's code must stay right."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
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


def test_every_module_of_the_library_is_used_by_another_and_no_file_is_empty():
    """D44."""
    library = ROOT / "shared" / "privatelink_ingress"
    sources = {path: path.read_text() for path in library.rglob("*.py")}
    programs = [(ROOT / name / "__main__.py").read_text() for name in ("bootstrap", "eks-service", "central-ingress")]
    unused = [
        str(path.relative_to(library))
        for path in sources
        if not path.stem.startswith("__")
        and not any(
            re.search(rf"\b{path.stem}\b", text)
            for other, text in [*sources.items(), *((None, t) for t in programs)]
            if other != path
        )
    ]
    assert unused == []
    assert [str(path) for path, text in sources.items() if not text.strip()] == []
