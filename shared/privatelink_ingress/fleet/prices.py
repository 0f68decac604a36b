"""The prices of a repository: its `prices.json`, which `cost --refresh` writes, over those of this release."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from privatelink_ingress.plan.capacity.prices import Price, PriceList, shipped
from privatelink_ingress.problems import Problem, UserError

FILE = "prices.json"
"""Its name, in the top directory of the repository: commit it beside the stack files."""

_REMEDY = "Delete it, then write it again: ./run cost --refresh"


def of_repository(root: Path) -> PriceList:
    """The prices to count with.

    Raises:
        UserError: the repository's file cannot be read or is not a list of prices.
    """
    own = _own(root)
    return own.over(shipped()) if own else shipped()


def keep(root: Path, found: Iterable[tuple[str, str, Price]]) -> Path:
    """Write prices, by item and region, into the repository's file beside those that it has of other regions.

    Raises:
        UserError: the file cannot be read, is not a list of prices, or cannot be written.
    """
    file = root / FILE
    own = (_own(root) or PriceList(prices={})).with_prices(found)
    ordered = PriceList(prices={item: dict(sorted(regions.items())) for item, regions in sorted(own.prices.items())})
    new = file.with_name(f".{FILE}-new")
    try:
        new.write_text(ordered.model_dump_json(indent=2) + "\n", encoding="utf-8")
        new.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        problem = Problem(str(file), f"cannot be written: {error.strerror}", "Make the directory writable.")
        raise UserError("The prices cannot be kept", [problem]) from None
    return file


def _own(root: Path) -> PriceList | None:
    file = root / FILE
    try:
        return PriceList.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        problem = Problem(str(file), f"cannot be read: {error.strerror}", _REMEDY)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = Problem(f"{file}: {where}" if where else str(file), first["msg"], _REMEDY)
    raise UserError("The prices cannot be read", [problem])
