"""Servers: how they are shown, listed, updated and deleted."""

from rehearsal.hetzner.catalogue.images import IMAGE
from rehearsal.hetzner.catalogue.prices import INCLUDED_TRAFFIC
from rehearsal.hetzner.catalogue.server_types import SERVER_TYPE
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import HostName, Update
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import PrimaryIp, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.relations import (
    firewalls_of,
    load_balancers_of,
    primary_ip_of,
    volumes_of,
)
from rehearsal.hetzner.resources import images, locations, server_types
from rehearsal.hetzner.resources.placement_groups import PLACEMENT_GROUPS

_PASSING_STATUS = {
    "create_server": "initializing",
    "start_server": "starting",
    "stop_server": "stopping",
    "shutdown_server": "stopping",
    "rebuild_server": "rebuilding",
    "change_server_type": "migrating",
}
"""What a server is while the oldest running action of the command lasts."""


class UpdateServer(Update):
    """``PUT /servers/{id}``: a name is a host name."""

    name: HostName | None = None


def _show(project: Project, server: Server) -> Json:
    state = project.state
    running = project.running("server", server.id)
    passing = [_PASSING_STATUS[a.command] for a in running if a.command in _PASSING_STATUS]
    group = state.placement_groups.get(server.placement_group or 0)
    return {
        "id": server.id,
        "name": server.name,
        "status": passing[0] if passing else server.status,
        "created": server.created,
        "public_net": {
            "ipv4": _ipv4(primary_ip_of(state, server.id, "ipv4")),
            "ipv6": _ipv6(primary_ip_of(state, server.id, "ipv6")),
            "floating_ips": [],
            "firewalls": [{"id": f.id, "status": "applied"} for f in firewalls_of(state, server)],
        },
        "private_net": [
            {
                "network": attachment.network,
                "ip": attachment.ip,
                "alias_ips": attachment.alias_ips,
                "mac_address": attachment.mac_address,
            }
            for attachment in server.attachments
        ],
        "server_type": server_types.shown(project, SERVER_TYPE[server.server_type]),
        "location": locations.shown(server.location),
        "image": images.shown(IMAGE[server.image]),
        "iso": None,
        "rescue_enabled": False,
        "locked": bool(running),
        "backup_window": server.backup_window,
        "outgoing_traffic": None,
        "ingoing_traffic": None,
        "included_traffic": INCLUDED_TRAFFIC,
        "protection": {"delete": server.protected, "rebuild": server.rebuild_protected},
        "labels": server.labels,
        "volumes": volumes_of(state, server.id),
        "load_balancers": load_balancers_of(state, server),
        "primary_disk_size": server.primary_disk_size,
        "placement_group": PLACEMENT_GROUPS.show(project, group) if group else None,
    }


def _ipv4(primary_ip: PrimaryIp | None) -> Json | None:
    if primary_ip is None:
        return None
    reverse = primary_ip.dns_ptr.get(primary_ip.ip, f"static.{primary_ip.ip}.example")
    return {"id": primary_ip.id, "ip": primary_ip.ip, "blocked": False, "dns_ptr": reverse}


def _ipv6(primary_ip: PrimaryIp | None) -> Json | None:
    if primary_ip is None:
        return None
    reverse = [{"ip": ip, "dns_ptr": name} for ip, name in primary_ip.dns_ptr.items()]
    return {
        "id": primary_ip.id,
        "ip": f"{primary_ip.ip}/64",
        "blocked": False,
        "dns_ptr": reverse,
    }


def _relabeled(project: Project, server: Server, update: Update) -> None:
    """New labels may bring the server under other label selectors."""
    if update.labels is not None:
        project.tell(Lifecycle.FIREWALL_CHANGED, server)


SERVERS = Kind(
    "server", "servers", lambda state: state.servers, _show, _relabeled, update=UpdateServer
)


def _delete(project: Project, request: Request) -> Answer:
    """Gone at once; what was attached is detached, addresses with ``auto_delete`` go along."""
    server = SERVERS.find(project, request.id)
    SERVERS.check_deletable(server)
    project.check_unlocked("server", server.id)
    project.tell(Lifecycle.DELETED, server)
    state = project.state
    for primary_ip in [ip for ip in state.primary_ips.values() if ip.assignee == server.id]:
        primary_ip.assignee = None
        if primary_ip.auto_delete:
            del state.primary_ips[primary_ip.id]
    for firewall in state.firewalls.values():
        firewall.servers = [id_ for id_ in firewall.servers if id_ != server.id]
    for balancer in state.load_balancers.values():
        balancer.targets = [t for t in balancer.targets if t.server != server.id]
    for volume in state.volumes.values():
        if volume.server == server.id:
            volume.server = None
    del state.servers[server.id]
    action = project.start("delete_server", ("server", server.id))
    return Answer(200, {"action": actions.shown(project, action)})


ROUTES = (*SERVERS.routes(), Route("DELETE", "/servers/{id}", _delete))
