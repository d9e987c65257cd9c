"""The Node object: what a kubelet registers, and the status that it keeps up."""

import os
import platform

from rehearsal.lab.k3s import clock, host
from rehearsal.lab.k3s.api import Object
from rehearsal.lab.k3s.kubelet.place import Place
from rehearsal.nodes.k3s_words import NO_CNI, POSTING
from rehearsal.nodes.scheduling import NO_SCHEDULE, UNINITIALIZED, parse_taint

PORT = 10250
PROVIDED_ADDRESS = "alpha.kubernetes.io/provided-node-ip"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_PODS = 110
_HEALTHY = {
    "MemoryPressure": ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    "DiskPressure": ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
}


def manifest(place: Place) -> Object:
    """The Node as it registers; labels and taints of the configuration count here only."""
    external = place.k3s.external_cloud_provider
    taints = [vars(parse_taint(text)) for text in place.k3s.items("node-taint")]
    if external:
        taints.append({"key": UNINITIALIZED, "value": "true", "effect": NO_SCHEDULE})
    annotations = {
        "k3s.io/hostname": place.name,
        "k3s.io/internal-ip": place.address,
        "lab.sovereign/stand-in": "k3s: no container runs here",
    }
    if external:
        annotations[PROVIDED_ADDRESS] = place.address
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": place.name,
            "labels": {**own_labels(place), **place.k3s.pairs("node-label")},
            "annotations": annotations,
        },
        "spec": {"taints": taints} if taints else {},
    }


def own_labels(place: Place) -> dict[str, str]:
    """Labels that every kubelet sets."""
    system = {"os": "linux", "arch": _architecture()}
    return {
        "kubernetes.io/hostname": place.name,
        **{f"kubernetes.io/{key}": value for key, value in system.items()},
        **{f"beta.kubernetes.io/{key}": value for key, value in system.items()},
    }


def status(place: Place, known: Object) -> Object:
    """The kubelet's part of the status; addresses that the Node has are the cloud controller's."""
    before = known.get("status", {})
    first = {} if before.get("addresses") else {"addresses": _addresses(place)}
    room = {
        "cpu": str(os.cpu_count() or 1),
        "memory": f"{_memory_kib()}Ki",
        "ephemeral-storage": "20Gi",
        "pods": str(_PODS),
    }
    return {
        **first,
        "capacity": room,
        "allocatable": room,
        "conditions": _conditions(place, before.get("conditions", [])),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": PORT}},
        "nodeInfo": _info(place),
    }


def differs(known: Object, wanted: Object) -> bool:
    """Whether the status must be written; heartbeats are the lease's matter."""
    before = known.get("status", {})
    stable = {"capacity", "nodeInfo", "daemonEndpoints"}
    if "addresses" in wanted or any(before.get(key) != wanted[key] for key in stable):
        return True
    return _states(before.get("conditions", [])) != _states(wanted["conditions"])


def _states(conditions: list[Object]) -> dict[str, tuple[str, str]]:
    names = {*_HEALTHY, "Ready"}
    return {c["type"]: (c["status"], c["message"]) for c in conditions if c["type"] in names}


def _conditions(place: Place, before: list[Object]) -> list[Object]:
    wanted = {kind: ("False", *why) for kind, why in _HEALTHY.items()}
    if place.has_network:
        wanted["Ready"] = ("True", "KubeletReady", POSTING)
    else:
        wanted["Ready"] = ("False", "KubeletNotReady", NO_CNI)
    known = {condition["type"]: condition for condition in before}
    now = clock.now()
    fresh = []
    for kind, (state, reason, message) in wanted.items():
        old = known.get(kind, {})
        since = old.get("lastTransitionTime", now) if old.get("status") == state else now
        fresh.append(
            {
                "type": kind,
                "status": state,
                "reason": reason,
                "message": message,
                "lastHeartbeatTime": now,
                "lastTransitionTime": since,
            }
        )
    return fresh


def _addresses(place: Place) -> list[Object]:
    return [
        {"type": "InternalIP", "address": place.address},
        {"type": "Hostname", "address": place.name},
    ]


def _info(place: Place) -> Object:
    return {
        "machineID": host.text_of("/etc/machine-id"),
        "systemUUID": host.text_of("/etc/machine-id"),
        "bootID": host.text_of("/proc/sys/kernel/random/boot_id"),
        "kernelVersion": platform.release(),
        "osImage": host.image(),
        "containerRuntimeVersion": "lab://processes",
        "kubeletVersion": place.version,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": _architecture(),
    }


def _architecture() -> str:
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


def _memory_kib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024
