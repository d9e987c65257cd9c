"""Becoming part of a cluster: a server makes one, servers and agents join one, all of it by token
and address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rehearsal.nodes import k3s_words, network
from rehearsal.nodes.api_path import certificate_mismatch
from rehearsal.nodes.dialing import refused
from rehearsal.nodes.k3s import K3s, running
from rehearsal.nodes.k3s_options import EQUAL_ON_ALL_SERVERS
from rehearsal.nodes.session import Session
from rehearsal.nodes.state import Cluster, Host, NodeObject
from rehearsal.nodes.tokens import Token, ca_mismatch


@dataclass(frozen=True)
class Application:
    """A host that wants in, with the configuration it would run with."""

    session: Session
    configured: K3s
    server_url: str
    token: Token
    agent_token: str
    """Fingerprint; empty for an agent."""

    @property
    def process(self) -> K3s:
        """What the process goes on with."""
        return running(self.configured)

    @property
    def node_name(self) -> str:
        """The Node's name: `node-name`, or the host's."""
        return self.process.text("node-name") or self.session.name


def initialize(application: Application) -> str:
    """Make a cluster of its own, with embedded etcd under `cluster-init`, else with SQLite."""
    session = application.session
    state = session.world.state
    uid = hashlib.sha256(f"{session.machine.id}/{len(state.clusters)}".encode()).hexdigest()[:16]
    state.clusters[uid] = Cluster(
        uid=uid,
        token=application.token.fingerprint,
        agent_token=application.agent_token or application.token.fingerprint,
        datastore="etcd" if application.process.flag("cluster-init") else "sqlite",
        options=_without_tokens(application.process),
    )
    return _enter(application, state.clusters[uid])


def admit(application: Application) -> str:
    """Join the cluster at the server URL, or go on as the member that the host is; why not, or an
    empty text."""
    session = application.session
    own = session.world.state.clusters.get(session.host.cluster)
    if own is not None and session.machine.id in own.members:
        return _resume(application, own)
    failure, answered = _dial(application)
    if answered is None:
        return failure
    cluster = answered[1]
    refusal = _refusal(application, cluster, answered[0])
    return refusal or _enter(application, cluster)


def _resume(application: Application, own: Cluster) -> str:
    """Start a member of the datastore again: it goes on from its own disk, whatever URL it is
    given."""
    if application.token.fingerprint != own.token:
        return k3s_words.OTHER_TOKEN
    if own.members == [application.session.machine.id]:
        own.options = _without_tokens(application.process)
        own.agent_token = application.agent_token or application.token.fingerprint
        return _enter(application, own)
    return _mismatch(application, own) or _enter(application, own)


def _dial(application: Application) -> tuple[str, tuple[Host, Cluster] | None]:
    """Reach the server URL from the host."""
    session, url = application.session, urlsplit(application.server_url)
    host, port = url.hostname or "", url.port or 443
    if url.scheme != "https":
        return k3s_words.not_https(application.server_url), None
    failure = network.dial(session.world.topology, session.machine, host, port)
    answered = session.world.answering_server(host, port) if failure is None else None
    if failure is None and answered is not None:
        return "", answered
    said = failure or refused(host, port)
    return k3s_words.no_certificates(application.server_url, said), None


def _refusal(application: Application, cluster: Cluster, server: Host) -> str:
    """What the cluster has against the applicant."""
    mismatch = ca_mismatch(application.token, cluster.ca_hash)
    if mismatch:
        return mismatch
    if application.configured.role == "server":
        return _server_refusal(application, cluster, server)
    if application.token.fingerprint not in (cluster.agent_token, cluster.token):
        return k3s_words.UNAUTHORIZED_AGENT
    return _password_refusal(application, cluster)


def _server_refusal(application: Application, cluster: Cluster, server: Host) -> str:
    if application.token.fingerprint != cluster.token:
        return k3s_words.unauthorized_server(application.server_url)
    name = urlsplit(application.server_url).hostname or ""
    mismatch = certificate_mismatch(server, name)
    if mismatch:
        return k3s_words.no_certificates(application.server_url, mismatch)
    if cluster.datastore != "etcd":
        return k3s_words.NO_ETCD
    return _mismatch(application, cluster) or _password_refusal(application, cluster)


def _mismatch(application: Application, cluster: Cluster) -> str:
    different = _different(application, cluster)
    return k3s_words.mismatched(different) if different else ""


def _different(application: Application, cluster: Cluster) -> list[str]:
    """Options that must be equal on all servers and are not."""
    first, mine = cluster.options, application.process.options
    names = [n for n in sorted(EQUAL_ON_ALL_SERVERS) if _plain(first, n) != _plain(mine, n)]
    own_agent_token = application.agent_token or application.token.fingerprint
    if own_agent_token != cluster.agent_token:
        names.insert(0, "agent-token")
    if ("servicelb" in _items(first)) != ("servicelb" in _items(mine)):
        names.append("disable=servicelb")
    return names


def _plain(options: Mapping[str, Any], name: str) -> str:
    return str(options.get(name, "")).lower()


def _items(options: Mapping[str, Any]) -> tuple[str, ...]:
    return K3s("server", options).items("disable")


def _password_refusal(application: Application, cluster: Cluster) -> str:
    remembered = cluster.node_passwords.get(application.node_name)
    return (
        k3s_words.PASSWORD_REJECTED
        if remembered not in (None, application.session.machine.id)
        else ""
    )


def _enter(application: Application, cluster: Cluster) -> str:
    """Register the Node (taints and labels count at its first registration only) and run."""
    session, process = application.session, application.process
    name, host = application.node_name, session.host
    known = cluster.nodes.get(name)
    if known is None or known.server_id != session.machine.id:
        cluster.nodes[name] = NodeObject(
            name=name,
            server_id=session.machine.id,
            number=known.number if known else cluster.registered,
            taints=list(process.items("node-taint")),
            labels=process.pairs("node-label"),
        )
        cluster.registered += 0 if known else 1
    cluster.node_passwords[name] = session.machine.id
    if process.role == "server" and session.machine.id not in cluster.members:
        cluster.members.append(session.machine.id)
    host.role = process.role
    host.options = _without_tokens(application.configured)
    host.server_url = application.server_url
    host.cluster, host.active = cluster.uid, True
    return ""


def _without_tokens(process: K3s) -> dict[str, Any]:
    """Options as they may be kept."""
    return {name: value for name, value in process.options.items() if "token" not in name}
