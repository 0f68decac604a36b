"""`demo` and `trace` as processes of their own: how they end, also when they are interrupted."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from privatelink_ingress.local.cloud.session import Session

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "privatelink_ingress", *arguments]


def finished(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Demo:
    """A demo under way."""

    def __init__(self, process: subprocess.Popen[str], port: int, out: Path) -> None:
        self.process, self.port, self.out = process, port, out

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 300
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def interrupt(self) -> tuple[int, str]:
        """Exit code and all output after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def demo(out: Path, *options: str) -> Generator[Demo]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        command("demo", "--out", str(out), "--port", str(port), *options),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A test run in the background has Ctrl-C switched off, and its children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield Demo(process, port, out)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def networks(port: int) -> int:
    """How many VPCs the workload account has; one is AWS's default."""
    session = Session(f"http://127.0.0.1:{port}", "111111111111", "eu-west-1")
    return len(session.client("ec2").describe_vpcs()["Vpcs"])


@pytest.mark.parametrize("vpcs", [0, 2], ids=["at the start", "between resources"])
def test_ctrl_c_during_deployment_ends_everything_at_once(tmp_path, vpcs):
    with demo(tmp_path) as running:
        running.until(lambda: answers(running.port))
        running.until(lambda: not vpcs or networks(running.port) >= vpcs)
        code, said = running.interrupt()
        assert (code, "Traceback" in said) == (130, False), said
        assert not answers(running.port)


def test_a_kept_demo_is_traced_and_ends_with_ctrl_c(tmp_path):
    with demo(tmp_path, "--keep") as running:
        running.until((tmp_path / "cloud.json").exists)
        reached = finished("trace", "https://shop.example.com/cart", "--out", str(tmp_path), "--json")
        assert reached.returncode == 0, reached.stderr
        found = json.loads(reached.stdout)
        assert (found["url"], found["outcome"]) == ("https://shop.example.com/cart", "reached")
        last = found["hops"][-1]
        assert (last["name"], last["verdict"]) == ("Ingress", "passes")
        assert "Service sample/sample:80" in last["evidence"]
        lost = finished("trace", "https://unknown.example.com/", "--out", str(tmp_path), "--json")
        assert lost.returncode == 1, lost.stderr
        assert (json.loads(lost.stdout)["outcome"], json.loads(lost.stdout)["status"]) == ("answered", 404)
        code, said = running.interrupt()
        assert code in (0, 130)
        assert "Traceback" not in said
        assert not (tmp_path / "cloud.json").exists()
        assert not answers(running.port)


def test_a_trace_without_a_demo_says_how_to_start_one(tmp_path):
    ended = finished("trace", "https://shop.example.com/", "--out", str(tmp_path))
    assert ended.returncode == 2
    assert "./run demo --keep" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_exports_need_a_directory(tmp_path):
    (tmp_path / "taken").write_text("")
    for out in (tmp_path / "taken", tmp_path / "taken" / "below"):
        ended = finished("demo", "--out", str(out))
        assert ended.returncode == 2, ended.stderr
        assert "--out" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = finished("demo", "--out", str(tmp_path), "--port", port)
    assert ended.returncode == 2, ended.stderr
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr
