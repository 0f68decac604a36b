"""What holds for every test."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

# Profiles of the properties, by how many examples they run: `./run test --quick`, `./run test`, and CI at night. How
# long an example takes is the machine's affair: a busy one must not turn a claim red.
for name, examples in (("quick", 25), ("whole", 100), ("nightly", 2000)):
    settings.register_profile(name, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whole")

# The provider packages are hundreds of thousands of objects that stay: the usual thresholds scan them over and over,
# which doubles the time of a run.
gc.set_threshold(200_000, 20, 100)
