"""AWS's list prices in US dollars, each with its source, its date and a confidence; `prices.json` has this release's.

They include no taxes, discounts, credits or free tiers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CURRENCY = "USD"

HOURS = 730
"""Hours in a month, as AWS's own calculator counts them: 365 x 24 / 12."""

Confidence = Literal["aws", "third-party"]
"""Where the price was read: in AWS's price list or on its page, or with a third party that repeats it."""

EVERYWHERE = "every region"

_STRICT = ConfigDict(frozen=True, extra="forbid")


class Price(BaseModel):
    """One price in one region, or in every region."""

    model_config = _STRICT

    usd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: str
    source: str
    """The product in AWS's price list, or AWS's page to compare with. Only an `aws` price was read there."""
    confidence: Confidence
    read: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    """The day on which it was read."""
    about: str = ""


class PriceList(BaseModel):
    """Prices by item and region."""

    model_config = _STRICT

    version: Literal[1] = 1
    """Of the file's shape."""
    prices: Mapping[str, Mapping[str, Price]]

    def region_of(self, item: str, region: str) -> str | None:
        """Where the price of an item in `region` comes from.

        Returns:
            `region`, `EVERYWHERE`, or the region that stands in: Frankfurt for Europe, and Virginia, which makes the
            price an estimate, and is shown as one. None when the list has none of them.
        """
        known = self.prices.get(item, {})
        stand_ins = ("eu-central-1", "us-east-1") if region.startswith("eu-") else ("us-east-1",)
        return next((one for one in (region, EVERYWHERE, *stand_ins) if one in known), None)

    def price(self, item: str, region: str) -> Price | None:
        """The price of an item in a region, or in the region that stands in for it; None when it is unknown."""
        found = self.region_of(item, region)
        return self.prices[item][found] if found else None

    def with_prices(self, others: Iterable[tuple[str, str, Price]]) -> PriceList:
        """The list with other prices, each by item and region."""
        changed = {item: dict(regions) for item, regions in self.prices.items()}
        for item, region, price in others:
            changed.setdefault(item, {})[region] = price
        return PriceList(prices=changed)

    def over(self, other: PriceList) -> PriceList:
        """These prices, and those of the other list where this one has none."""
        return other.with_prices(
            (item, region, price) for item, regions in self.prices.items() for region, price in regions.items()
        )


@functools.cache
def shipped() -> PriceList:
    """The prices of this release."""
    return PriceList.model_validate_json((Path(__file__).parent / "prices.json").read_bytes())


NOT_COUNTED = (
    "storage and queries of logs, metrics of Container Insights, notifications of alarms",
    "data transfer to the internet and between zones",
    "hosted zone, images, keys and the state bucket",
    "puzzles of the firewall, log-ins and registrations that it checks, and targeted inspection of bots",
)
"""Other items of a bill, which depend on use or belong to the account."""
