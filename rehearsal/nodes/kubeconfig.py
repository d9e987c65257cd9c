"""The administrator's kubeconfig: what k3s writes, and whether a client that holds one gets
through.

Its certificates are modelled: texts that this model recognizes, worth nothing anywhere else.
"""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

import yaml

from rehearsal.nodes import network, yaml_text
from rehearsal.nodes.api_path import UNKNOWN_AUTHORITY, certificate_mismatch
from rehearsal.nodes.dialing import refused
from rehearsal.nodes.ports import ApiRefused, ApiUnreachable
from rehearsal.nodes.state import Cluster, Host
from rehearsal.nodes.world import World

UNAUTHORIZED = "the server has asked for the client to provide credentials"


def issue(cluster: Cluster, host: Host) -> str:
    """`/etc/rancher/k3s/k3s.yaml` of a server."""
    process = host.k3s
    assert process is not None
    named = {"cluster": "default", "user": "default"}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "default",
                    "cluster": {
                        "server": f"https://127.0.0.1:{process.api_port}",
                        "certificate-authority-data": _modelled(cluster, "CERTIFICATE", "ca"),
                    },
                }
            ],
            "users": [
                {
                    "name": "default",
                    "user": {
                        "client-certificate-data": _modelled(cluster, "CERTIFICATE", "admin"),
                        "client-key-data": _modelled(cluster, "EC PRIVATE KEY", "admin"),
                    },
                }
            ],
            "contexts": [{"name": "default", "context": named}],
            "current-context": "default",
            "preferences": {},
        },
        sort_keys=False,
    )


def open_api(world: World, kubeconfig: str) -> Cluster:
    """The cluster whose API a client with this kubeconfig talks to, dialed from the rehearsal's
    caller.

    Raises:
        ApiUnreachable: nothing answers, or TLS does not verify.
        ApiRefused: the kubeconfig is unusable, or its credentials are not of that cluster.
    """
    cluster_entry, user_entry = current(kubeconfig)
    url = urlsplit(str(cluster_entry.get("server", "")))
    host, port = url.hostname or "", url.port or 443
    if url.scheme != "https":
        raise ApiRefused(f"kubeconfig: server {cluster_entry.get('server')!r} is not an https URL")
    caller = world.surroundings.caller
    failure = (
        refused(host, port)
        if network.is_loopback(host)
        else network.dial_public(world.topology, caller, host, port)
    )
    answered = None if failure else world.answering_server(host, port)
    if answered is None:
        raise ApiUnreachable(
            f'Get "https://{host}:{port}/version": {failure or refused(host, port)}'
        )
    server, cluster = answered
    if cluster_entry.get("certificate-authority-data") != _modelled(cluster, "CERTIFICATE", "ca"):
        raise ApiUnreachable(UNKNOWN_AUTHORITY)
    mismatch = certificate_mismatch(server, str(cluster_entry.get("tls-server-name") or host))
    if mismatch:
        raise ApiUnreachable(mismatch)
    if user_entry.get("client-key-data") != _modelled(cluster, "EC PRIVATE KEY", "admin"):
        raise ApiRefused(UNAUTHORIZED)
    return cluster


def current(kubeconfig: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Cluster and user of the current context; `ApiRefused` where there is none."""
    try:
        config = yaml_text.load(kubeconfig)
        context = _named(config["contexts"], config["current-context"])["context"]
        cluster = _named(config["clusters"], context["cluster"])["cluster"]
        return cluster, _named(config["users"], context["user"])["user"]
    except (yaml.YAMLError, KeyError, TypeError, StopIteration) as problem:
        raise ApiRefused("invalid configuration: no usable context in the kubeconfig") from problem


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


def _modelled(cluster: Cluster, kind: str, what: str) -> str:
    """A text in the shape of base64 PEM that follows from the cluster's identity alone."""
    seed = hashlib.sha512(f"{cluster.uid}/{kind}/{what}".encode()).digest()
    body = base64.b64encode(seed).decode()
    pem = f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"
    return base64.b64encode(pem.encode()).decode()
