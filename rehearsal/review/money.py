"""The change in monthly cost, position by position. Pure.

Both sides are priced with the same book, so that a new price is no change. What has no price is
named, never taken as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.review.billed import billed
from rehearsal.review.facts import Resource
from sovereign.plan.cost import Kind, PriceBook, price


@dataclass(frozen=True)
class PriceRow:
    """One position: servers of a type, addresses, load balancers of a type, GB of volume."""

    kind: Kind
    what: str
    """Type of the server or load balancer."""
    label: str
    price: float | None
    """Per month and piece or GB; None where the book has none."""
    before: float
    after: float

    @property
    def difference(self) -> float | None:
        """Money, after less before; nothing is always nothing."""
        if self.before == self.after:
            return 0.0
        return None if self.price is None else self.price * (self.after - self.before)


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
    """Positions without a price, by label."""

    @property
    def difference(self) -> float | None:
        """After less before; known as well where only what stays has no price."""
        moves = [row.difference for row in self.rows]
        known = [move for move in moves if move is not None]
        return round(sum(known), 2) if len(known) == len(moves) else None


def cost(before: Sequence[Resource], after: Sequence[Resource], book: PriceBook) -> Cost:
    """Price both sides."""
    old, new = price(billed(before), book), price(billed(after), book)
    both = price([*billed(before), *billed(after)], book)
    had = {one.label: one.quantity for one in old.lines}
    has = {one.label: one.quantity for one in new.lines}
    return Cost(
        book.currency,
        book.date,
        book.sample,
        old.amount,
        new.amount,
        tuple(
            PriceRow(
                one.kind,
                one.what,
                one.label,
                one.each,
                had.get(one.label, 0),
                has.get(one.label, 0),
            )
            for one in both.lines
        ),
        both.unknown,
    )
