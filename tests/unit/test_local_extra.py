"""The local cloud is an extra: the programs and the offline commands start without moto and kubernetes-validate."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("moto", "flask", "werkzeug", "kubernetes_validate"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import importlib.util
find_spec = importlib.util.find_spec

def found(name, package=None):
    try:
        return find_spec(name, package)
    except ModuleNotFoundError:
        return None

importlib.util.find_spec = found
"""


def without_the_extra(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a Python that has none of the extra's packages."""
    return subprocess.run([sys.executable, "-c", WITHOUT + code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_programs_and_all_that_they_use_are_imported_without_it():
    run = without_the_extra("""
import ast, importlib, pathlib, pkgutil
import privatelink_ingress
rooms = ("stackfiles", "settings", "contracts", "plan", "rules", "lookups", "components", "fleet", "trace", "aws")
found = [module.name for module in pkgutil.walk_packages(privatelink_ingress.__path__, "privatelink_ingress.")]
chosen = [name for name in found if name.split(".")[1] in rooms]
for name in chosen:
    importlib.import_module(name)
for program in ("bootstrap", "eks-service", "central-ingress"):
    tree = ast.parse(pathlib.Path(program, "__main__.py").read_text())
    lines = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(lines, []), program, "exec"), {})
print(len(chosen) > 150, [name for name in sys.modules if name.partition(".")[0] in ("moto", "kubernetes_validate")])
""")
    assert (run.stdout, run.stderr) == ("True []\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["capacity"],
        ["cost"],
        ["onboard", "--help"],
        ["offboard", "--help"],
        ["images", "--help"],
        ["demo", "--help"],
    ],
    ids=" ".join,
)
def test_an_offline_command_runs_without_it(words):
    run = without_the_extra(f"from privatelink_ingress.cli import main; sys.argv[1:] = {words}; main()")
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (["demo"], ["flask", "kubernetes_validate", "moto"]),
        (["ingress", "check", "docs"], ["kubernetes_validate"]),
    ],
)
def test_a_command_that_needs_it_names_what_is_missing_and_how_to_install_it(words, missing):
    run = without_the_extra(f"from privatelink_ingress.cli import main; sys.argv[1:] = {words}; main()")
    remedy = "    → Start the command with ./run, or install the extra: pip install 'privatelink-ingress[local]'.\n"
    lines = [f"  {module}: cannot be imported\n{remedy}" for module in missing]
    assert (run.returncode, run.stderr) == (2, "The local cloud is not installed:\n" + "".join(lines))
