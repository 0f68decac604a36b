"""Shows the engine's calls to tests, and lets them make a call fail."""

from __future__ import annotations

import dataclasses
from typing import Protocol


@dataclasses.dataclass(frozen=True)
class Call:
    """One create, update or delete that the engine requests from a provider, outside previews."""

    operation: str
    """`create`, `update` or `delete`."""
    type: str
    urn: str
    id: str = ""
    """Empty before a create."""
    engine_pid: int = 0
    """Process id of the calling engine."""

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


class Observer(Protocol):
    """Gets every call, from several threads at once. The engine receives an exception that it raises as the answer."""

    def before(self, call: Call) -> None:
        """Called before the request reaches AWS."""

    def after(self, call: Call) -> None:
        """Called after AWS completed the request and before the engine gets the answer."""


class Unobserved:
    """Ignores every call."""

    def before(self, call: Call) -> None:
        """Nothing."""

    def after(self, call: Call) -> None:
        """Nothing."""
