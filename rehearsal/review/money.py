"""The change in monthly cost of the servers, type by type. Pure.

Both sides are priced with the same book, so that a new price is no change. What has no price is
named, never taken as zero.
"""

from collections import Counter
from dataclasses import dataclass

from rehearsal.review.facts import PriceBook
from rehearsal.review.landscape import Landscape


@dataclass(frozen=True)
class PriceRow:
    """One server type."""

    server_type: str
    price: float | None
    """Per month and server; None where the book has none."""
    before: int
    after: int


@dataclass(frozen=True)
class Cost:
    """Per month; an amount is None where a price is missing on that side."""

    currency: str
    date: str
    sample: bool
    before: float | None
    after: float | None
    rows: tuple[PriceRow, ...]
    unpriced: tuple[str, ...]
    """Server types without a price, and billed resources that the book does not know."""

    @property
    def difference(self) -> float | None:
        """After less before."""
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 2)


def cost(before: Landscape, after: Landscape, book: PriceBook) -> Cost:
    """Price both sides."""
    old = Counter(one.server_type for one in before.servers)
    new = Counter(one.server_type for one in after.servers)
    rows = tuple(
        PriceRow(name, book.server_types.get(name), old[name], new[name])
        for name in sorted({*old, *new})
    )
    unpriced = [row.server_type or "a server of unknown type" for row in rows if row.price is None]
    for name, kind in sorted(after.load_balancers.items()):
        unpriced.append(f"load balancer {name} ({kind})")
    return Cost(
        book.currency,
        book.date,
        book.sample,
        _sum(rows, old),
        _sum(rows, new),
        rows,
        tuple(unpriced),
    )


def _sum(rows: tuple[PriceRow, ...], counted: Counter[str]) -> float | None:
    total = 0.0
    for row in rows:
        if counted[row.server_type] and row.price is None:
            return None
        total += counted[row.server_type] * (row.price or 0.0)
    return round(total, 2)
