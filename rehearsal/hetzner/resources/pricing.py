"""``GET /pricing``. Every amount is a sample value, and the answer says so."""

from rehearsal.hetzner.catalogue import prices
from rehearsal.hetzner.catalogue.load_balancer_types import LOAD_BALANCER_TYPES
from rehearsal.hetzner.catalogue.locations import EVERYWHERE
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPES
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.project import Project


def _get(_project: Project, _request: Request) -> Answer:
    pricing = {
        "sample": True,
        "price_date": prices.PRICE_DATE,
        "currency": prices.CURRENCY,
        "vat_rate": f"{prices.VAT_PERCENT:.6f}",
        "image": {"price_per_gb_month": prices.price(prices.IMAGE_PER_GB_MONTH)},
        "floating_ip": {"price_monthly": prices.price(prices.PRIMARY_IPV4_MONTHLY)},
        "floating_ips": _addresses(),
        "primary_ips": _addresses(),
        "server_backup": {"percentage": f"{prices.BACKUP_PERCENT:.4f}"},
        "volume": {"price_per_gb_month": prices.price(prices.VOLUME_PER_GB_MONTH)},
        "server_types": [_machine(t.id, t.name, t.price, t.locations) for t in SERVER_TYPES],
        "load_balancer_types": [
            _machine(t.id, t.name, t.price, EVERYWHERE) for t in LOAD_BALANCER_TYPES
        ],
    }
    return Answer(200, {"pricing": pricing})


def _addresses() -> list[Json]:
    return [
        {
            "type": type_,
            "prices": [prices.price_per_time(location, monthly) for location in EVERYWHERE],
        }
        for type_, monthly in (("ipv4", prices.PRIMARY_IPV4_MONTHLY), ("ipv6", 0.0))
    ]


def _machine(id_: int, name: str, monthly: float, locations: tuple[str, ...]) -> Json:
    amounts = [prices.price_with_traffic(location, monthly) for location in locations]
    return {"id": id_, "name": name, "prices": amounts}


ROUTES = (Route("GET", "/pricing", _get),)
