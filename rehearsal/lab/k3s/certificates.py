"""The certificates of one server, issued anew at each start."""

from collections.abc import Iterable

from rehearsal.lab.k3s import pki
from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.etcd import Certificates
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes.dialing import LOOPBACK
from rehearsal.nodes.k3s import K3s, certificate_names

ADMIN = pki.Subject("system:admin", ("system:masters",))
_SERVICE_NAMES = (
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


def issue_etcd(paths: Paths, authorities: Authorities, address: str) -> Certificates:
    """What this server's member shows, to peers and as a client."""
    names = tuple(dict.fromkeys((LOOPBACK, "localhost", address)))
    _keep(paths, "etcd", authorities.pair("etcd-ca"), pki.Subject("etcd", (), names), _BOTH_SIDES)
    return Certificates(authorities.path("etcd-ca"), paths.tls / "etcd.crt", paths.tls / "etcd.key")


def issue_server(paths: Paths, authorities: Authorities, k3s: K3s, node: str) -> None:
    """What the API server and the supervisor show, and with what they dial."""
    names = (*sorted(certificate_names(k3s, node)), *_SERVICE_NAMES)
    serving = pki.Subject("k3s", ("k3s",), names)
    _keep(paths, "serving", authorities.pair("server-ca"), serving, pki.SERVER)
    clients = authorities.pair("client-ca")
    _keep(paths, "client-admin", clients, ADMIN)
    apiserver = pki.Subject("system:apiserver", ("system:masters",))
    _keep(paths, "client-kube-apiserver", clients, apiserver)
    proxy = pki.Subject("system:auth-proxy")
    _keep(paths, "client-auth-proxy", authorities.pair("request-header-ca"), proxy)


def kubelet(node: str) -> pki.Subject:
    """Whom a kubelet's client certificate names."""
    return pki.Subject(f"system:node:{node}", ("system:nodes",))


def kubelet_serving(node: str, address: str) -> pki.Subject:
    """Whom the certificate of a kubelet's own API names."""
    return pki.Subject(node, (), (node, "localhost", LOOPBACK, address))


CONTROLLER = pki.Subject("system:k3s-controller")
"""As whom an agent's balancer follows the servers."""
_BOTH_SIDES = (*pki.SERVER, *pki.CLIENT)


def _keep(
    paths: Paths,
    name: str,
    authority: pki.Pair,
    subject: pki.Subject,
    usages: Iterable[pki.Usage] = pki.CLIENT,
) -> None:
    pair = pki.issue(authority, subject, usages)
    write(paths.tls / f"{name}.crt", pair.certificate + authority.certificate, 0o644)
    write(paths.tls / f"{name}.key", pair.key)
