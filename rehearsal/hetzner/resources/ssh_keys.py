"""SSH keys: unique by name and by key."""

import base64
import binascii
import hashlib

from rehearsal.hetzner.core.bodies import Body, Labels, Name, parse
from rehearsal.hetzner.core.errors import ApiError, invalid_input
from rehearsal.hetzner.core.kind import Kind
from rehearsal.hetzner.core.routing import Answer, Json, Request, Route
from rehearsal.hetzner.model import SshKey
from rehearsal.hetzner.project import Project


class CreateSshKey(Body):
    """``POST /ssh_keys``."""

    name: Name
    public_key: str
    labels: Labels = {}


def _show(_project: Project, key: SshKey) -> Json:
    return {
        "id": key.id,
        "name": key.name,
        "fingerprint": key.fingerprint,
        "public_key": key.public_key,
        "labels": key.labels,
        "created": key.created,
    }


SSH_KEYS = Kind("ssh_key", "ssh_keys", lambda state: state.ssh_keys, _show, has_actions=False)


def chosen(project: Project, wanted: int | str) -> SshKey:
    """The key a body names by id or name; ``invalid_input`` when there is none."""
    for key in project.state.ssh_keys.values():
        if str(wanted) in (key.name, str(key.id)):
            return key
    raise invalid_input("ssh_keys", f"SSH key {wanted} not found")


def _fingerprint(public_key: str) -> str:
    parts = public_key.split()
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (IndexError, binascii.Error):
        raise invalid_input("public_key", "is not an OpenSSH public key") from None
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def _create(project: Project, request: Request) -> Answer:
    body = parse(CreateSshKey, request.body)
    fingerprint = _fingerprint(body.public_key)
    SSH_KEYS.check_name(project, body.name)
    if any(key.fingerprint == fingerprint for key in project.state.ssh_keys.values()):
        raise ApiError("uniqueness_error", "SSH key with the same fingerprint already exists")
    key = SshKey(
        id=project.state.new_id(),
        name=body.name,
        created=project.now(),
        labels=body.labels,
        public_key=body.public_key,
        fingerprint=fingerprint,
    )
    return Answer(201, SSH_KEYS.body(project, SSH_KEYS.add(project, key)))


def _delete(project: Project, request: Request) -> Answer:
    del project.state.ssh_keys[SSH_KEYS.find(project, request.id).id]
    return Answer(204)


ROUTES = (
    *SSH_KEYS.routes(),
    Route("POST", "/ssh_keys", _create),
    Route("DELETE", "/ssh_keys/{id}", _delete),
)
