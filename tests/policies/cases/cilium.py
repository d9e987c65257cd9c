"""What rules say of Cilium's values and of versions."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN

CILIUM_HEAD = {"chart": "cilium", "name": "cilium", "version": "1.20.2"}


def cilium(**values: Any) -> dict[str, Any]:
    """Return a release of Cilium with these values."""
    return {**CILIUM_HEAD, "values": values}


def pool(listed: Any) -> dict[str, Any]:
    """Return a release with a cluster pool."""
    operator = {"clusterPoolIPv4PodCIDRList": listed}
    return cilium(ipam={"mode": "cluster-pool", "operator": operator})


POOL = "values.ipam.operator.clusterPoolIPv4PodCIDRList"
CILIUM = [
    Case("kube-proxy-replaced", "compliant", cilium(kubeProxyReplacement=True)),
    Case("kube-proxy-replaced", "compliant", cilium(kubeProxyReplacement="true")),
    Case(
        "kube-proxy-replaced",
        "violating",
        cilium(kubeProxyReplacement="strict"),
        ["values.kubeProxyReplacement is `strict`, not true or `true`"],
    ),
    Case(
        "kube-proxy-replaced",
        "missing",
        cilium(kubeProxyReplacment=True),
        ["values.kubeProxyReplacement is not set, not true or `true`"],
    ),
    Case(
        "kube-proxy-replaced",
        "unknown",
        cilium(kubeProxyReplacement=UNKNOWN),
        ["deferred: values.kubeProxyReplacement"],
    ),
    Case("kube-proxy-replaced", "unknown", {"values": UNKNOWN}, ["deferred: values"]),
    Case(
        "ipam-pod-range",
        "compliant",
        cilium(ipam={"mode": "kubernetes"}, k8s={"requireIPv4PodCIDR": True}),
    ),
    Case("ipam-pod-range", "compliant", pool(["10.42.0.0/16"])),
    Case(
        "ipam-pod-range",
        "violating",
        cilium(ipam={"mode": "kubernetes"}),
        ["values.k8s.requireIPv4PodCIDR is not set, not true"],
    ),
    Case(
        "ipam-pod-range",
        "violating",
        pool(["10.0.0.0/8"]),
        [f"{POOL} holds `10.0.0.0/8`, which holds the nodes, too"],
    ),
    Case(
        "ipam-pod-range",
        "missing",
        cilium(),
        [f"{POOL} is not set: the chart's 10.0.0.0/8 holds the nodes, too"],
    ),
    Case("ipam-pod-range", "unknown", cilium(ipam=UNKNOWN), ["deferred: values.ipam"]),
    Case("ipam-pod-range", "unknown", pool([UNKNOWN]), [f"deferred: {POOL}[0]"]),
    Case(
        "ipam-pod-range",
        "violating",
        cilium(ipam={"mode": "multi-pool"}),
        ["values.ipam.mode is `multi-pool`, not `kubernetes` or `cluster-pool`"],
    ),
    Case(
        "ipam-pod-range",
        "configured",
        cilium(ipam={"mode": "multi-pool"}),
        [],
        {"otherModes": ["multi-pool"]},
    ),
    Case("versions-pinned", "compliant", CILIUM_HEAD),
    Case("versions-pinned", "compliant", {"nodes": [], "version": "v1.36.4+k3s1"}),
    Case("versions-pinned", "compliant", {"chart": "./charts/cilium-1.20.2.tgz"}),
    Case("versions-pinned", "compliant", {"chart": "./charts/shop"}, None),
    Case(
        "versions-pinned",
        "violating",
        {"nodes": [], "version": "v1.36"},
        ["version is `v1.36`, not exact like v1.36.4+k3s1"],
    ),
    Case(
        "versions-pinned",
        "violating",
        {**CILIUM_HEAD, "version": "1.20.x"},
        ["version is `1.20.x`, not exact like 1.20.2"],
    ),
    Case(
        "versions-pinned",
        "violating",
        {**CILIUM_HEAD, "version": "~1.20.2"},
        ["version is `~1.20.2`, not exact like 1.20.2"],
    ),
    Case(
        "versions-pinned",
        "missing",
        {"chart": "cilium"},
        ["version is not set, not exact like 1.20.2"],
    ),
    Case("versions-pinned", "unknown", {"version": UNKNOWN}, ["deferred: version"]),
    Case("cloud-controller-floor", "compliant", {"version": "1.30.1"}),
    Case(
        "cloud-controller-floor",
        "violating",
        {"version": "1.9.9"},
        ["version is `1.9.9`, below 1.30.1"],
    ),
    Case("cloud-controller-floor", "missing", {}, None),
    Case("cloud-controller-floor", "unknown", {"version": UNKNOWN}, ["deferred: version"]),
    Case(
        "cloud-controller-floor",
        "configured",
        {"version": "1.30.1"},
        ["version is `1.30.1`, below 1.32.0"],
        {"floor": "1.32.0"},
    ),
]

EDGES = [
    Case("ipam-pod-range", "compliant", pool(["10.42.3.0/16"])),
    Case("ipam-pod-range", "unknown", pool(UNKNOWN), [f"deferred: {POOL}"]),
    *[
        Case(
            "ipam-pod-range",
            "violating",
            pool(listed),
            [f"{POOL} holds `{listed}`, which holds the nodes, too"],
        )
        for listed in ("10.1.2.3/8", "any")
    ],
]

CASES = [*CILIUM, *EDGES]
