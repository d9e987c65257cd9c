"""What a plan costs per month by the prices that the API names for this project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sovereign.plan.cost import CostLine, CostPlan, PriceBook, price, server, total
from sovereign.preflight.project import Project
from sovereign.preflight.wanted import Wanted


@dataclass(frozen=True)
class PriceLine:
    """One position of one group of servers."""

    path: str
    """As in the configuration: `controlPlane`, `pools.default`."""
    location: str
    cost: CostLine


def books(pricing: Mapping[str, Any]) -> dict[str, PriceBook]:
    """Location -> its price book, from the answer of `GET /pricing`."""
    today = datetime.now(UTC).date().isoformat()
    types, balancers = _by_name(pricing["server_types"]), _by_name(pricing["load_balancer_types"])
    primary = _by_name(pricing["primary_ips"], "type")
    floating = _by_name(pricing["floating_ips"], "type")
    locations = {location for prices in (*types.values(), *primary.values()) for location in prices}
    return {
        location: PriceBook(
            currency=pricing["currency"],
            date=today,
            sample=False,
            server_types=_there(types, location),
            load_balancer_types=_there(balancers, location),
            primary_ipv4=primary.get("ipv4", {}).get(location),
            floating_ipv4=floating.get("ipv4", {}).get(location),
            floating_ipv6=floating.get("ipv6", {}).get(location),
            volume_per_gb=float(pricing["volume"]["price_per_gb_month"]["net"]),
            backups_percent=float(pricing["server_backup"]["percentage"]),
        )
        for location in sorted(locations)
    }


def prices(wanted: Wanted, project: Project) -> list[PriceLine]:
    """The positions of each group, at the prices of its location."""
    lines = []
    for group in wanted.groups:
        book = project.books.get(group.location, _NONE)
        positions = [each for node in group.nodes for each in server(node.server_type)]
        costs = price(positions, book)
        lines += [PriceLine(group.path, group.location, line) for line in costs.lines]
    return lines


def sum_of(lines: Iterable[PriceLine], project: Project) -> CostPlan:
    """All of it, as a plan's cost is said."""
    book = next(iter(project.books.values()), _NONE)
    return total([line.cost for line in lines], book)


_NONE = PriceBook("", "", False, {})
"""A location that the API names no price for."""


def _by_name(
    entries: Iterable[Mapping[str, Any]], key: str = "name"
) -> dict[str, dict[str, float]]:
    """Name -> location -> net price per month."""
    return {
        entry[key]: {one["location"]: float(one["price_monthly"]["net"]) for one in entry["prices"]}
        for entry in entries
    }


def _there(listed: Mapping[str, Mapping[str, float]], location: str) -> dict[str, float]:
    return {name: found[location] for name, found in listed.items() if location in found}
