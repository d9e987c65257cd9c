"""Faults that a rehearsal injects on purpose, after the policies, where the drivers reach hosts
and cluster.

The program knows nothing of them. Each wraps a port or changes the surroundings of the hosts, so
the node model
and the lab meet the same fault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rich.table import Table

from rehearsal.nodes import cilium, cloud_controller, environment
from rehearsal.nodes.ports import ClusterApi, Connection, Hosts, Outcome, Release
from rehearsal.nodes.releases import chart
from rehearsal.nodes.surroundings import Surroundings
from rehearsal.runtime.model import Drivers


class Surrounded(Protocol):
    """Hosts whose surroundings can be changed."""

    surroundings: Surroundings


Inject = Callable[[Drivers, Surrounded], Drivers]


@dataclass(frozen=True)
class Break:
    """One fault."""

    name: str
    what: str
    """What is broken, and how."""
    expected: str
    """How the rehearsal ends with it."""
    inject: Inject


@dataclass(frozen=True)
class OtherReleases:
    """A cluster that gets other releases than the ones it is sent; None installs nothing."""

    inner: ClusterApi
    change: Callable[[Release], Release | None]

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """Install what the fault makes of it."""
        changed = self.change(release)
        if changed is not None:
            self.inner.install_release(kubeconfig, changed)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """As it is."""
        self.inner.uninstall_release(kubeconfig, name, namespace)

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return self.inner.apply_object(kubeconfig, manifest)

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """As it is."""
        self.inner.delete_object(kubeconfig, manifest)


@dataclass(frozen=True)
class OtherSessions:
    """Hosts that are reached with another connection or another stdin than the ones given."""

    inner: Hosts
    change: Callable[[Connection, str], tuple[Connection, str]]

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """Run the script with what the fault makes of it."""
        changed, fed = self.change(connection, stdin)
        return self.inner.run(changed, script, fed)


def api_host_loopback(drivers: Drivers, _around: Surrounded) -> Drivers:
    """Cilium's values say 127.0.0.1:6443, as they once did: nothing listens there on a k3s
    agent."""
    return _other_cilium_values(
        drivers, {"k8sServiceHost": "127.0.0.1", "k8sServicePort": 6443}, without_urls=True
    )


def mtu_1500(drivers: Drivers, _around: Surrounded) -> Drivers:
    """Cilium's MTU is the public interface's 1500, but pods on other nodes are behind the private
    1450."""
    return _other_cilium_values(drivers, {"MTU": 1500})


def ipam_overlap(drivers: Drivers, _around: Surrounded) -> Drivers:
    """Cilium hands out pod addresses from the chart's own 10.0.0.0/8, which holds the nodes'
    addresses."""
    return _other_cilium_values(drivers, {"ipam": {"mode": "cluster-pool"}})


def wrong_agent_token(drivers: Drivers, _around: Surrounded) -> Drivers:
    """Workers join with a token that the cluster does not know."""

    def change(connection: Connection, stdin: str) -> tuple[Connection, str]:
        variables = environment.parse(stdin)
        if variables.get("ROLE") != "agent":
            return connection, stdin
        return connection, environment.render({**variables, "TOKEN": "0" * 64})

    return replace(drivers, hosts=OtherSessions(drivers.hosts, change))


def nic_late(drivers: Drivers, around: Surrounded) -> Drivers:
    """The private interface appears 20 s after the host has booted."""
    around.surroundings = replace(around.surroundings, private_nic_delay_s=20)
    return drivers


def firewall_closed_6443(drivers: Drivers, around: Surrounded) -> Drivers:
    """The firewall before the public addresses drops 6443, the operator's included."""
    around.surroundings = replace(around.surroundings, closed_ports=frozenset({6443}))
    return drivers


def k3s_checksum(drivers: Drivers, around: Surrounded) -> Drivers:
    """The k3s binary arrives damaged: its checksum is another than the one expected."""
    around.surroundings = replace(around.surroundings, damaged_artifacts=frozenset({"/k3s"}))
    return drivers


def host_key_changed(drivers: Drivers, _around: Surrounded) -> Drivers:
    """The hosts show other SSH host keys than the pinned ones, as somebody in between would."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    other = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    def change(connection: Connection, stdin: str) -> tuple[Connection, str]:
        return replace(connection, host_key=other), stdin

    return replace(drivers, hosts=OtherSessions(drivers.hosts, change))


def no_cloud_controller(drivers: Drivers, _around: Surrounded) -> Drivers:
    """The cloud controller manager never arrives, so nodes stay uninitialized."""

    def change(release: Release) -> Release | None:
        return None if chart(release)[0] == cloud_controller.CHART else release

    return replace(drivers, cluster=OtherReleases(drivers.cluster, change))


def _other_cilium_values(
    drivers: Drivers, values: Mapping[str, Any], *, without_urls: bool = False
) -> Drivers:
    """Top-level values of the Cilium release replaced, on request without the list of API
    servers."""

    def change(release: Release) -> Release:
        if chart(release)[0] != cilium.CHART:
            return release
        changed = {**release.values, **values}
        if without_urls:
            changed["k8s"] = {
                k: v for k, v in changed.get("k8s", {}).items() if k != "apiServerURLs"
            }
        return replace(release, values=changed)

    return replace(drivers, cluster=OtherReleases(drivers.cluster, change))


def _entry(name: str, inject: Inject, expected: str) -> Break:
    what = " ".join((inject.__doc__ or "").split())
    return Break(name, what, expected, inject)


CATALOGUE = (
    _entry(
        "api-host-loopback",
        api_host_loopback,
        "workers NotReady (dial tcp 127.0.0.1:6443: connect: connection refused), control "
        "plane Ready; "
        "harmless without workers",
    ),
    _entry(
        "mtu-1500",
        mtu_1500,
        "nodes Ready, pod-network not: small packets pass, bulk stalls; harmless on one node",
    ),
    _entry(
        "ipam-overlap",
        ipam_overlap,
        "workers NotReady (dial tcp 10.0.1.2:6443: i/o timeout: their peers' addresses went to "
        "pods)",
    ),
    _entry(
        "wrong-agent-token",
        wrong_agent_token,
        "the workers' join fails (401 Unauthorized), they are NotReady, the control plane Ready",
    ),
    _entry("nic-late", nic_late, "everything Ready: the boot waits for its address"),
    _entry(
        "firewall-closed-6443",
        firewall_closed_6443,
        "releases fail (dial tcp …:6443: i/o timeout), nodes have joined and are NotReady "
        "without a network",
    ),
    _entry(
        "k3s-checksum",
        k3s_checksum,
        "cloud-init and the first join fail with both checksums, no k3s is installed",
    ),
    _entry(
        "host-key-changed",
        host_key_changed,
        "no session opens (ssh: handshake failed: ssh: host key mismatch), no node has joined",
    ),
    _entry(
        "no-cloud-controller",
        no_cloud_controller,
        "nodes keep node.cloudprovider.kubernetes.io/uninitialized, Hubble and CoreDNS stay "
        "Pending",
    ),
)
"""All faults, in the order in which they are listed."""


def inject(name: str, drivers: Drivers, nodes: Surrounded) -> Drivers:
    """The drivers of a run with the fault of that name; KeyError where there is none."""
    return {one.name: one for one in CATALOGUE}[name].inject(drivers, nodes)


def table() -> Table:
    """The catalogue for `--break list`."""
    rows = Table("break", "what is broken", "how it ends", show_lines=True)
    for one in CATALOGUE:
        rows.add_row(one.name, one.what, one.expected)
    return rows
