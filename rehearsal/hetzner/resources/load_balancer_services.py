"""A load balancer's services: one per listen port, as many as its type allows."""

from typing import Literal

from rehearsal.hetzner.catalogue.load_balancer_types import LOAD_BALANCER_TYPE
from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import HealthCheck, LoadBalancer, Service
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.resources.load_balancers import LOAD_BALANCERS

HIGHEST_PORT = 65535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HTTP_CHECK: Json = {"domain": None, "path": "/", "status_codes": ["2??", "3??"], "tls": False}
_HTTP: Json = {
    "cookie_name": "HCLBSTICKY",
    "cookie_lifetime": 300,
    "certificates": [],
    "redirect_http": False,
    "sticky_sessions": False,
}


class HealthCheckBody(Body):
    """Seconds for ``interval`` and ``timeout``; what is missing keeps its value."""

    protocol: Literal["tcp", "http"] | None = None
    port: int | None = None
    interval: int | None = None
    timeout: int | None = None
    retries: int | None = None
    http: Json | None = None


class ServiceBody(Body):
    """A service in ``POST /load_balancers`` and ``add_service``."""

    protocol: Literal["tcp", "http", "https"]
    listen_port: int | None = None
    destination_port: int | None = None
    proxyprotocol: bool = False
    http: Json | None = None
    health_check: HealthCheckBody = HealthCheckBody()


class UpdateService(Body):
    """``update_service``; ``listen_port`` says which one."""

    listen_port: int
    protocol: Literal["tcp", "http", "https"] | None = None
    destination_port: int | None = None
    proxyprotocol: bool | None = None
    http: Json | None = None
    health_check: HealthCheckBody = HealthCheckBody()


class DeleteService(Body):
    """``delete_service``."""

    listen_port: int


def add_service(balancer: LoadBalancer, body: ServiceBody) -> None:
    """Add the service, or :class:`ApiError` why the load balancer cannot have it."""
    limit = LOAD_BALANCER_TYPE[balancer.load_balancer_type].max_services
    if len(balancer.services) >= limit:
        raise ApiError("resource_limit_exceeded", f"a load balancer has at most {limit} services")
    listen_port = _port("listen_port", body.listen_port or _DEFAULT_PORTS.get(body.protocol))
    if any(service.listen_port == listen_port for service in balancer.services):
        raise ApiError("source_port_already_used", f"port {listen_port} is already in use")
    default = 80 if body.protocol == "https" else listen_port
    destination_port = _port("destination_port", body.destination_port or default)
    service = Service(
        protocol=body.protocol,
        listen_port=listen_port,
        destination_port=destination_port,
        proxyprotocol=body.proxyprotocol,
        health_check=HealthCheck(protocol="tcp", port=destination_port),
    )
    _set_http(service, body.http)
    _set_health_check(service.health_check, body.health_check)
    balancer.services.append(service)


def _port(field: str, port: int | None) -> int:
    if port is None or not 1 <= port <= HIGHEST_PORT:
        raise invalid_input(field, f"must be within 1 and {HIGHEST_PORT}")
    return port


def _set_http(service: Service, http: Json | None) -> None:
    if service.protocol == "tcp":
        service.http = None
    else:
        service.http = {**_HTTP, **(service.http or {}), **(http or {})}


def _set_health_check(check: HealthCheck, body: HealthCheckBody) -> None:
    for field in body.model_fields_set - {"http"}:
        setattr(check, field, getattr(body, field))
    if check.protocol == "tcp":
        check.http = None
    else:
        check.http = {**_HTTP_CHECK, **(check.http or {}), **(body.http or {})}


def _find(balancer: LoadBalancer, listen_port: int) -> Service:
    for service in balancer.services:
        if service.listen_port == listen_port:
            return service
    raise ApiError("not_found", f"service with listen port {listen_port} not found")


def _accepted(project: Project, command: str, balancer: LoadBalancer) -> Answer:
    return actions.accepted(project, project.start(command, ("load_balancer", balancer.id)))


def _add(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    add_service(balancer, parse(ServiceBody, request.body))
    return _accepted(project, "add_service", balancer)


def _update(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    body = parse(UpdateService, request.body)
    service = _find(balancer, body.listen_port)
    service.protocol = body.protocol or service.protocol
    service.destination_port = body.destination_port or service.destination_port
    if body.proxyprotocol is not None:
        service.proxyprotocol = body.proxyprotocol
    _set_http(service, body.http)
    _set_health_check(service.health_check, body.health_check)
    return _accepted(project, "update_service", balancer)


def _delete(project: Project, request: Request) -> Answer:
    balancer = LOAD_BALANCERS.find(project, request.id)
    balancer.services.remove(_find(balancer, parse(DeleteService, request.body).listen_port))
    return _accepted(project, "delete_service", balancer)


_PATH = "/load_balancers/{id}/actions"

ROUTES = (
    Route("POST", f"{_PATH}/add_service", _add),
    Route("POST", f"{_PATH}/update_service", _update),
    Route("POST", f"{_PATH}/delete_service", _delete),
)
