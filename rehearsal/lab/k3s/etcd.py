"""The real etcd: one member on this server."""

import base64
import secrets
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.lab.k3s.api import Api
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes.dialing import LOOPBACK

PROGRAM = "/opt/lab/bin/etcd"
CLIENT_PORT = 2379
PEER_PORT = 2380
_HEARTBEAT_MS = 200
"""k3s: 500; a lone member waits up to ten of them before it elects itself."""
TAKEN_OUT = "the member has been permanently removed from the cluster"
_TOMBSTONE = "tombstone"


@dataclass(frozen=True)
class Member:
    """A member as the cluster knows it."""

    id: str
    name: str
    """Empty until it has started."""
    address: str
    learner: bool


@dataclass(frozen=True)
class Certificates:
    """Files that a member shows and trusts."""

    authority: Path
    certificate: Path
    key: Path


class EtcdApi:
    """etcd's JSON gateway at one member."""

    def __init__(self, address: str, context: ssl.SSLContext) -> None:
        self._api = Api(f"https://{address}:{CLIENT_PORT}", context)

    async def members(self) -> tuple[Member, ...]:
        """Every member, the one that answers included; a learner does not answer."""
        listed = await self._call("cluster/member/list", {})
        return tuple(_member(found) for found in listed.get("members", ()))

    async def add_learner(self, address: str) -> None:
        """Announce a member that does not vote yet."""
        peer = f"https://{address}:{PEER_PORT}"
        await self._call("cluster/member/add", {"peerURLs": [peer], "isLearner": True})

    async def promote(self, member: Member) -> None:
        """Give a learner its vote; refused until it has caught up."""
        await self._call("cluster/member/promote", {"ID": member.id})

    async def remove(self, member: Member) -> None:
        """Take a member out of the cluster."""
        await self._call("cluster/member/remove", {"ID": member.id})

    async def get(self, key: str) -> str:
        """A value, or empty."""
        answer = await self._call("kv/range", {"key": _encoded(key)})
        found = answer.get("kvs") or []
        return base64.b64decode(found[0]["value"]).decode() if found else ""

    async def put(self, key: str, value: str) -> None:
        """Keep a value."""
        await self._call("kv/put", {"key": _encoded(key), "value": _encoded(value)})

    async def _call(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self._api.call("POST", f"/v3/{path}", dict(body))


def member_name(paths: Paths, node: str) -> str:
    """This member's name, made once: the node's with a suffix."""
    file = paths.etcd / "name"
    if not file.is_file():
        write(file, f"{node}-{secrets.token_hex(4)}")
    return file.read_text(encoding="utf-8").strip()


def has_data(paths: Paths) -> bool:
    """Whether this server is a member already."""
    return (paths.etcd / "member").is_dir()


def was_removed(paths: Paths) -> bool:
    """Whether the cluster has taken this server's member out."""
    return (paths.etcd / _TOMBSTONE).is_file()


def bury(paths: Paths) -> None:
    """Remember that it has."""
    write(paths.etcd / _TOMBSTONE, "removed from the cluster\n")


def set_aside(paths: Paths) -> None:
    """Keep the data of a removed member beside a fresh start."""
    paths.etcd.rename(paths.etcd.with_name(f"etcd-old-{secrets.token_hex(4)}"))


async def start(
    paths: Paths,
    name: str,
    address: str,
    certificates: Certificates,
    others: Sequence[Member] = (),
) -> Child:
    """Run this server's member: of a new cluster, or beside `others`."""
    peers = {name: address, **{other.name: other.address for other in others}}
    cluster = ",".join(f"{one}=https://{where}:{PEER_PORT}" for one, where in peers.items())
    tls = {
        "cert-file": certificates.certificate,
        "key-file": certificates.key,
        "trusted-ca-file": certificates.authority,
    }
    arguments: dict[str, Any] = {
        "name": name,
        "data-dir": paths.etcd,
        "listen-peer-urls": f"https://{address}:{PEER_PORT}",
        "initial-advertise-peer-urls": f"https://{address}:{PEER_PORT}",
        "listen-client-urls": ",".join(
            f"https://{where}:{CLIENT_PORT}" for where in (LOOPBACK, address)
        ),
        "advertise-client-urls": f"https://{address}:{CLIENT_PORT}",
        "initial-cluster": cluster,
        "initial-cluster-state": "existing" if others else "new",
        "client-cert-auth": "true",
        "peer-client-cert-auth": "true",
        **tls,
        **{f"peer-{option}": value for option, value in tls.items()},
        "heartbeat-interval": _HEARTBEAT_MS,
        "election-timeout": 10 * _HEARTBEAT_MS,
        # A power cut of the lab kills processes, not the machine: what was written stays.
        "unsafe-no-fsync": "true",
        "log-level": "warn",
    }
    argv = [PROGRAM, *(f"--{option}={value}" for option, value in arguments.items())]
    return await Child.start(argv, paths.logs / "etcd.log")


def _member(found: Mapping[str, Any]) -> Member:
    peer = str(found["peerURLs"][0])
    return Member(
        id=str(found["ID"]),
        name=str(found.get("name", "")),
        address=peer.removeprefix("https://").rpartition(":")[0],
        learner=bool(found.get("isLearner")),
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
