"""Asking Hetzner's API. Everything is read; the one call that could write is a network without a
name, which no token is allowed to create (API: `name` is required).
"""

from collections.abc import Mapping
from typing import Any, Final

import requests
from hcloud import APIException, Client

from sovereign.hetzner_api import TIMEOUT_S, Access
from sovereign.preflight.price import books
from sovereign.preflight.project import KINDS, Existing, Offer, Project
from sovereign.preflight.wanted import key_of

REFUSED: Final = {403: False, 400: True, 422: True}
"""What a network without a name is answered with -> whether the token may create things."""


class Unanswered(Exception):
    """The API could not be asked; the message is one sentence for the operator."""


def look(access: Access) -> Project:
    """Ask everything that preflight judges. Raises `Unanswered`.

    The first question is not Hetzner's client's: that one tries again after a silence.
    """
    client = Client(
        access.token,
        api_endpoint=access.endpoint,
        application_name="sovereign",
        timeout=TIMEOUT_S,
    )
    try:
        budget = _budget(access)
        existing = _existing(client)
        writable = _writable(access)
        return Project(
            writable=writable,
            budget=budget,
            books=books(_pricing(access)),
            offers=_offers(client),
            existing=existing,
        )
    except APIException as refused:
        raise Unanswered(_said(access.endpoint, refused.code, refused.message)) from None
    except requests.RequestException as lost:
        raise Unanswered(_lost(access.endpoint, lost)) from None


def _said(endpoint: str, code: object, message: str) -> str:
    if code == "unauthorized":
        fix = "make one in the project's Security page"
        return f"{endpoint} does not know the token of HCLOUD_TOKEN: {fix}"
    return f"{endpoint} refused: {message} ({code})"


def _lost(endpoint: str, lost: requests.RequestException) -> str:
    if isinstance(lost, requests.Timeout):
        return f"{endpoint} does not answer: nothing came for {TIMEOUT_S} s"
    return f"{endpoint} does not answer ({type(lost).__name__})"


def _get(access: Access, path: str) -> requests.Response:
    url = f"{access.endpoint}/{path}"
    return requests.get(url, headers=access.headers, timeout=TIMEOUT_S)


def _budget(access: Access) -> int | None:
    left = _get(access, "locations").headers.get("RateLimit-Remaining", "")
    return int(left) if left.isdecimal() else None


def _writable(access: Access) -> bool | None:
    """What the API says to a network without a name: a reading token is refused for being one."""
    url = f"{access.endpoint}/networks"
    answer = requests.post(url, headers=access.headers, json={}, timeout=TIMEOUT_S)
    return REFUSED.get(answer.status_code)


def _pricing(access: Access) -> Mapping[str, Any]:
    answer = _get(access, "pricing")
    answer.raise_for_status()
    pricing: Mapping[str, Any] = answer.json()["pricing"]
    return pricing


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
            networks=tuple(net.network.id for net in getattr(one, "private_net", None) or ()),
        )
        for kind in KINDS
        for one in getattr(client, kind).get_all()
    )
