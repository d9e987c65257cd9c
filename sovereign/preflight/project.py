"""A Hetzner project as its API describes it: what is sold, what is there, what the token may do.

Everything is read; the one call that could write is a network without a name, which no token is
allowed to create (API: `name` is required).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from hcloud import APIException, Client

from sovereign.hetzner_api import Access

TIMEOUT_S: Final = 30
KINDS: Final = ("servers", "networks", "firewalls", "placement_groups", "ssh_keys")
"""What a Sovereign creates, by the client's names."""


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


@dataclass(frozen=True)
class Project:
    """One look at the project."""

    writable: bool | None
    """Whether the token may create things; None: the API answered in an unexpected way."""
    budget: int | None
    """API requests that are left of the project's 3600 per hour; None: not said."""
    currency: str
    ipv4_monthly: Mapping[str, float]
    """Location -> net price per month of a primary IPv4."""
    offers: tuple[Offer, ...]
    existing: tuple[Existing, ...]

    def offer(self, name: str, location: str) -> Offer | None:
        """The type in that location, if it is sold there at all."""
        return next((o for o in self.offers if (o.name, o.location) == (name, location)), None)


class Unanswered(Exception):
    """The API could not be asked; the message is one sentence for the operator."""


def look(access: Access) -> Project:
    """Ask everything that preflight judges. Raises `Unanswered`."""
    client = Client(access.token, api_endpoint=access.endpoint, application_name="sovereign")
    try:
        existing = _existing(client)
        budget, writable = _budget(access), _writable(access)
        pricing = _pricing(access)
        return Project(
            writable=writable,
            budget=budget,
            currency=pricing["currency"],
            ipv4_monthly=_ipv4(pricing),
            offers=_offers(client),
            existing=existing,
        )
    except APIException as refused:
        raise Unanswered(_said(access.endpoint, refused.code, refused.message)) from None
    except requests.RequestException as lost:
        reason = type(lost).__name__
        raise Unanswered(f"{access.endpoint} does not answer ({reason})") from None


def _said(endpoint: str, code: object, message: str) -> str:
    if code == "unauthorized":
        fix = "make one in the project's Security page"
        return f"{endpoint} does not know the token of HCLOUD_TOKEN: {fix}"
    return f"{endpoint} refused: {message} ({code})"


def _budget(access: Access) -> int | None:
    answer = requests.get(f"{access.endpoint}/locations", headers=access.headers, timeout=TIMEOUT_S)
    left = answer.headers.get("RateLimit-Remaining", "")
    return int(left) if left.isdecimal() else None


def _writable(access: Access) -> bool | None:
    """What the API says to a network without a name: a reading token is refused for being one."""
    answer = requests.post(
        f"{access.endpoint}/networks", headers=access.headers, json={}, timeout=TIMEOUT_S
    )
    return {403: False, 400: True, 422: True}.get(answer.status_code)


def _pricing(access: Access) -> Mapping[str, Any]:
    url = f"{access.endpoint}/pricing"
    answer = requests.get(url, headers=access.headers, timeout=TIMEOUT_S)
    answer.raise_for_status()
    pricing: Mapping[str, Any] = answer.json()["pricing"]
    return pricing


def _ipv4(pricing: Mapping[str, Any]) -> dict[str, float]:
    return {
        price["location"]: float(price["price_monthly"]["net"])
        for address in pricing["primary_ips"]
        if address["type"] == "ipv4"
        for price in address["prices"]
    }


def _offers(client: Client) -> tuple[Offer, ...]:
    offers = []
    kinds: list[Any] = list(client.server_types.get_all())  # the client types every field optional
    for kind in kinds:
        prices = {price["location"]: float(price["price_monthly"]["net"]) for price in kind.prices}
        for sold in kind.locations:
            ends = sold.deprecation.unavailable_after if sold.deprecation else None
            offers.append(
                Offer(
                    name=kind.name,
                    location=sold.location.name,
                    architecture=kind.architecture,
                    cores=kind.cores,
                    memory=kind.memory,
                    disk=kind.disk,
                    available=bool(sold.available),
                    unavailable_after=ends.date().isoformat() if ends else None,
                    monthly=prices.get(sold.location.name),
                )
            )
    return tuple(offers)


def _existing(client: Client) -> tuple[Existing, ...]:
    return tuple(
        Existing(
            id=one.id,
            kind=kind,
            name=one.name,
            labels=one.labels or {},
            public_key=key_of(getattr(one, "public_key", "") or ""),
        )
        for kind in KINDS
        for one in getattr(client, kind).get_all()
    )


def key_of(line: str) -> str:
    """Type and key of an OpenSSH public key, without its comment."""
    return " ".join(line.split()[:2])
