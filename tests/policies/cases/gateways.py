"""What rules say of gateways, and of what is downloaded."""

from typing import Any

from tests.policies.cases.case import Case
from tests.policies.registrations import UNKNOWN


def listener(**given: Any) -> dict[str, Any]:
    """Return a Gateway with one listener named `web`."""
    return {"spec": {"gatewayClassName": "cilium", "listeners": [{"name": "web", **given}]}}


WEB = "spec.listeners[0] `web`"
REFERENCES = [{"name": "public-tls"}]
GATEWAY = [
    Case(
        "gateway-listener-tls",
        "compliant",
        listener(protocol="HTTPS", tls={"mode": "Terminate", "certificateRefs": REFERENCES}),
    ),
    Case(
        "gateway-listener-tls",
        "compliant",
        listener(protocol="HTTPS", tls={"certificateRefs": REFERENCES}),
    ),
    Case(
        "gateway-listener-tls", "compliant", listener(protocol="TLS", tls={"mode": "Passthrough"})
    ),
    Case(
        "gateway-listener-tls",
        "violating",
        listener(protocol="HTTP"),
        [f"{WEB} speaks `HTTP` in clear"],
    ),
    Case(
        "gateway-listener-tls",
        "violating",
        listener(protocol="HTTPS", tls={"mode": "Terminate", "certificateRefs": []}),
        [f"{WEB} terminates TLS without certificateRefs"],
    ),
    Case(
        "gateway-listener-tls",
        "violating",
        listener(protocol="HTTPS", tls={"mode": "Passthrough"}),
        [f"{WEB} passes HTTPS through, which only TLS may"],
    ),
    Case(
        "gateway-listener-tls",
        "violating",
        listener(protocol="TLS", tls={"mode": "terminate"}),
        [f"{WEB} has the TLS mode `terminate`"],
    ),
    Case("gateway-listener-tls", "missing", {}, None),
    Case(
        "gateway-listener-tls",
        "missing",
        listener(protocol="HTTPS"),
        [f"{WEB} terminates TLS without certificateRefs"],
    ),
    Case("gateway-listener-tls", "missing", listener(), [f"{WEB} speaks not set in clear"]),
    Case(
        "gateway-listener-tls",
        "unknown",
        {"spec": {"listeners": UNKNOWN}},
        ["deferred: spec.listeners"],
    ),
    Case(
        "gateway-listener-tls",
        "unknown",
        listener(protocol=UNKNOWN),
        ["deferred: spec.listeners[0].protocol"],
    ),
    Case(
        "gateway-listener-tls",
        "unknown",
        listener(protocol="HTTPS", tls={"mode": UNKNOWN, "certificateRefs": REFERENCES}),
        ["deferred: spec.listeners[0].tls.mode"],
    ),
    Case(
        "gateway-listener-tls",
        "unknown",
        {"spec": {"listeners": [UNKNOWN]}},
        ["deferred: spec.listeners[0]"],
    ),
    Case(
        "gateway-listener-tls",
        "unknown",
        listener(protocol="HTTPS", tls={"certificateRefs": [{"name": UNKNOWN}]}),
        ["deferred: spec.listeners[0].tls.certificateRefs[0].name"],
    ),
    Case(
        "gateway-listener-tls",
        "configured",
        listener(protocol="HTTP"),
        [],
        {"plainProtocols": ["HTTP"]},
    ),
]


def artifact(**given: Any) -> dict[str, Any]:
    """Return the facts with one artifact."""
    return {"artifacts": [{"name": "k3s-amd64", "version": "v1.36.4+k3s1", **given}]}


LOOSE = ["not pinned by checksum: k3s-amd64 v1.36.4+k3s1"]
ARTIFACTS = [
    Case("artifacts-pinned", "compliant", artifact(pinned=True)),
    Case("artifacts-pinned", "violating", artifact(pinned=False), LOOSE),
    Case("artifacts-pinned", "missing", artifact(), LOOSE),
    Case("artifacts-pinned", "missing", {}, None),
    Case("artifacts-pinned", "unknown", {"artifacts": UNKNOWN}, ["deferred: artifacts"]),
    Case(
        "artifacts-pinned",
        "unknown",
        artifact(pinned=UNKNOWN),
        ["deferred: artifacts[0].pinned"],
    ),
    Case("artifacts-pinned", "configured", artifact(pinned=False), [], {"except": ["k3s-amd64"]}),
]

CASES = [*GATEWAY, *ARTIFACTS]
