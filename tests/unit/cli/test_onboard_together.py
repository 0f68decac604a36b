"""Several `onboard` and `offboard` at once, half-done ones, and slots that were just freed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet import repository
from privatelink_ingress.fleet.check import check
from privatelink_ingress.stackfiles import lock

ROOT = Path(__file__).parents[3]
PROD, NEWS = "central-ingress/Pulumi.prod.yaml", "eks-service/Pulumi.news.yaml"


def workload(root: Path, name: str) -> None:
    text = (root / "eks-service/Pulumi.blog.yaml").read_text().replace("blog", name)
    (root / f"eks-service/Pulumi.{name}.yaml").write_text(text)


def onboard(root: Path, name: str, *options: str) -> Result:
    arguments = ["onboard", name, "--stack", name, "--host", f"{name}.example.com", "--yes", "--root", str(root)]
    return CliRunner().invoke(app, [*arguments, *options])


def slots(root: Path) -> dict[str, int]:
    stacks = repository.read_right(root)
    return {
        name: connection.slot
        for stack in (*stacks.edges, *stacks.attached)
        for name, connection in stack.settings.connections.items()
    }


def test_processes_at_once_lose_no_entry_and_take_no_slot_twice(repository: Path):
    names = ["news", "cart", "mail"]
    for name in names:
        workload(repository, name)
    command = [sys.executable, "-m", "privatelink_ingress", "onboard"]
    options = ["--yes", "--root", str(repository)]
    started = [
        subprocess.Popen(
            [*command, name, "--stack", name, "--host", f"{name}.example.com", *options],
            env={**os.environ, "PYTHONPATH": str(ROOT / "shared")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in names
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    taken = slots(repository)
    assert sorted(taken) == ["blog", "cart", "mail", "news", "shop"]
    assert sorted(taken.values()) == [0, 1, 2, 3, 4]
    assert check(repository).findings == []


WAITING = """
import sys
from pathlib import Path
from privatelink_ingress.stackfiles import lock
with lock.exclusive(Path(sys.argv[1]), on_wait=lambda: print("waits", flush=True)):
    print("has it")
"""


def test_the_second_waits_for_the_first(tmp_path: Path):
    with lock.exclusive(tmp_path):
        child = subprocess.Popen(
            [sys.executable, "-c", WAITING, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "shared")},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "waits\n"
    assert child.communicate()[0] == "has it\n"


def test_a_half_done_onboarding_is_finished(repository: Path):
    workload(repository, "news")
    assert onboard(repository, "news").exit_code == 0
    text = (repository / NEWS).read_text()
    (repository / NEWS).write_text(text.replace('"222222222222"', '"333333333333"'))
    refused = onboard(repository, "news")
    assert refused.exit_code == 1
    assert f"Connection news is in {PROD}, but its workload does not admit the edge" in refused.stderr
    finished = onboard(repository, "news", "--edit-workload")
    assert finished.exit_code == 0
    assert '- accountId: "222222222222"' in (repository / NEWS).read_text()
    assert check(repository).findings == []
    assert "nothing to do" in onboard(repository, "news", "--edit-workload").stdout


def test_a_slot_that_was_just_freed_is_kept_until_its_removal_is_deployed(repository: Path):
    for name in ("news", "cart"):
        workload(repository, name)
    assert onboard(repository, "news").exit_code == 0
    assert slots(repository)["news"] == 2
    offboard = ["offboard", "news", "--force", "--root", str(repository)]
    for _ in range(2):  # drain, remove
        CliRunner().invoke(app, offboard)
    assert "news" not in slots(repository)
    assert "  central-ingress:retiredSlots:\n    news: 2\n" in (repository / PROD).read_text()
    assert onboard(repository, "cart").exit_code == 0
    assert slots(repository)["cart"] == 3


def test_a_retired_slot_is_refused_by_name(repository: Path):
    workload(repository, "cart")
    with (repository / PROD).open("a") as file:
        file.write("  central-ingress:retiredSlots: {news: 2}\n")
    result = onboard(repository, "cart", "--slot", "2")
    assert result.exit_code == 1
    assert "is 2, which news had: its rules and endpoint may still stand" in result.stderr
    assert "or use 3" in result.stderr


@pytest.mark.parametrize(("name", "problems"), [("shop", 0), ("news", 1)])
def test_check_finds_a_slot_that_another_connection_had(repository: Path, name: str, problems: int):
    with (repository / PROD).open("a") as file:
        file.write(f"  central-ingress:retiredSlots: {{{name}: 0}}\n")
    found = check(repository).findings
    assert [(one.file, one.problem.where) for one in found] == [(PROD, "connections.shop.slot")] * problems


def test_a_connection_that_comes_back_may_have_its_own_slot(repository: Path):
    workload(repository, "news")
    with (repository / PROD).open("a") as file:
        file.write("  central-ingress:retiredSlots: {news: 7}\n")
    assert onboard(repository, "news").exit_code == 0
    assert slots(repository)["news"] == 7
