"""What rules say of k3s' options."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import facts, release
from tests.policies.registrations import UNKNOWN


def join(*configs: Any) -> dict[str, Any]:
    """Return the join component's facts: servers s1, s2 … and one agent."""
    servers = [
        {"name": f"s{i}", "role": "server", "config": each} for i, each in enumerate(configs, 1)
    ]
    return {"nodes": [*servers, {"name": "a1", "role": "agent", "config": {}}]}


LEFT = {"flannel-backend": "none", "disable-network-policy": True, "disable-kube-proxy": True}
LEFT_TO = "k3s-network-left-to-cilium"
K3S = [
    Case(LEFT_TO, "compliant", [facts("K3sJoin", **join(LEFT, LEFT))]),
    Case(
        LEFT_TO,
        "violating",
        [
            facts(
                "K3sJoin",
                **join(LEFT, {**LEFT, "flannel-backend": "vxlan", "disable-kube-proxy": False}),
            )
        ],
        [
            "s2: flannel-backend is `vxlan`, not `none`",
            "s2: disable-kube-proxy is false, not true",
        ],
    ),
    Case(
        LEFT_TO,
        "missing",
        [facts("K3sJoin", **join({}))],
        [
            "s1: flannel-backend is not set, not `none`",
            "s1: disable-network-policy is not set, not true",
            "s1: disable-kube-proxy is not set, not true",
        ],
    ),
    Case(LEFT_TO, "missing", [release()], None),
    Case(LEFT_TO, "unknown", [facts("K3sJoin", nodes=UNKNOWN)], ["deferred: nodes"]),
    Case(
        LEFT_TO,
        "unknown",
        [facts("K3sJoin", **join({**LEFT, "flannel-backend": UNKNOWN}))],
        ["deferred: nodes[0].config.flannel-backend"],
    ),
    Case("k3s-servers-identical", "compliant", join(LEFT, LEFT)),
    Case("k3s-servers-identical", "missing", join(LEFT), None),
    Case(
        "k3s-servers-identical",
        "violating",
        join({"disable": ["traefik"]}, {"disable": []}, {"disable": ["traefik"]}),
        ["disable is [] on s2, [`traefik`] on s1"],
    ),
    Case(
        "k3s-servers-identical",
        "unknown",
        join({"cluster-cidr": UNKNOWN}, {"cluster-cidr": "10.42.0.0/16"}),
        ["deferred: nodes[0].config.cluster-cidr"],
    ),
    Case("k3s-servers-identical", "unknown", {"nodes": UNKNOWN}, ["deferred: nodes"]),
]

SECRETS = [
    Case("k3s-secrets-encryption", "compliant", join({"secrets-encryption": True})),
    Case(
        "k3s-secrets-encryption",
        "violating",
        join({"secrets-encryption": True}, {"secrets-encryption": False}),
        ["s2: secrets-encryption is false, not true"],
    ),
    Case(
        "k3s-secrets-encryption",
        "missing",
        join({}),
        ["s1: secrets-encryption is not set, not true"],
    ),
    Case("k3s-secrets-encryption", "missing", {}, None),
    Case("k3s-secrets-encryption", "unknown", {"nodes": UNKNOWN}, ["deferred: nodes"]),
    Case(
        "k3s-secrets-encryption",
        "unknown",
        join({"secrets-encryption": UNKNOWN}),
        ["deferred: nodes[0].config.secrets-encryption"],
    ),
]

CASES = [*K3S, *SECRETS]
