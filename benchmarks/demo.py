"""How long `demo` takes for many workloads on several shards, and how much memory.

    .venv/bin/python -m benchmarks.demo [workloads] [shards] [--profile FILE]

Seconds of the clock and of the CPU (user and system), the latter also for each kind of stack's first and last tenth,
which are equal when nothing grows with what is there already.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console

from privatelink_ingress.cli import demo
from privatelink_ingress.local import deploy
from privatelink_ingress.local.engine.runner import StackRun
from tests.support import two_shards


def measured(root: Path) -> bool:
    """Run the demo of `root`; print what each stack and the whole took."""
    took: list[tuple[str, float]] = []
    original = deploy.Deployment.up

    def up(self: deploy.Deployment, stack: deploy.Stack, **options: object) -> StackRun:
        began = time.process_time()
        run = original(self, stack, **options)  # ty: ignore[invalid-argument-type]
        took.append((stack.file.project, time.process_time() - began))
        print(f"{stack.label:40} up {took[-1][1]:6.2f} s of CPU", flush=True)
        return run

    deploy.Deployment.up = up  # ty: ignore[invalid-assignment]
    gc.disable()  # as the command does
    began, cpu = time.monotonic(), time.process_time()
    with (root / "output.txt").open("w") as output:
        fine = demo.demo(root, root / ".demo", Console(file=output), keep=False, port=0)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock = f"{time.monotonic() - began:.1f} s of the clock, {time.process_time() - cpu:.1f} s of CPU"
    print(f"{clock}, {memory:.0f} MiB; {'as expected' if fine else 'NOT AS EXPECTED'}")
    for project in dict.fromkeys(project for project, _ in took):
        each = [seconds for one, seconds in took if one == project]
        tenth = max(1, len(each) // 10)
        first, last = sum(each[:tenth]) / tenth, sum(each[-tenth:]) / tenth
        print(f"{project}: {len(each)} stacks, {sum(each):.1f} s of CPU; first {first:.2f} s, last {last:.2f} s each")
    return fine


def main() -> None:
    """Print the figures of one demo."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", type=int, nargs="?", default=100)
    parser.add_argument("shards", type=int, nargs="?", default=3)
    parser.add_argument("--profile", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = two_shards.write(Path(folder), two_shards.many(given.workloads, given.shards))
        if given.profile is None:
            measured(root)
            return
        with cProfile.Profile() as profile:
            measured(root)
        profile.dump_stats(given.profile)


if __name__ == "__main__":
    main()
