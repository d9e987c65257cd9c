"""Cilium's own configuration, as a Chart renders it, read as the values that it was rendered from.

A Chart shows policies none of its values, only the resources that it makes.
"""

from .rule import Props, Subject
from .values import Unknown, at, text

CILIUM_CONFIG = Subject(
    ("kubernetes:core/v1:ConfigMap",),
    lambda props: at(props, "metadata", "name") == "cilium-config",
)


def chart_values(props: Props) -> Props:
    """Return the properties as they are; of `cilium-config`, the values behind it."""
    data = at(props, "data")
    if data is None:
        return props
    if isinstance(data, Unknown):
        return {"values": data}
    mtu, pool = at(data, "mtu"), at(data, "cluster-pool-ipv4-cidr")
    return {
        "values": {
            "MTU": int(text(mtu)) if text(mtu).isdecimal() else mtu,
            "encryption": _encryption(data),
            "ipam": {
                "mode": at(data, "ipam"),
                "operator": {
                    "clusterPoolIPv4PodCIDRList": text(pool).split() if text(pool) else pool
                },
            },
            "k8s": {"requireIPv4PodCIDR": _switch(data, "k8s-require-ipv4-pod-cidr")},
            "kubeProxyReplacement": at(data, "kube-proxy-replacement"),
            "routingMode": at(data, "routing-mode"),
        }
    }


def _encryption(data: object) -> object:
    for kind in ("wireguard", "ipsec"):
        enabled = _switch(data, f"enable-{kind}")
        if enabled is not False:
            return {"enabled": enabled, "type": kind}
    return {"enabled": False}


def _switch(data: object, key: str) -> object:
    found = at(data, key)
    return found if isinstance(found, Unknown) else found == "true"
