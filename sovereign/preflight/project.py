"""A Hetzner project as its API describes it: what is sold, what is there, what the token may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sovereign.plan.cost import PriceBook

KINDS: Final = (
    *("servers", "networks", "firewalls", "placement_groups", "ssh_keys"),
    *("load_balancers", "primary_ips", "volumes"),
)
"""What is listed, by the client's names: what a Sovereign creates, and what an account limits."""


@dataclass(frozen=True)
class Offer:
    """A server type in one location."""

    name: str
    location: str
    architecture: str
    cores: int
    memory: float
    """GiB."""
    disk: int
    """GiB."""
    available: bool
    """Whether it can be ordered there now."""
    unavailable_after: str | None
    """Day (ISO 8601) after which a deprecated type is no longer sold; None: not deprecated."""
    monthly: float | None
    """Net price per month; None: the API names none for this location."""


@dataclass(frozen=True)
class Existing:
    """A resource that is in the project already."""

    id: int
    kind: str
    """As in `KINDS`."""
    name: str
    labels: Mapping[str, str]
    public_key: str = ""
    """Of an SSH key: type and key without the comment."""
    networks: tuple[int, ...] = ()
    """Ids of the networks that a server or load balancer is attached to."""


@dataclass(frozen=True)
class Project:
    """One look at the project."""

    writable: bool | None
    """Whether the token may create things; None: the API answered in an unexpected way."""
    budget: int | None
    """API requests that are left of the project's 3600 per hour; None: not said."""
    books: Mapping[str, PriceBook]
    """Location -> what Hetzner asks there."""
    offers: tuple[Offer, ...]
    existing: tuple[Existing, ...]

    @property
    def currency(self) -> str:
        """The account's."""
        return next((book.currency for book in self.books.values()), "")

    def offer(self, name: str, location: str) -> Offer | None:
        """The type in that location, if it is sold there at all."""
        return next((o for o in self.offers if (o.name, o.location) == (name, location)), None)

    def of(self, kind: str) -> list[Existing]:
        """What is there of a kind."""
        return [one for one in self.existing if one.kind == kind]
