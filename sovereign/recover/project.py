"""The Hetzner project through Hetzner's own client: what bears the environment's labels.

Only objects with both labels (`cluster=<name>`, `managed-by=sovereign`) are ever listed, so nothing
of another environment, and nothing that the cloud controller made, can be deleted.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import requests
from hcloud import APIException, Client
from hcloud.actions import ActionException

from sovereign.plan import naming
from sovereign.recover.model import Held, Kind

T = TypeVar("T")


class Unanswered(Exception):
    """Hetzner's API did not answer, or said no; one sentence for the operator."""


class HetznerProject:
    """One environment's objects."""

    def __init__(self, client: Client, cluster: str) -> None:
        self._client = client
        wanted = naming.labels(cluster)
        self._selector = ",".join(f"{key}={value}" for key, value in wanted.items())

    def held(self) -> tuple[Held, ...]:
        """Every object that bears the labels. Raises Unanswered."""
        return _asked(lambda: tuple(self._held()))

    def exists(self, kind: Kind, id_: str) -> bool:
        """Whether the object is there. Raises Unanswered."""
        return _asked(lambda: self._find(kind, id_)) is not None

    def delete(self, held: Held) -> None:
        """Delete the object and wait until it is gone. Raises Unanswered."""
        _asked(lambda: self._delete(held))

    def _held(self) -> Iterator[Held]:
        client: Any = self._client
        labels = self._selector
        servers = client.servers.get_all(label_selector=labels)
        names = {server.id: server.name for server in client.servers.get_all()}
        for server in servers:
            facts = {
                "serverType": server.server_type.name,
                "image": server.image.name if server.image else None,
                "location": server.location.name,
            }
            yield _held(Kind.SERVER, server, protected=server.protection["delete"], facts=facts)
        for network in client.networks.get_all(label_selector=labels):
            users = _named(network.servers, names)
            yield _held(
                Kind.NETWORK,
                network,
                users,
                protected=network.protection["delete"],
                facts={"ipRange": network.ip_range},
            )
            for subnet in network.subnets:
                id_ = f"{network.id}-{subnet.ip_range}"
                yield Held(Kind.SUBNET, id_, subnet.ip_range, "", tuple(users))
        for firewall in client.firewalls.get_all(label_selector=labels):
            targets = [target.server for target in firewall.applied_to or () if target.server]
            yield _held(Kind.FIREWALL, firewall, _named(targets, names))
        for group in client.placement_groups.get_all(label_selector=labels):
            users = [names.get(id_, str(id_)) for id_ in group.servers]
            yield _held(Kind.PLACEMENT_GROUP, group, users, facts={"type": group.type})
        for key in client.ssh_keys.get_all(label_selector=labels):
            yield _held(Kind.SSH_KEY, key, facts={"publicKey": key.public_key})

    def _find(self, kind: Kind, id_: str) -> object | None:
        network, _, ip_range = id_.partition("-")
        try:
            found: Any = self._clients[kind].get_by_id(int(network))
        except APIException as error:
            if error.code == "not_found":
                return None
            raise
        if kind is Kind.SUBNET:
            return next((one for one in found.subnets if one.ip_range == ip_range), None)
        return found  # type: ignore[no-any-return]

    def _delete(self, held: Held) -> None:
        found: Any = self._find(held.kind, held.id)
        if found is None:
            return
        done = found.delete()
        if hasattr(done, "wait_until_finished"):
            done.wait_until_finished()

    @property
    def _clients(self) -> dict[Kind, Any]:
        client = self._client
        return {
            Kind.SERVER: client.servers,
            Kind.NETWORK: client.networks,
            Kind.SUBNET: client.networks,
            Kind.FIREWALL: client.firewalls,
            Kind.PLACEMENT_GROUP: client.placement_groups,
            Kind.SSH_KEY: client.ssh_keys,
        }


def _held(
    kind: Kind, bound: Any, users: Sequence[str] = (), *, protected: bool = False, facts: Any = None
) -> Held:
    since = bound.created.isoformat() if isinstance(bound.created, datetime) else ""
    return Held(kind, str(bound.id), bound.name, since, tuple(users), protected, facts or {})


def _named(servers: Sequence[Any] | None, names: dict[int, str]) -> list[str]:
    return [names.get(server.id, str(server.id)) for server in servers or ()]


def _asked(call: Callable[[], T]) -> T:
    try:
        return call()
    except APIException as error:
        raise Unanswered(f"Hetzner's API refused: {error.message} ({error.code})") from None
    except ActionException as error:
        raise Unanswered(f"Hetzner's action {error.action.command} failed") from None
    except requests.RequestException as error:
        raise Unanswered(f"Hetzner's API did not answer: {type(error).__name__}") from None
