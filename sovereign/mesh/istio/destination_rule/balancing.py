"""How a backend is chosen."""

from typing import Any

from sovereign.mesh.istio.field import Field

POLICIES = {
    "ROUND_ROBIN": "ROUND_ROBIN",
    "LEAST_REQUEST": "LEAST_REQUEST",
    "LEAST_CONN": "LEAST_REQUEST",
    "RANDOM": "RANDOM",
    "UNSPECIFIED": "LEAST_REQUEST",
}


def balancing(field: Field, cluster: dict[str, Any]) -> None:
    """Write `loadBalancer` into the cluster."""
    field.visit(
        {
            "simple": lambda below: _simple(below, cluster),
            "consistentHash": lambda f: f.lost(
                "not converted: needs a hash policy in the route as well; write the "
                "CiliumEnvoyConfig by hand"
            ),
            "localityLbSetting": lambda f: f.lost("Cilium gives its Envoy no localities"),
            "warmup": lambda f: f.lost("not converted: a new pod gets its full share at once"),
            "warmupDurationSecs": lambda f: f.lost(
                "not converted: a new pod gets its full share at once"
            ),
        }
    )


def _simple(field: Field, cluster: dict[str, Any]) -> bool:
    policy = POLICIES.get(field.text or "")
    if policy is None:
        return field.lost(f"Cilium's Envoy has {', '.join(sorted(set(POLICIES.values())))}")
    cluster["lb_policy"] = policy
    if field.text == policy:
        return field.converted("lb_policy")
    return field.differs(f"today's name is {policy}", "lb_policy")
