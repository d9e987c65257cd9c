"""What rules say of combinations of versions, and of k3s' installer."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import Typed, facts
from tests.policies.registrations import UNKNOWN

HELM = "kubernetes:helm.sh/v3:Release"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
TESTED, INSTALLER = "tested-versions", "k3s-installer-pinned"
K3S = facts("K3sJoin", version="v1.36.4+k3s1", nodes=[])
SCRIPT = "curl -sfL https://get.k3s.io | "


def cilium(version: Any, **values: Any) -> Typed:
    """Return a release of Cilium of that version."""
    return HELM, {"chart": "cilium", "version": version, "values": values}


def bundle(version: Any) -> Typed:
    """Return a definition of the Gateway API of that release."""
    annotations = {"gateway.networking.k8s.io/bundle-version": version}
    return DEFINITION, {"metadata": {"annotations": annotations}}


def artifacts(version: Any) -> Typed:
    """Return our facts with one definition of that release."""
    return facts("Sovereign", artifacts=[{"name": "gateway-api-gateways", "version": version}])


def installed(version: str) -> Typed:
    """Return a server whose user data asks the installer for that version."""
    script = f"{SCRIPT}INSTALL_K3S_VERSION={version} sh -"
    return "hcloud:index/server:Server", {"userData": script}


SERVED = {"gatewayAPI": {"enabled": True}}
KUBERNETES = "Cilium 1.20 is tested with Kubernetes 1.33, 1.34, 1.35, 1.36"
MATRIX = {"1.21": {"kubernetes": ["1.37"], "lowest": "1.21.0", "gatewayApi": "v1.7.0"}}
TESTED_VERSIONS = [
    Case(TESTED, "compliant", [K3S, cilium("1.20.2", **SERVED), artifacts("v1.6.1")]),
    Case(TESTED, "compliant", [installed("v1.35.5+k3s1"), cilium("1.19.6"), bundle("v1.4.2")]),
    Case(TESTED, "compliant", [cilium("1.20.2"), artifacts("v1.4.1")]),
    Case(TESTED, "missing", [K3S], None),
    Case(TESTED, "missing", [K3S, cilium("1.20.2"), bundle(None)]),
    Case(
        TESTED,
        "violating",
        [facts("K3sJoin", version="v1.37.1+k3s1"), cilium("1.20.2"), bundle("v1.4.1")],
        [
            f"k3s is `v1.37.1+k3s1`: {KUBERNETES}",
            "Gateway API is `v1.4.1`: Cilium 1.20 needs v1.6.1",
        ],
    ),
    Case(
        TESTED,
        "violating",
        [cilium("1.19.4", **SERVED), cilium("1.18.9"), artifacts("v1.6.1")],
        [
            "Cilium 1.19.4 is below 1.19.5, the lowest of its line",
            "Gateway API is `v1.6.1`: Cilium 1.19 needs v1.4.1",
            "Cilium 1.18.9 is of no tested line (1.20, 1.19)",
        ],
    ),
    Case(
        TESTED,
        "violating",
        [installed("v1.32.1+k3s1"), cilium("1.20.2"), bundle("v1.6.0")],
        [
            f"k3s is `v1.32.1+k3s1`: {KUBERNETES}",
            "Gateway API is `v1.6.0`: Cilium 1.20 needs v1.6.1",
        ],
    ),
    Case(
        TESTED,
        "unknown",
        [facts("K3sJoin", version=UNKNOWN), cilium(UNKNOWN)],
        ["deferred: version", "deferred: version"],
    ),
    Case(TESTED, "configured", [cilium("1.21.0"), bundle("v1.7.3")], [], {"matrix": MATRIX}),
]

INSTALLERS = [
    Case(INSTALLER, "compliant", {"userData": "#cloud-config\nruncmd: [k3s]"}, None),
    Case(INSTALLER, "compliant", installed("v1.36.4+k3s1")[1]),
    Case(INSTALLER, "compliant", {"create": "export INSTALL_K3S_VERSION='v1.36.4+k3s1'"}),
    Case(INSTALLER, "missing", {}, None),
    Case(
        INSTALLER,
        "violating",
        {"userData": f"{SCRIPT}sh -", "create": f"{SCRIPT}INSTALL_K3S_CHANNEL=v1.36 sh -"},
        [
            "userData installs k3s from whatever is newest",
            "create installs k3s from the channel `v1.36`",
        ],
    ),
    Case(
        INSTALLER,
        "violating",
        {"update": "INSTALL_K3S_VERSION: v1.36"},
        ["update installs k3s from the version `v1.36`, which is not exact"],
    ),
    Case(INSTALLER, "unknown", {"create": UNKNOWN}, ["deferred: create"]),
]

CASES = [*TESTED_VERSIONS, *INSTALLERS]
