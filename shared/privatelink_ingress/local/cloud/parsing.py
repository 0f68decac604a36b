"""Requests of JSON and REST services, read by the service's model."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse


def parse_by_model(responses: type[BaseResponse]) -> None:
    """Give checks and operations of `responses` the parameters by their API names, wherever the request carries them.

    moto does so for most services; the others see only what is in the query string.
    """
    original = responses.__init__

    def init(self: Any) -> None:
        original(self)
        self.automated_parameter_parsing = True

    responses.__init__ = init  # ty: ignore[invalid-assignment]
