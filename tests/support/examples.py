"""How many examples an expensive property runs: few on every save, many before a merge, very many at night."""

from __future__ import annotations

from hypothesis import settings

NIGHTLY = 20
"""How many times as many examples as before a merge."""


def examples(*, quick: int, whole: int) -> settings:
    """Settings for the profile that pytest was started with (`--hypothesis-profile`); see `tests/conftest.py`."""
    numbers = {"quick": quick, "whole": whole, "nightly": whole * NIGHTLY}
    return settings(max_examples=numbers[settings.get_current_profile_name()])
