"""A bill, line by line, and what costs something at an unknown price."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from privatelink_ingress.plan.capacity import prices
from privatelink_ingress.plan.capacity.prices import Price, PriceList


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a bill."""

    what: str
    item: str
    """Key of `PriceList.prices`."""
    quantity: float
    """Units of the price in a month."""
    price: Price
    price_region: str
    """Region of the price, `every region`, or the region that stands in."""
    estimate: bool
    """Whether another region's price stands in."""

    @property
    def usd(self) -> float:
        """A month's cost."""
        return self.quantity * self.price.usd


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bill:
    """The cost of one stack, shard or connection for a month."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...] = ()
    """What costs something, at a price that is not known. It is in no sum."""

    @property
    def usd(self) -> float:
        """All lines together."""
        return sum(line.usd for line in self.lines)

    @property
    def estimate(self) -> bool:
        """Whether a line is an estimate."""
        return any(line.estimate for line in self.lines)


class Ledger:
    """Collects the lines of a bill in one region."""

    def __init__(self, region: str, price_list: PriceList | None) -> None:
        """Without a list, the prices of this release count."""
        self._region, self._prices = region, price_list or prices.shipped()
        self._lines, self._unknown = list[Line](), list[str]()

    def add(self, what: str, item: str, quantity: float) -> None:
        """A line, where the price is known."""
        price, region = self._prices.price(item, self._region), self._prices.region_of(item, self._region)
        if price is None or region is None:
            self._unknown.append(f"{what} in {self._region}")
            return
        self._lines.append(
            Line(
                what=what,
                item=item,
                quantity=quantity,
                price=price,
                price_region=region,
                estimate=region not in (self._region, prices.EVERYWHERE),
            )
        )

    def leave_out(self, what: str) -> None:
        """Something whose price no list has."""
        self._unknown.append(f"{what} in {self._region}")

    def has(self, item: str) -> bool:
        """Whether the item has a price of its own."""
        return item in self._prices.prices

    @property
    def bill(self) -> Bill:
        """The bill."""
        return Bill(lines=tuple(self._lines), unknown=tuple(self._unknown))


def together(bills: Iterable[Bill]) -> Bill:
    """Several bills as one."""
    kept = tuple(bills)
    return Bill(
        lines=tuple(line for bill in kept for line in bill.lines),
        unknown=tuple(one for bill in kept for one in bill.unknown),
    )
