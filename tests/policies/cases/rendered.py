"""What rules say of resources that a Chart renders, and of the Chart, which says nothing itself."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN

RENDERED = {
    "enable-wireguard": "true",
    "ipam": "cluster-pool",
    "cluster-pool-ipv4-cidr": "10.42.0.0/16 10.44.0.0/16",
    "k8s-require-ipv4-pod-cidr": "false",
    "kube-proxy-replacement": "true",
    "mtu": "1450",
    "routing-mode": "tunnel",
}


def config(**data: Any) -> dict[str, Any]:
    """Return `cilium-config` with these entries; `_` stands for `-`, `None` leaves one out."""
    given = {**RENDERED, **{key.replace("_", "-"): value for key, value in data.items()}}
    kept = {key: value for key, value in given.items() if value is not None}
    return {"metadata": {"name": "cilium-config"}, "data": kept}


ON, MTU, KUBE_PROXY, POOL = "wireguard-on", "wireguard-mtu", "kube-proxy-replaced", "ipam-pod-range"
OFF = [
    "values.encryption.enabled is false, not true",
    "values.encryption.type is not set, not `wireguard`",
]
CONFIG = [
    *[Case(rule, "compliant", config()) for rule in (ON, MTU, KUBE_PROXY, POOL)],
    Case(ON, "violating", config(enable_wireguard="false"), OFF),
    Case(ON, "violating", config(enable_wireguard=None), OFF),
    Case(
        ON,
        "violating",
        config(enable_wireguard=None, enable_ipsec="true"),
        ["values.encryption.type is `ipsec`, not `wireguard`"],
    ),
    Case(
        ON,
        "unknown",
        config(enable_wireguard=UNKNOWN),
        ["deferred: data.enable-wireguard"],
    ),
    Case(ON, "unknown", {**config(), "data": UNKNOWN}, ["deferred: data", "deferred: data"]),
    Case(
        MTU,
        "violating",
        config(mtu="1500"),
        [
            (
                "values.MTU is 1500 on a private network of 1450: pods would send "
                "1500 - 50 - 95 = 1355, 1450 leaves 1305"
            )
        ],
    ),
    Case(MTU, "compliant", config(mtu="1450", routing_mode="native")),
    Case(
        KUBE_PROXY,
        "violating",
        config(kube_proxy_replacement="false"),
        ["values.kubeProxyReplacement is `false`, not true or `true`"],
    ),
    Case(
        POOL,
        "violating",
        config(cluster_pool_ipv4_cidr="10.0.0.0/8"),
        [
            (
                "values.ipam.operator.clusterPoolIPv4PodCIDRList holds `10.0.0.0/8`, which holds "
                "the nodes, too"
            )
        ],
    ),
    Case(POOL, "compliant", config(ipam="kubernetes", k8s_require_ipv4_pod_cidr="true")),
    Case(
        POOL,
        "violating",
        config(ipam="kubernetes"),
        ["values.k8s.requireIPv4PodCIDR is false, not true"],
    ),
]


def controller(image: Any) -> dict[str, Any]:
    """Return a Deployment of that image."""
    template = {"spec": {"containers": [{"name": "hccm", "image": image}]}}
    return {"spec": {"template": template}}


FLOOR, IMAGE = "cloud-controller-floor", "hetznercloud/hcloud-cloud-controller-manager"
TAG = "the tag of spec.template.spec.containers[0].image"
CONTROLLERS = [
    Case(FLOOR, "compliant", controller(f"docker.io/{IMAGE}:v1.30.1")),
    Case(FLOOR, "compliant", controller(f"{IMAGE}:v1.35.0@sha256:{'0' * 64}")),
    Case(FLOOR, "violating", controller(f"{IMAGE}:v1.20.0"), [f"{TAG} is `v1.20.0`, below 1.30.1"]),
    Case(
        FLOOR,
        "violating",
        controller(f"registry.example.com:5000/{IMAGE}:1.29.9"),
        [f"{TAG} is `1.29.9`, below 1.30.1"],
    ),
    Case(FLOOR, "missing", controller("nginx:1.20.0"), None),
    Case(FLOOR, "missing", controller(IMAGE), None),
    Case(FLOOR, "unknown", controller(UNKNOWN), None),
]

CASES = [*CONFIG, *CONTROLLERS, Case("versions-pinned", "unknown", {}, ["deferred: version"])]
