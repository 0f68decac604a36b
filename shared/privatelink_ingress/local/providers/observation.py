"""Shows the engine's calls to tests, and lets them make a call fail."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Protocol, TypeVar


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

    def ended(self, call: Call) -> None:
        """Called last for every call, whether AWS completed or refused it, or the observer made it fail."""

    def interrupted(self, engine_pid: int) -> None:
        """Called when an engine that is about to stop asks a provider instance to stop: once for each instance."""


class Unobserved:
    """Ignores every call; the base of observers that need only some of the methods."""

    def before(self, call: Call) -> None:
        """Nothing."""

    def after(self, call: Call) -> None:
        """Nothing."""

    def ended(self, call: Call) -> None:
        """Nothing."""

    def interrupted(self, engine_pid: int) -> None:
        """Nothing."""


R = TypeVar("R")


def observed(observer: Observer, call: Call, request: Callable[[], R]) -> R:
    """The result of a call's request to AWS, while the observer is told of it. A created resource's id is its `id`."""
    try:
        observer.before(call)
        result = request()
        observer.after(dataclasses.replace(call, id=getattr(result, "id", call.id)))
        return result
    finally:
        observer.ended(call)
