"""`./run`, in a copy of the project whose tools only report how they are called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("python", "ruff", "lint-imports", "ty", "pytest", "check-jsonschema", "zizmor")
REPORT = '#!/bin/sh\necho "$(basename "$0") $*" >> "$REPORT"\necho "in $PWD for $RUN_FROM" >> "$REPORT"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is set up."""
    root = tmp_path / "project"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / "tests" / "unit").mkdir(parents=True)
    (root / "tests" / "unit" / "test_a.py").touch()
    (root / "run").write_text((ROOT / "run").read_text())
    (root / "run").chmod(0o755)
    (root / "requirements.lock").write_text("x==1\n")
    (root / ".venv" / "stamp").write_text(f"{root}\nx==1\n")
    for name in TOOLS:
        tool = root / ".venv" / "bin" / name
        tool.write_text(REPORT)
        tool.chmod(0o755)
    return root


def call(script: Path, *arguments: str, where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A call from a directory."""
    report = {"REPORT": str(where / "report"), **environment}
    return subprocess.run(
        [script, *arguments], cwd=where, env=os.environ | report, capture_output=True, text=True, check=False
    )


def reported(where: Path) -> list[str]:
    return (where / "report").read_text().splitlines()


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]])
def test_it_explains_itself_without_setting_anything_up(project: Path, tmp_path: Path, arguments: list[str]):
    (project / ".venv" / "stamp").write_text("of another lock")
    done = call(project / "run", *arguments, where=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Central ingress for private EKS")
    assert (project / ".venv" / "bin" / "python").exists()


def test_help_lists_the_commands_once_they_are_installed(project: Path, tmp_path: Path):
    call(project / "run", "help", where=tmp_path)
    assert reported(tmp_path)[0] == "python -m privatelink_ingress --help"


def test_a_command_runs_in_the_project_and_knows_where_the_user_stands(project: Path, tmp_path: Path):
    call(project / "run", "trace", "https://shop.example.com", where=tmp_path)
    assert reported(tmp_path) == [
        "python -m privatelink_ingress trace https://shop.example.com",
        f"in {project} for {tmp_path}",
    ]


def test_through_links_it_finds_the_project_and_leaves_the_links_folder_alone(project: Path, tmp_path: Path):
    (tmp_path / "bin" / ".venv").mkdir(parents=True)
    (tmp_path / "relative").symlink_to("project/run")
    (tmp_path / "bin" / "ingress").symlink_to(tmp_path / "relative")
    call(tmp_path / "bin" / "ingress", "check", where=tmp_path)
    assert reported(tmp_path) == ["python -m privatelink_ingress check", f"in {project} for {tmp_path}"]
    assert (tmp_path / "bin" / ".venv").is_dir()


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ([], ""),
        (["test_a.py::test_one", "-x"], "{here}/test_a.py::test_one -x"),
        (["-k", "test_a.py"], "-k test_a.py"),
        (["tests/unit"], "tests/unit"),
        (["--quick"], "--hypothesis-profile=quick tests/unit tests/program"),
        (["--quick", "-x"], "-x --hypothesis-profile=quick tests/unit tests/program"),
        (["--quick", "test_a.py"], "{here}/test_a.py --hypothesis-profile=quick"),
    ],
)
def test_test_takes_any_selection_from_where_the_user_stands(project: Path, arguments: list[str], passed: str):
    here = project / "tests" / "unit"
    done = call(project / "run", "test", *arguments, where=here)
    assert done.returncode == 0
    (tests,) = [line for line in reported(here) if line.startswith("pytest")]
    assert tests == f"pytest -q -n auto --dist loadfile --no-loadscope-reorder {passed.format(here=here)}".rstrip()


def test_every_check_runs_though_one_fails_and_the_exit_code_tells(project: Path, tmp_path: Path):
    (project / ".venv" / "bin" / "ruff").write_text("#!/bin/sh\nexit 1\n")
    done = call(project / "run", "test", where=tmp_path)
    assert done.returncode == 1
    titles = [line for line in done.stdout.splitlines() if line.startswith("== ")]
    assert titles == ["== lint", "== format", "== import rules", "== types", "== workflows", "== tests"]
    assert reported(tmp_path)[-2].startswith("pytest")


def test_without_a_package_index_the_first_run_says_what_it_needs(project: Path, tmp_path: Path):
    """A Python whose virtual environment has a pip that reaches nothing."""
    fake = tmp_path / "bin"
    fake.mkdir()
    python = '#!/bin/sh\n[ "$2" = venv ] && mkdir -p .venv/bin && printf "#!/bin/sh\\nexit 1\\n" > .venv/bin/python\n'
    (fake / "python3").write_text(f"{python}chmod +x .venv/bin/python 2>/dev/null\nexit 0\n")
    (fake / "python3").chmod(0o755)
    (project / ".venv" / "stamp").write_text("of another lock")
    done = call(project / "run", "check", where=tmp_path, PATH=f"{fake}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "The first run needs a Python package index" in done.stderr
    assert not (project / ".venv").exists()
