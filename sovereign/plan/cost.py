"""What a month costs, from a price book with date and source: of a plan, of a preview's resources,
at Hetzner's own prices. One function for all of them. Pure.

A position without a price makes the sum unknown; it is named, never taken as zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal[
    "server",
    "backups",
    "primary-ipv4",
    "floating-ipv4",
    "floating-ipv6",
    "load-balancer",
    "volume",
    "other",
]
NOT_INCLUDED: Final = (
    "traffic beyond the included one, snapshots, and what the cluster orders by itself (volumes of "
    "claims, load balancers of charts)"
)
"""What no sum over a program's resources holds, in words."""
NOT_PLANNED: Final = (
    "traffic beyond the included one, and what is asked for later: load balancers of Services and "
    "Gateways, volumes of claims, snapshots"
)
"""What no sum over a plan holds."""
_NAMED: Final[Mapping[Kind, str]] = {
    "server": "server {}",
    "backups": "backups of {}",
    "primary-ipv4": "primary IPv4 address",
    "floating-ipv4": "floating IPv4 address",
    "floating-ipv6": "floating IPv6 address",
    "load-balancer": "load balancer {}",
    "volume": "GB of volume",
    "other": "{}",
}


@dataclass(frozen=True)
class Billed:
    """Something that Hetzner bills by the month. A primary IPv6 address is none."""

    kind: Kind
    what: str = ""
    """Type of the server or load balancer; in words what is of another kind."""
    quantity: float = 1
    """Pieces; of a volume its GB."""
    location: str = ""
    """Where, if it is known: Hetzner asks for more overseas."""

    @property
    def label(self) -> str:
        """What a person calls one of it."""
        return _NAMED[self.kind].format(self.what or "of unknown type")


@dataclass(frozen=True)
class PriceBook:
    """Net prices per month; None: the book has none."""

    currency: str
    date: str
    sample: bool
    server_types: Mapping[str, float]
    load_balancer_types: Mapping[str, float] = field(default_factory=dict)
    primary_ipv4: float | None = None
    floating_ipv4: float | None = None
    floating_ipv6: float | None = None
    volume_per_gb: float | None = None
    backups_percent: float | None = None
    """Of the server's price."""
    locations: tuple[str, ...] = ()
    """Where these prices hold; empty: everywhere."""

    def elsewhere(self, one: Billed) -> str:
        """The position's location where these prices do not hold; else nothing."""
        strange = self.locations and one.location and one.location not in self.locations
        return one.location if strange else ""

    def price(self, one: Billed) -> float | None:
        """Of one piece, or one GB."""
        if self.elsewhere(one):
            return None
        if one.kind == "backups":
            server = self.server_types.get(one.what)
            if server is None or self.backups_percent is None:
                return None
            return server * self.backups_percent / 100
        single = {
            "primary-ipv4": self.primary_ipv4,
            "floating-ipv4": self.floating_ipv4,
            "floating-ipv6": self.floating_ipv6,
            "volume": self.volume_per_gb,
        }
        listed = {"server": self.server_types, "load-balancer": self.load_balancer_types}
        return listed[one.kind].get(one.what) if one.kind in listed else single.get(one.kind)


@dataclass(frozen=True)
class CostLine:
    """One position with its price."""

    kind: Kind
    what: str
    label: str
    quantity: float
    each: float | None
    amount: float | None
    """All of it; None as `each` is."""


@dataclass(frozen=True)
class CostPlan:
    """Cost per month; `amount` is None where a price is unknown."""

    amount: float | None
    known: float
    """The sum of what has a price."""
    currency: str
    price_date: str
    sample: bool
    unknown: tuple[str, ...]
    """Positions without a price, by label."""
    lines: tuple[CostLine, ...]


def price_book(values: Mapping[str, Any], *, sample: bool) -> PriceBook:
    """Read a price book as it stands in prices.yaml or `sovereign:cluster.prices`; what is no
    number is no price.
    """
    places = values.get("locations")
    return PriceBook(
        currency=str(values.get("currency", "EUR")),
        date=str(values.get("date", "")),
        sample=sample,
        server_types=_numbers(values.get("serverTypes")),
        load_balancer_types=_numbers(values.get("loadBalancerTypes")),
        primary_ipv4=_number(values.get("primaryIpv4")),
        floating_ipv4=_number(values.get("floatingIpv4")),
        floating_ipv6=_number(values.get("floatingIpv6")),
        volume_per_gb=_number(values.get("volumePerGb")),
        backups_percent=_number(values.get("backupsPercent")),
        locations=tuple(map(str, places)) if isinstance(places, list) else (),
    )


def server(kind: str, location: str = "") -> list[Billed]:
    """A server as a Sovereign has it: with a primary IPv4 address, without backups."""
    return [
        Billed("server", kind, location=location),
        Billed("primary-ipv4", location=location),
    ]


def price(positions: Iterable[Billed], book: PriceBook) -> CostPlan:
    """Price everything; equal positions become one line."""
    counted: dict[tuple[Kind, str, str], float] = {}
    for one in positions:
        key = one.kind, one.what, book.elsewhere(one)
        counted[key] = counted.get(key, 0) + one.quantity
    lines = []
    for (kind, what, where), quantity in counted.items():
        one = Billed(kind, what, quantity, where)
        each = book.price(one)
        amount = None if each is None else round(each * quantity, 4)
        label = f"{one.label} in {where}" if where else one.label
        lines.append(CostLine(kind, what, label, quantity, each, amount))
    return total(lines, book)


def total(lines: Iterable[CostLine], book: PriceBook) -> CostPlan:
    """The sum of lines, servers first, as one answer."""
    order = list(_NAMED)
    ordered = tuple(sorted(lines, key=lambda one: (order.index(one.kind), one.what)))
    amounts = [one.amount for one in ordered]
    known = round(sum(amount for amount in amounts if amount is not None), 2)
    return CostPlan(
        amount=None if None in amounts else known,
        known=known,
        currency=book.currency,
        price_date=book.date,
        sample=book.sample,
        unknown=tuple(dict.fromkeys(one.label for one in ordered if one.each is None)),
        lines=ordered,
    )


def sentence(cost: CostPlan) -> str:
    """The sum in one line, or what has no price and what the rest comes to."""
    origin = f"{'sample prices' if cost.sample else 'prices'} of {cost.price_date}"
    if cost.amount is not None:
        return f"monthly cost: {cost.amount:.2f} {cost.currency} ({origin}), traffic not included"
    missing = ", ".join(cost.unknown)
    rest = f"; the rest is {cost.known:.2f} {cost.currency} ({origin})" if cost.known else ""
    return f"monthly cost: unknown, no price for {missing}{rest}"


def _numbers(values: Any) -> dict[str, float]:
    given = values.items() if isinstance(values, Mapping) else ()
    found = {str(name): _number(value) for name, value in given}
    return {name: number for name, number in found.items() if number is not None}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
