"""Placement groups: at most 10 servers each, 50 per project, type ``spread`` only."""

from typing import Literal

from rehearsal.hetzner.core.bodies import Body, Labels, Name, parse
from rehearsal.hetzner.core.errors import ApiError
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import PlacementGroup
from rehearsal.hetzner.project import Project
from rehearsal.hetzner.relations import members_of_group

SERVERS_PER_GROUP = 10
GROUPS_PER_PROJECT = 50


class CreatePlacementGroup(Body):
    """``POST /placement_groups``."""

    name: Name
    type: Literal["spread"]
    labels: Labels = {}


def _show(project: Project, group: PlacementGroup) -> Json:
    return {
        "id": group.id,
        "name": group.name,
        "type": "spread",
        "labels": group.labels,
        "created": group.created,
        "servers": [server.id for server in members_of_group(project.state, group.id)],
    }


PLACEMENT_GROUPS = Kind(
    "placement_group",
    "placement_groups",
    lambda state: state.placement_groups,
    _show,
    has_actions=False,
)


def check_room(project: Project, group: int) -> None:
    """``placement_group_member_limit_reached`` when the group is full (code and text: TF#1170)."""
    PLACEMENT_GROUPS.referred(project, "placement_group", group)
    if len(members_of_group(project.state, group)) >= SERVERS_PER_GROUP:
        raise ApiError(
            "placement_group_member_limit_reached",
            f"placement group with ID {group} contains already {SERVERS_PER_GROUP} servers",
        )


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreatePlacementGroup, request.body)
    PLACEMENT_GROUPS.check_name(project, body.name)
    if len(project.state.placement_groups) >= GROUPS_PER_PROJECT:
        raise ApiError("resource_limit_exceeded", "placement group limit exceeded")
    group = PlacementGroup(
        id=project.state.new_id(), name=body.name, created=project.now(), labels=body.labels
    )
    PLACEMENT_GROUPS.add(project, group)
    return Answer(201, {**PLACEMENT_GROUPS.body(project, group), "action": None})


def _delete(project: Project, request: Request) -> Answer:
    group = PLACEMENT_GROUPS.find(project, request.id)
    if members_of_group(project.state, group.id):
        raise ApiError("resource_in_use", "placement group contains servers")
    del project.state.placement_groups[group.id]
    return Answer(204)


ROUTES = (
    *PLACEMENT_GROUPS.routes(),
    Route("POST", "/placement_groups", _create),
    Route("DELETE", "/placement_groups/{id}", _delete),
)
