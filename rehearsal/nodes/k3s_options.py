"""The k3s options that a Sovereign uses or may come to use, and on which command each is valid.

Names from k3s-io/docs `docs/cli/server.md` and `agent.md`; a test compares them with the project's
reference list.
"""

from collections.abc import Mapping

SERVER_ONLY = frozenset(
    {
        "advertise-address",
        "advertise-port",
        "agent-token",
        "cluster-cidr",
        "cluster-dns",
        "cluster-domain",
        "cluster-init",
        "cluster-reset",
        "cluster-reset-restore-path",
        "datastore-endpoint",
        "disable",
        "disable-cloud-controller",
        "disable-helm-controller",
        "disable-kube-proxy",
        "disable-network-policy",
        "egress-selector-mode",
        "embedded-registry",
        "etcd-arg",
        "etcd-disable-snapshots",
        "etcd-expose-metrics",
        "etcd-s3",
        "etcd-s3-access-key",
        "etcd-s3-bucket",
        "etcd-s3-config-secret",
        "etcd-s3-endpoint",
        "etcd-s3-folder",
        "etcd-s3-region",
        "etcd-s3-secret-key",
        "etcd-snapshot-compress",
        "etcd-snapshot-dir",
        "etcd-snapshot-name",
        "etcd-snapshot-retention",
        "etcd-snapshot-schedule-cron",
        "flannel-backend",
        "flannel-external-ip",
        "flannel-ipv6-masq",
        "https-listen-port",
        "kube-apiserver-arg",
        "kube-controller-manager-arg",
        "kube-scheduler-arg",
        "secrets-encryption",
        "secrets-encryption-provider",
        "service-cidr",
        "service-node-port-range",
        "supervisor-metrics",
        "tls-san",
        "tls-san-security",
        "write-kubeconfig-mode",
    }
)
BOTH = frozenset(
    {
        "bind-address",
        "data-dir",
        "debug",
        "flannel-iface",
        "kubelet-arg",
        "lb-server-port",
        "node-external-ip",
        "node-ip",
        "node-label",
        "node-name",
        "node-taint",
        "private-registry",
        "protect-kernel-defaults",
        "resolv-conf",
        "selinux",
        "server",
        "snapshotter",
        "token",
        "token-file",
        "with-node-id",
    }
)
EQUAL_ON_ALL_SERVERS = frozenset(
    {
        "agent-token",
        "cluster-cidr",
        "cluster-dns",
        "cluster-domain",
        "disable-cloud-controller",
        "disable-helm-controller",
        "disable-network-policy",
        "egress-selector-mode",
        "embedded-registry",
        "flannel-backend",
        "flannel-external-ip",
        "flannel-ipv6-masq",
        "secrets-encryption",
        "secrets-encryption-provider",
        "service-cidr",
    }
)


def dropped_by_server(options: Mapping[str, object]) -> tuple[str, ...]:
    """Keys that `k3s server` skips with a warning: unknown, or for agents only
    (`pkg/configfilearg`)."""
    return tuple(name for name in options if name not in SERVER_ONLY | BOTH)


def fatal_on_agent(options: Mapping[str, object]) -> str | None:
    """The first key that makes `k3s agent` exit: it has no list of valid ones and takes each for a
    flag."""
    return next((name for name in options if name not in BOTH), None)
