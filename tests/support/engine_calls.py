"""The calls of the engine that AWS completed, in their order."""

from __future__ import annotations

from privatelink_ingress.local.providers.observation import Call, Unobserved


class Completed(Unobserved):
    """An observer that notes each call when AWS has completed it: `update shop-nodes`."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def after(self, call: Call) -> None:
        self.calls.append(f"{call.operation} {call.name}")
