"""The inputs of a resource as its hooks read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Output


async def plain(inputs: Mapping[str, Any] | None) -> dict[str, Any]:
    """The inputs, without Outputs: the SDK hands over every input that holds a secret in one.

    A listener rule that signs clients in holds the client secret, so all its actions are such an input. What a preview
    does not know yet stays the SDK's mark for it.
    """
    return {
        key: await value.future(with_unknowns=True) if isinstance(value, Output) else value
        for key, value in (inputs or {}).items()
    }
