"""What a plan costs per month by the prices that the API names for this project."""

from dataclasses import dataclass

from sovereign.preflight.project import Project
from sovereign.preflight.wanted import Wanted


@dataclass(frozen=True)
class PriceLine:
    """One group of servers and its public addresses."""

    path: str
    server_type: str
    location: str
    count: int
    each: float | None
    """Net, per month, with the server's primary IPv4; None: the API names no price."""

    @property
    def amount(self) -> float | None:
        """All servers of the group."""
        return None if self.each is None else round(self.each * self.count, 2)


def prices(wanted: Wanted, project: Project) -> list[PriceLine]:
    """One line per group."""
    lines = []
    for group in wanted.groups:
        offer = project.offer(group.server_type, group.location)
        server = offer.monthly if offer else None
        address = project.ipv4_monthly.get(group.location)
        each = None if server is None or address is None else server + address
        lines.append(
            PriceLine(group.path, group.server_type, group.location, len(group.nodes), each)
        )
    return lines


def total(lines: list[PriceLine]) -> float | None:
    """The sum, or None where a price is missing: unknown is never zero."""
    amounts = [line.amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 2) if len(known) == len(amounts) else None
