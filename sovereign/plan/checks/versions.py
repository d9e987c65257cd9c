"""Machines and versions: orderable types, kernels for eBPF, pairs inside the tested matrix."""

from collections.abc import Iterator

from sovereign.catalog import Catalog
from sovereign.config import Settings
from sovereign.plan import cilium
from sovereign.plan.checks.groups import groups
from sovereign.problems import Problem

NODE_PORTS = (2379, 2380, 4240, 4244, 4245, 6443, 6444, 8472, 9962, 9963, 10250, 10256, 51871)
"""Ports of k3s and Cilium on the nodes (docs.k3s.io "Requirements", docs.cilium.io)."""


def machines(settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """Server types that can be ordered, and images whose kernel Cilium's eBPF can use."""
    types = catalog.server_types
    floor = catalog.images["floor"]
    for path, group in groups(settings).items():
        if group.server_type in types["retired"]:
            rule = "this type can no longer be ordered"
            yield Problem(
                f"{path}.serverType", repr(group.server_type), rule, "use for example cpx32"
            )
        elif group.server_type not in [*types["amd64"], *types["arm64"]]:
            known = ", ".join([*types["amd64"], *types["arm64"]])
            yield Problem(
                f"{path}.serverType",
                repr(group.server_type),
                "unknown server type",
                f"known: {known}",
            )
        kernel = group.image_kernel or catalog.images["images"].get(group.image)
        if kernel is None:
            rule = f"the kernel of this image is not known here, Cilium needs {floor} or newer"
            fix = 'add `imageKernel: "6.8"` beside it with the kernel that `uname -r` shows'
            yield Problem(f"{path}.image", repr(group.image), rule, fix)
        elif _number(kernel) < _number(floor):
            rule = f"its kernel {kernel} is older than {floor}, which Cilium's eBPF needs"
            yield Problem(f"{path}.image", repr(group.image), rule, "use for example ubuntu-24.04")


def fallback_types(settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """A type to order instead runs the same image and binaries, so it has the same processor."""
    types = catalog.server_types
    for path, group in groups(settings).items():
        family = next((f for f in ("amd64", "arm64") if group.server_type in types[f]), None)
        if family is None:
            continue
        for name in group.fallback_types:
            if name == group.server_type or name not in types[family]:
                rule = f"must be another orderable {family} type than {group.server_type}"
                others = ", ".join(one for one in types[family] if one != group.server_type)
                yield Problem(f"{path}.fallbackTypes", repr(name), rule, f"one of: {others}")


def ssh_port(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """A port for SSH that nothing else on a node needs."""
    port = settings.cluster.ssh.port
    if port in NODE_PORTS or 30000 <= port <= 32767:
        rule = "k3s, etcd, Cilium or NodePorts listen there on every node"
        yield Problem("ssh.port", str(port), rule, "use 22, or for example 2222")


def versions(settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """Versions of Cilium, k3s and the cloud controller that are known to go together."""
    cluster = settings.cluster
    lines = catalog.versions["cilium"]
    line = cilium.line(cluster.cilium.version)
    if line not in lines:
        rule = f"tested lines are {', '.join(lines)}"
        yield Problem("cilium.version", repr(cluster.cilium.version), rule, "use 1.20.2")
    else:
        lowest, tested = lines[line]["lowest"], lines[line]["kubernetes"]
        if _number(cluster.cilium.version) < _number(lowest):
            rule = f"{lowest} is the lowest of line {line}: older ones size WireGuard's MTU wrong"
            yield Problem(
                "cilium.version", repr(cluster.cilium.version), rule, f"use {lowest} or newer"
            )
        minor = ".".join(cluster.k3s.version.removeprefix("v").split(".")[:2])
        if minor not in tested:
            rule = f"Cilium {line} is tested with Kubernetes {tested[0]} to {tested[-1]}"
            yield Problem(
                "k3s.version", repr(cluster.k3s.version), rule, "choose a pair inside the matrix"
            )
    floor = catalog.versions["cloudController"]["lowest"]
    if _number(cluster.cloud_controller.version) < _number(floor):
        rule = f"below {floor} it panics since the datacenter field left Hetzner's API (2026-07-01)"
        yield Problem(
            "cloudController.version",
            repr(cluster.cloud_controller.version),
            rule,
            f"use {floor} or newer",
        )


def hubble(settings: Settings, _: Catalog) -> Iterator[Problem]:
    """No user interface of Hubble without the relay that it reads from."""
    hubble = settings.cluster.cilium.hubble
    if hubble.enabled and hubble.ui and not hubble.relay:
        rule = "the UI reads from the relay, without it nothing is shown"
        yield Problem("cilium.hubble.ui", "True", rule, "switch the relay on or the UI off")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
