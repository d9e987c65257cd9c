"""Firewalls: their rules and what they are applied to."""

from rehearsal.hetzner.core import actions
from rehearsal.hetzner.core.bodies import Body, Identity, Labels, LabelSelector, Name, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import Firewall, Server
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.records import Lifecycle
from rehearsal.hetzner.relations import (
    firewalls_of,
    has_public_interface,
    servers_of_firewall,
)
from rehearsal.hetzner.resources.firewall_rules import RuleBody, checked_rules

FIREWALLS_PER_SERVER = 5
FIREWALLS_PER_PROJECT = 50


class Applied(Body):
    """One resource in ``apply_to`` and ``remove_from``."""

    type: str
    server: Identity | None = None
    label_selector: LabelSelector | None = None


class CreateFirewall(Body):
    """``POST /firewalls``."""

    name: Name
    labels: Labels = {}
    rules: list[RuleBody] = []
    apply_to: list[Applied] = []


class SetRules(Body):
    """``set_rules``."""

    rules: list[RuleBody]


class ApplyTo(Body):
    """``apply_to_resources``."""

    apply_to: list[Applied]


class RemoveFrom(Body):
    """``remove_from_resources``."""

    remove_from: list[Applied]


def _show(project: Project, firewall: Firewall) -> Json:
    matched = [
        {"type": "server", "server": {"id": server.id}}
        for server in servers_of_firewall(project.state, firewall)
    ]
    return {
        "id": firewall.id,
        "name": firewall.name,
        "labels": firewall.labels,
        "created": firewall.created,
        "rules": [vars(rule) for rule in firewall.rules],
        "applied_to": [
            *({"type": "server", "server": {"id": id_}} for id_ in firewall.servers),
            *(
                {
                    "type": "label_selector",
                    "label_selector": {"selector": selector},
                    "applied_to_resources": matched,
                }
                for selector in firewall.selectors
            ),
        ],
    }


FIREWALLS = Kind("firewall", "firewalls", lambda state: state.firewalls, _show)


def check_servers_firewalls(project: Project, server: Server, added: int) -> None:
    """A server needs a public interface and has room for ``added`` more firewalls."""
    if not has_public_interface(project.state, server.id):
        raise ApiError("private_net_only_server", f"server {server.id} has no public interface")
    if len(firewalls_of(project.state, server)) + added > FIREWALLS_PER_SERVER:
        raise invalid_input("firewalls", f"a server has at most {FIREWALLS_PER_SERVER} firewalls")


def _checked(
    project: Project, firewall: Firewall, resources: list[Applied]
) -> tuple[list[Server], list[str]]:
    """The servers and selectors to apply to, after every check."""
    servers, selectors = _named(project, resources)
    if any(server.id in firewall.servers for server in servers):
        raise ApiError("firewall_already_applied", "firewall is already applied to resource")
    if any(selector in firewall.selectors for selector in selectors):
        raise ApiError("firewall_already_applied", "label selector is already applied")
    for server in servers:
        check_servers_firewalls(project, server, 1)
    return servers, selectors


def _apply(project: Project, firewall: Firewall, resources: list[Applied]) -> list[Json]:
    servers, selectors = _checked(project, firewall, resources)
    firewall.servers += [server.id for server in servers]
    firewall.selectors += selectors
    affected = servers_of_firewall(project.state, firewall)
    return _changed(project, firewall, "apply_firewall", affected)


def _named(project: Project, resources: list[Applied]) -> tuple[list[Server], list[str]]:
    servers: list[Server] = []
    selectors: list[str] = []
    for resource in resources:
        if resource.type == "server" and resource.server:
            if not (server := project.state.servers.get(resource.server.id)):
                raise ApiError("firewall_resource_not_found", "server not found")
            if server in servers:
                raise ApiError("server_already_added", f"server {server.id} was given twice")
            servers.append(server)
        elif resource.type == "label_selector" and resource.label_selector:
            selectors.append(resource.label_selector.selector)
        else:
            raise invalid_input("type", "needs a server or a label_selector")
    return servers, selectors


def _changed(
    project: Project, firewall: Firewall, command: str, servers: list[Server]
) -> list[Json]:
    """Tell the listeners, and answer one action per server (one alone without servers)."""
    for server in servers:
        project.tell(Lifecycle.FIREWALL_CHANGED, server)
    begun = [
        project.start(command, ("firewall", firewall.id), ("server", server.id))
        for server in servers
    ] or [project.start(command, ("firewall", firewall.id))]
    return [actions.shown(project, action) for action in begun]


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreateFirewall, request.body)
    FIREWALLS.check_name(project, body.name)
    if len(project.state.firewalls) >= FIREWALLS_PER_PROJECT:
        raise ApiError("resource_limit_exceeded", "firewall limit exceeded")
    firewall = Firewall(
        id=project.state.new_id(),
        name=body.name,
        created=project.now(),
        labels=body.labels,
        rules=checked_rules(body.rules),
    )
    _checked(project, firewall, body.apply_to)
    FIREWALLS.add(project, firewall)
    begun = _apply(project, firewall, body.apply_to) if body.apply_to else []
    return Answer(201, {**FIREWALLS.body(project, firewall), "actions": begun})


def _delete(project: Project, request: Request) -> Answer:
    firewall = FIREWALLS.find(project, request.id)
    if firewall.servers or firewall.selectors:
        raise ApiError("resource_in_use", f"firewall with ID '{firewall.id}' is still in use")
    del project.state.firewalls[firewall.id]
    return Answer(204)


def _set_rules(project: Project, request: Request) -> Answer:
    firewall = FIREWALLS.find(project, request.id)
    firewall.rules = checked_rules(parse(SetRules, request.body).rules)
    servers = servers_of_firewall(project.state, firewall)
    return Answer(201, {"actions": _changed(project, firewall, "set_firewall_rules", servers)})


def _apply_to_resources(project: Project, request: Request) -> Answer:
    firewall = FIREWALLS.find(project, request.id)
    resources = parse(ApplyTo, request.body).apply_to
    return Answer(201, {"actions": _apply(project, firewall, resources)})


def _remove_from_resources(project: Project, request: Request) -> Answer:
    firewall = FIREWALLS.find(project, request.id)
    servers, selectors = _named(project, parse(RemoveFrom, request.body).remove_from)
    before = servers_of_firewall(project.state, firewall)
    for server in servers:
        if server.id not in firewall.servers and server in before:
            raise ApiError(
                "firewall_managed_by_label_selector",
                f"firewall is applied to server {server.id} by a label selector",
            )
    leaving = {server.id for server in servers}
    firewall.servers = [id_ for id_ in firewall.servers if id_ not in leaving]
    firewall.selectors = [s for s in firewall.selectors if s not in selectors]
    return Answer(201, {"actions": _changed(project, firewall, "remove_firewall", before)})


ROUTES = (
    *FIREWALLS.routes(),
    Route("POST", "/firewalls", _create),
    Route("DELETE", "/firewalls/{id}", _delete),
    Route("POST", "/firewalls/{id}/actions/set_rules", _set_rules),
    Route("POST", "/firewalls/{id}/actions/apply_to_resources", _apply_to_resources),
    Route("POST", "/firewalls/{id}/actions/remove_from_resources", _remove_from_resources),
)
