"""The options of a process: flags, then config.yaml, then K3S_* variables, the first that names an
option wins."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal.lab.k3s.paths import Paths
from rehearsal.nodes.k3s import K3s, Role, Unreadable, read
from rehearsal.nodes.k3s_options import BOTH, SERVER_ONLY
from rehearsal.nodes.k3s_words import undefined

VARIABLES = {
    "K3S_URL": "server",
    "K3S_TOKEN": "token",
    "K3S_TOKEN_FILE": "token-file",
    "K3S_NODE_NAME": "node-name",
    "K3S_AGENT_TOKEN": "agent-token",
    "K3S_CLUSTER_INIT": "cluster-init",
    "K3S_KUBECONFIG_MODE": "write-kubeconfig-mode",
    "K3S_RESOLV_CONF": "resolv-conf",
    "K3S_SELINUX": "selinux",
}
"""Variable -> option (docs.k3s.io, "Environment Variables"); k3s passes over others."""
SWITCHES = frozenset(
    {
        "cluster-init",
        "cluster-reset",
        "debug",
        "disable-cloud-controller",
        "disable-helm-controller",
        "disable-kube-proxy",
        "disable-network-policy",
        "embedded-registry",
        "etcd-disable-snapshots",
        "etcd-expose-metrics",
        "etcd-s3",
        "etcd-snapshot-compress",
        "flannel-external-ip",
        "flannel-ipv6-masq",
        "protect-kernel-defaults",
        "secrets-encryption",
        "selinux",
        "supervisor-metrics",
        "tls-san-security",
        "with-node-id",
    }
)
"""Options that take no value on the command line."""
LISTS = frozenset(
    {
        "cluster-cidr",
        "cluster-dns",
        "disable",
        "etcd-arg",
        "kube-apiserver-arg",
        "kube-controller-manager-arg",
        "kube-scheduler-arg",
        "kubelet-arg",
        "node-external-ip",
        "node-ip",
        "node-label",
        "node-taint",
        "service-cidr",
        "tls-san",
    }
)
"""Options that may be repeated on the command line."""


def gather(role: Role, argv: Sequence[str], environment: Mapping[str, str], paths: Paths) -> K3s:
    """Every option that the process was given, the token out of its file included.

    Raises:
        Unreadable: in k3s' words, for what it cannot parse or does not have.
    """
    flags = _flags(role, argv)
    options = {
        option: environment[variable]
        for variable, option in VARIABLES.items()
        if environment.get(variable)
    }
    if role == "agent":
        options = {name: value for name, value in options.items() if name in BOTH}
    given = {**options, **_configured(role, paths), **flags}
    token_file = given.get("token-file")
    if token_file and "token" not in given:
        try:
            given["token"] = Path(str(token_file)).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise Unreadable(f"open {token_file}: no such file or directory") from problem
    return K3s(role, given)


def _configured(role: Role, paths: Paths) -> Mapping[str, Any]:
    drop_ins = sorted(paths.config.with_name(f"{paths.config.name}.d").glob("*.yaml"))
    if drop_ins:
        raise Unreadable(f"the lab stand-in of k3s does not read {drop_ins[0]}; use config.yaml")
    if not paths.config.is_file():
        return {}
    return read(role, paths.config.read_text(encoding="utf-8")).options


def _flags(role: Role, argv: Sequence[str]) -> dict[str, Any]:
    known = BOTH | SERVER_ONLY if role == "server" else BOTH
    found: dict[str, Any] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, assigned, value = word.lstrip("-").partition("=")
        if not word.startswith("-") or name not in known:
            raise Unreadable(undefined(name))
        if not assigned and name not in SWITCHES:
            if not rest:
                raise Unreadable(f"flag needs an argument: -{name}")
            value = rest.pop(0)
        if name in LISTS:
            found[name] = [*found.get(name, ()), value]
        else:
            found[name] = value if assigned or name not in SWITCHES else "true"
    return found
