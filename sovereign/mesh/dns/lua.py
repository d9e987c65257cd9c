"""PowerDNS Lua records: the answer is computed for each question.

Each expression was run in PowerDNS 4.7.3 (tests/mesh/dns). What to know of them:

* `ifurlup` treats every address as down until its first check, and answers with one of the last
  group when all are down.
* `pickclosest` needs the geoip backend and a database with `location.accuracy_radius`; without
  them it is silently random. It takes the client subnet (EDNS) where the resolver sends one.
* `ifportup` with groups is SERVFAIL, so it is not offered.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from sovereign.mesh.checks import Checks, is_domain

Selector = Literal["all", "random", "hashed", "pickclosest"]
SELECTORS: tuple[Selector, ...] = ("all", "random", "hashed", "pickclosest")
CHUNK = 250
"""Characters of one quoted part; a zone transfer cuts at 255, at any place."""


@dataclass(frozen=True)
class LuaRecord:
    """One computed record set: addresses of one family."""

    type: Literal["A", "AAAA"]
    expression: str

    @property
    def content(self) -> str:
        """As zone file, API and DNSEndpoint write it: `A "pickclosest(...)"`.

        The parts are cut between two addresses, so that each transfer leaves valid Lua.
        """
        parts = [""]
        for piece in self.expression.split(" "):
            grown = f"{parts[-1]} {piece}" if parts[-1] else piece
            if len(grown) > CHUNK:
                parts[-1] += " "
                parts.append(piece)
            else:
                parts[-1] = grown
        return f"{self.type} " + " ".join(f'"{part}"' for part in parts)


def if_url_up(
    *,
    url: str,
    groups: Sequence[Sequence[str]],
    selector: Selector = "random",
    timeout: int = 2,
    contains: str | None = None,
) -> LuaRecord:
    """The addresses of the first group that has one whose `url` answers 200. Raises ConfigError.

    `url`: host and path of the health check; the host goes into the request's Host header, the
    port is asked on each address. `groups`: preferred addresses first, then where to fail over to.
    `timeout`: seconds. `contains`: a text that the answer must hold.
    """
    checks = Checks("if-url-up")
    _check_url(checks, url)
    checks.between("timeout", timeout, 1, 30, "seconds")
    checks.one_of("selector", selector, SELECTORS)
    if not groups or not all(groups):
        checks.add("groups", groups, "each group needs an address", "write [['192.0.2.1']]")
    family = _family(checks, "groups", [address for group in groups for address in group])
    if contains is not None and not contains.replace(" ", "").isalnum():
        rule = "must be letters, digits and blanks: it stands inside a program"
        checks.add("contains", contains, rule, "write for example ok")
    checks.refuse()
    tables = ", ".join(_table(group) for group in groups)
    wanted = [f"selector='{selector}'", f"timeout={timeout}"]
    if contains is not None:
        wanted.append(f"stringmatch='{contains}'")
    return LuaRecord(family, f"ifurlup('{url}', {{{tables}}}, {{{', '.join(wanted)}}})")


def pick_closest(*, addresses: Sequence[str]) -> LuaRecord:
    """The address nearest to the client. Raises ConfigError."""
    checks = Checks("pick-closest")
    if not addresses:
        checks.add("addresses", addresses, "needs an address", "write ['192.0.2.1']")
    family = _family(checks, "addresses", addresses)
    checks.refuse()
    return LuaRecord(family, f"pickclosest({_table(addresses)})")


def _table(addresses: Sequence[str]) -> str:
    return "{" + ", ".join(f"'{address}'" for address in addresses) + "}"


def _family(checks: Checks, argument: str, addresses: Sequence[str]) -> Literal["A", "AAAA"]:
    """The addresses' record type; a problem for each that is none, or of both families."""
    versions: set[int] = set()
    for address in addresses:
        try:
            versions.add(ipaddress.ip_address(address).version)
        except ValueError:
            checks.add(argument, address, "must be an IP address", "write for example 192.0.2.1")
    if len(versions) > 1:
        checks.add(argument, "both", "IPv4 or IPv6, not both", "make one record for each family")
    return "AAAA" if versions == {6} else "A"


def _check_url(checks: Checks, url: str) -> None:
    """A URL that can stand inside a Lua text inside a zone file."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and is_domain(parts.hostname or "")
        _ = parts.port
    except ValueError:
        good = False
    if not good or not set(url).isdisjoint("'\"\\ \t\n;"):
        rule = "must be http(s)://host[:port]/path, without quotes and blanks"
        checks.add("url", url, rule, "write for example https://app.example.org/health")
