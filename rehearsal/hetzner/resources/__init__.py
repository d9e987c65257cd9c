"""One file per kind of resource: what its calls check, do and answer."""

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.routing import Route
from rehearsal.hetzner.resources import (
    firewalls,
    images,
    load_balancer_services,
    load_balancer_settings,
    load_balancer_targets,
    load_balancers,
    locations,
    networks,
    placement_groups,
    pricing,
    primary_ips,
    server_creation,
    server_networks,
    server_power,
    server_settings,
    server_types,
    servers,
    ssh_keys,
    unused,
    volumes,
)

_MODULES = (
    servers,
    server_creation,
    server_power,
    server_networks,
    server_settings,
    networks,
    firewalls,
    placement_groups,
    ssh_keys,
    primary_ips,
    load_balancers,
    load_balancer_services,
    load_balancer_targets,
    load_balancer_settings,
    volumes,
    server_types,
    images,
    locations,
    pricing,
    unused,
    actions,
)

ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)
"""Every call the simulator answers."""
