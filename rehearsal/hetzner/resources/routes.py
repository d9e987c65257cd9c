"""Static routes of a network."""

from ipaddress import IPv4Network

from rehearsal.hetzner.core.addresses import METADATA_GATEWAY, gateway, ipv4, private_range
from rehearsal.hetzner.core.bodies import Body
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.model import Network, StaticRoute

ROUTES_PER_NETWORK = 100
DEFAULT_ROUTE = "0.0.0.0/0"


class RouteBody(Body):
    """A route in ``POST /networks``, ``add_route`` and ``delete_route``."""

    destination: str
    gateway: str


def checked_route(network: Network, body: RouteBody) -> StaticRoute:
    """The route that the body asks for, or :class:`ApiError` why the network cannot have it.

    A destination over a subnet is refused as ``invalid gateway`` (hccm#214).
    """
    if len(network.routes) >= ROUTES_PER_NETWORK:
        raise ApiError(
            "resource_limit_exceeded", f"a network has at most {ROUTES_PER_NETWORK} routes"
        )
    via = ipv4("gateway", body.gateway)
    outside = via not in IPv4Network(network.ip_range)
    if outside or via in (gateway(network), METADATA_GATEWAY):
        raise invalid_input("gateway", "invalid gateway")
    if body.destination != DEFAULT_ROUTE:
        destination = private_range("destination", body.destination, longest=32)
        if any(destination.overlaps(IPv4Network(s.ip_range)) for s in network.subnets):
            raise invalid_input("gateway", "invalid gateway")
    if any(route.destination == body.destination for route in network.routes):
        raise invalid_input("destination", f"route to {body.destination} exists already")
    return StaticRoute(destination=body.destination, gateway=body.gateway)
