"""How a server comes by its datastore: it makes a cluster, joins one by the server URL, or goes on
from its own disk."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from rehearsal.lab.k3s import certificates, credentials, etcd, joining
from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.critical import critical, different
from rehearsal.lab.k3s.datastore import Datastore
from rehearsal.lab.k3s.etcd import Member
from rehearsal.lab.k3s.k3s_exit import Fatal
from rehearsal.lab.k3s.paths import Paths
from rehearsal.lab.k3s.pki import ca_hash
from rehearsal.nodes import k3s_words
from rehearsal.nodes.k3s import K3s
from rehearsal.nodes.tokens import ca_mismatch, parse

REMOVED = (
    "this server was removed from the etcd cluster and has no --server to join it again; its "
    "data directory holds a cluster that went on without it"
)


@dataclass(frozen=True)
class Identity:
    """Who this server is."""

    k3s: K3s
    paths: Paths
    authorities: Authorities
    node: str
    address: str


@dataclass(frozen=True)
class Entered:
    """A server that takes part."""

    datastore: Datastore
    child: Child
    token: str = field(repr=False)
    agent_token: str = field(repr=False)

    def mine(self, k3s: K3s) -> dict[str, str]:
        """What must be equal on all servers, as this one has it."""
        return critical(k3s, self.agent_token)


async def enter(identity: Identity) -> Entered:
    """Start this server's etcd and wait until it answers.

    Raises:
        Fatal: in k3s' words, why it does not take part.
    """
    k3s, paths = identity.k3s, identity.paths
    url, token = k3s.text("server"), k3s.text("token")
    _set_aside(paths, url)
    known = etcd.has_data(paths) and identity.authorities.exist
    members: tuple[Member, ...] = ()
    if known:
        token = _same_token(paths, token)
    elif url:
        members = await _bootstrap(identity, url, token)
    else:
        if not identity.authorities.exist:
            identity.authorities.make()
        token = token or secrets.token_hex(16)
    hashed = ca_hash(identity.authorities.path("server-ca").read_text("utf-8"))
    if mismatch := ca_mismatch(parse(token), hashed):
        raise Fatal(mismatch)
    agent_token = k3s.text("agent-token") or token
    credentials.write_tokens(paths, hashed, token, agent_token)
    files = certificates.issue_etcd(paths, identity.authorities, identity.address)
    datastore = Datastore(paths, identity.node, identity.address, files)
    takes_others = k3s.flag("cluster-init") or bool(url)
    if members:
        child = await datastore.join(members)
    elif known:
        child = await datastore.resume(takes_others=takes_others)
    else:
        child = await datastore.begin(takes_others=takes_others)
    entered = Entered(datastore, child, token, agent_token)
    try:
        await datastore.answers(child)
        await datastore.agree(entered.mine(k3s))
    except BaseException:
        await child.stop(1.0)
        raise
    return entered


async def _bootstrap(identity: Identity, url: str, token: str) -> tuple[Member, ...]:
    """Take the authorities of the cluster at `url`; its members."""
    if not token:
        raise Fatal(k3s_words.TOKEN_REQUIRED)
    found: Any = await joining.bootstrap(url, token)
    if not found["members"]:
        raise Fatal(k3s_words.NO_ETCD)
    mine = critical(identity.k3s, identity.k3s.text("agent-token") or token)
    if options := different(mine, found["critical"]):
        raise Fatal(k3s_words.mismatched(options))
    identity.authorities.take(found["files"])
    return tuple(Member(**member) for member in found["members"])


def _same_token(paths: Paths, token: str) -> str:
    kept = credentials.kept_token(paths)
    if token and kept and parse(token).fingerprint != parse(kept).fingerprint:
        raise Fatal(k3s_words.OTHER_TOKEN)
    return token or kept


def _set_aside(paths: Paths, url: str) -> None:
    """A removed member joins afresh, and never goes on from what it had."""
    if not etcd.was_removed(paths):
        return
    if not url:
        raise Fatal(REMOVED)
    etcd.set_aside(paths)
