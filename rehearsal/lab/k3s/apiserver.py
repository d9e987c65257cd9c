"""The real kube-apiserver, with the arguments that k3s gives it."""

from collections.abc import Mapping
from typing import Any

from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.child import Child
from rehearsal.lab.k3s.etcd import CLIENT_PORT
from rehearsal.lab.k3s.paths import Paths
from rehearsal.nodes.dialing import LOOPBACK
from rehearsal.nodes.k3s import K3s

PROGRAM = "/opt/lab/bin/kube-apiserver"
PORT = 6444
_PROXY = "system:auth-proxy"


def arguments(k3s: K3s, paths: Paths, authorities: Authorities) -> Mapping[str, Any]:
    """Name -> value; `kube-apiserver-arg` wins, as in k3s."""
    tls = paths.tls
    given: dict[str, Any] = {
        "advertise-address": k3s.text("advertise-address") or k3s.text("node-ip"),
        "allow-privileged": "true",
        "anonymous-auth": "false",
        "api-audiences": "https://kubernetes.default.svc.cluster.local,k3s",
        "authorization-mode": "Node,RBAC",
        "bind-address": LOOPBACK,
        "secure-port": PORT,
        "cert-dir": tls / "temporary-certs",
        "client-ca-file": authorities.path("client-ca"),
        "enable-admission-plugins": "NodeRestriction",
        "enable-bootstrap-token-auth": "true",
        # The controller writes the endpoints: they name 6443, where the supervisor's listener is.
        "endpoint-reconciler-type": "none",
        "etcd-servers": f"https://{LOOPBACK}:{CLIENT_PORT}",
        "etcd-cafile": authorities.path("etcd-ca"),
        "etcd-certfile": tls / "etcd.crt",
        "etcd-keyfile": tls / "etcd.key",
        "kubelet-certificate-authority": authorities.path("server-ca"),
        "kubelet-client-certificate": tls / "client-kube-apiserver.crt",
        "kubelet-client-key": tls / "client-kube-apiserver.key",
        "kubelet-preferred-address-types": "InternalIP,ExternalIP,Hostname",
        "profiling": "false",
        "requestheader-allowed-names": _PROXY,
        "requestheader-client-ca-file": authorities.path("request-header-ca"),
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-username-headers": "X-Remote-User",
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": authorities.service_key,
        "service-account-signing-key-file": authorities.service_key,
        "service-cluster-ip-range": k3s.text("service-cidr", "10.43.0.0/16"),
        "service-node-port-range": k3s.text("service-node-port-range", "30000-32767"),
        "tls-cert-file": tls / "serving.crt",
        "tls-private-key-file": tls / "serving.key",
    }
    if k3s.flag("secrets-encryption"):
        given["encryption-provider-config"] = authorities.encryption
    return {**given, **k3s.pairs("kube-apiserver-arg")}


async def start(k3s: K3s, paths: Paths, authorities: Authorities) -> Child:
    """Run it; it listens on loopback alone."""
    wanted = arguments(k3s, paths, authorities)
    argv = [PROGRAM, *(f"--{name}={value}" for name, value in wanted.items())]
    return await Child.start(argv, paths.logs / "kube-apiserver.log")
