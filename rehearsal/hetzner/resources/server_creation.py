"""``POST /servers``: everything is checked before anything is made."""

import secrets
from typing import Any

from pydantic import model_validator

from rehearsal.hetzner.catalogue.locations import LOCATION, Location
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, HostName, IdOrName, Labels, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Request, Route
from rehearsal.hetzner.model import Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.resources import images, locations, primary_ips, server_types, ssh_keys
from rehearsal.hetzner.resources.firewalls import FIREWALLS, FIREWALLS_PER_SERVER
from rehearsal.hetzner.resources.placement_groups import check_room
from rehearsal.hetzner.resources.server_networks import attach, check_attachable
from rehearsal.hetzner.resources.server_power import boot
from rehearsal.hetzner.resources.servers import SERVERS
from rehearsal.hetzner.resources.volumes import VOLUMES, check_volume

USER_DATA_LIMIT = 32 * 1024
DEFAULT_LOCATION = "nbg1"


class PublicNet(Body):
    """``ipv4`` and ``ipv6`` are ids of primary IPs to use instead of new ones."""

    enable_ipv4: bool = True
    enable_ipv6: bool = True
    ipv4: int | None = None
    ipv6: int | None = None

    def wanted(self) -> dict[str, int | None]:
        """Types of address to have, with the primary IP to use for each."""
        types = {"ipv4": self.enable_ipv4, "ipv6": self.enable_ipv6}
        return {type_: getattr(self, type_) for type_, enabled in types.items() if enabled}


class FirewallReference(Body):
    """``{"firewall": 4711}``."""

    firewall: int


class CreateServer(Body):
    """``POST /servers``. ``datacenter`` left the API on 2026-07-01 and is refused."""

    name: HostName
    server_type: IdOrName
    image: IdOrName
    location: IdOrName | None = None
    ssh_keys: list[IdOrName] = []
    user_data: str = ""
    labels: Labels = {}
    networks: list[int] = []
    firewalls: list[FirewallReference] = []
    placement_group: int | None = None
    volumes: list[int] = []
    public_net: PublicNet = PublicNet()
    start_after_create: bool = True

    @model_validator(mode="before")
    @classmethod
    def _no_datacenter(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("datacenter") is not None:
            raise ValueError("datacenter was removed, use location")
        return body


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreateServer, request.body)
    SERVERS.check_name(project, body.name)
    location = _location(body)
    server_type = server_types.chosen(project, body.server_type, location.name)
    image = images.chosen(body.image, server_type.architecture)
    keys = [ssh_keys.chosen(project, wanted).public_key for wanted in body.ssh_keys]
    _check(project, body, location)

    server = Server(
        id=project.state.new_id(),
        name=body.name,
        created=project.now(),
        labels=body.labels,
        status="off",
        server_type=server_type.name,
        image=image.id,
        location=location.name,
        primary_disk_size=server_type.disk,
        user_data=body.user_data,
        public_keys=keys,
        placement_group=body.placement_group,
    )
    SERVERS.add(project, server)
    _connect(project, body, server)
    project.tell(Lifecycle.CREATED, server)
    created = project.start("create_server", ("server", server.id))
    following = []
    if body.start_after_create and body.public_net.wanted():
        following.append(boot(project, server, after=created))
    for id_ in body.networks:
        previous = following[-1] if following else created
        following.append(attach(project, server, id_, after=previous))
    if body.start_after_create and not body.public_net.wanted():
        following.append(boot(project, server, after=following[-1]))
    return Answer(
        201,
        {
            **SERVERS.body(project, server),
            "action": actions.shown(project, created),
            "next_actions": [actions.shown(project, action) for action in following],
            "root_password": None if keys else secrets.token_urlsafe(15),
        },
    )


def _location(body: CreateServer) -> Location:
    if body.location is None:
        return LOCATION[DEFAULT_LOCATION]
    return locations.chosen("location", body.location)


def _check(project: Project, body: CreateServer, location: Location) -> None:
    size = len(body.user_data.encode())
    if size > USER_DATA_LIMIT:
        raise invalid_input("user_data", f"has {size} bytes, the limit is {USER_DATA_LIMIT}")
    if len(body.firewalls) > FIREWALLS_PER_SERVER:
        raise invalid_input("firewalls", f"a server has at most {FIREWALLS_PER_SERVER} firewalls")
    for reference in body.firewalls:
        FIREWALLS.referred(project, "firewalls", reference.firewall)
    if body.firewalls and not body.public_net.wanted():
        raise ApiError("private_net_only_server", "the server has no public interface")
    if body.start_after_create and not body.public_net.wanted() and not body.networks:
        raise invalid_input("networks", "a server needs an interface to be started")
    if body.placement_group is not None:
        check_room(project, body.placement_group)
    check_attachable(project, body.networks, location.network_zone)
    for id_ in body.volumes:
        check_volume(VOLUMES.referred(project, "volumes", id_), location.name)
    for type_, wanted in body.public_net.wanted().items():
        if wanted is not None:
            _check_primary_ip(project, type_, wanted, location)


def _check_primary_ip(project: Project, type_: str, id_: int, location: Location) -> None:
    primary_ip = primary_ips.PRIMARY_IPS.referred(project, f"public_net.{type_}", id_)
    if primary_ip.type != type_:
        raise ApiError("primary_ip_version_mismatch", f"primary IP {id_} is not an {type_}")
    if primary_ip.assignee is not None:
        raise ApiError("primary_ip_assigned", f"primary IP {id_} is already assigned")
    if primary_ip.location != location.name:
        raise ApiError("primary_ip_datacenter_mismatch", f"primary IP {id_} is elsewhere")


def _connect(project: Project, body: CreateServer, server: Server) -> None:
    for type_, wanted in body.public_net.wanted().items():
        if wanted is None:
            wanted = primary_ips.new(project, type_, server.location, auto_delete=True).id
        project.state.primary_ips[wanted].assignee = server.id
    for reference in body.firewalls:
        project.state.firewalls[reference.firewall].servers.append(server.id)
    for id_ in body.volumes:
        project.state.volumes[id_].server = server.id


ROUTES = (Route("POST", "/servers", _create),)
