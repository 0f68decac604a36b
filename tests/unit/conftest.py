"""What holds for all tests of plain decisions."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes is the machine's affair: a busy one must not turn a claim red.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
