"""What tests see of the calls that the engine makes, and where they make one fail."""

from __future__ import annotations

import dataclasses
from typing import Protocol


@dataclasses.dataclass(frozen=True)
class Call:
    """One create, update or delete that the engine asked a provider for, outside of previews."""

    operation: str
    """`create`, `update` or `delete`."""
    type: str
    urn: str
    id: str = ""
    """Empty before a create."""
    engine_pid: int = 0
    """Process of the engine that asks."""

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


class Observer(Protocol):
    """Told of every call, from many threads at once. What it raises is what the engine gets for an answer."""

    def before(self, call: Call) -> None:
        """The engine asks; AWS has not heard of it yet."""

    def after(self, call: Call) -> None:
        """AWS has done it; the engine does not know yet."""


class Unobserved:
    """Looks at nothing."""

    def before(self, call: Call) -> None:
        """Nothing."""

    def after(self, call: Call) -> None:
        """Nothing."""
