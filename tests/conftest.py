"""What holds for every test."""

from __future__ import annotations

import gc
import os
import signal

import pytest
from hypothesis import HealthCheck, settings

# Profiles of the properties, by how many examples they run: `./run test --quick`, `./run test`, and CI at night. How
# long an example takes is the machine's affair: a busy one must not turn a claim red.
for name, examples in (("quick", 25), ("whole", 100), ("nightly", 2000)):
    settings.register_profile(name, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whole")

# The provider packages are hundreds of thousands of objects that stay: the usual thresholds scan them over and over,
# which doubles the time of a run.
gc.set_threshold(200_000, 20, 100)

# Where `./run` was called from is no matter of the commands that tests call.
os.environ.pop("RUN_FROM", None)

# A shell starts what runs in its background without Ctrl-C, and so would be the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The folders whose files take longest, in the order in which the workers take files: a long one last would run alone.
LONGEST_FIRST = ("engine", "local", "program")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first, and leave the order within each folder."""

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)
