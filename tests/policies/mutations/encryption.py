"""Encryption, secrets and downloads, broken."""

from tests.policies.mutations.mutation import (
    CILIUM,
    JOIN,
    RELEASE,
    SOVEREIGN,
    WORKER,
    mutation,
    put,
)
from tests.policies.registrations import Registrations


def unpinned(registrations: Registrations) -> None:
    """A definition whose checksum was lost."""
    for artifact in registrations[SOVEREIGN].inputs["artifacts"]:
        if artifact["name"] == "gateway-api-gateways":
            artifact["pinned"] = False


OLD_STRICT = {"enabled": True, "cidr": "10.42.0.0/16"}
ENCRYPTION = [
    mutation("no encryption", "wireguard-on", put(CILIUM, "values.encryption.enabled", False)),
    mutation("a typo", "wireguard-on", put(RELEASE, "values.encryption.type", "wiregard")),
    mutation(
        "nodes' own traffic",
        "node-encryption",
        put(RELEASE, "values.encryption.nodeEncryption", True),
    ),
    mutation(
        "the old strict mode",
        "strict-mode-keys",
        put(RELEASE, "values.encryption.strictMode", OLD_STRICT),
    ),
    mutation("no MTU", "wireguard-mtu", put(RELEASE, "values.MTU", ...)),
    mutation("the public MTU", "wireguard-mtu", put(RELEASE, "values.MTU", 1500)),
    mutation(
        "authentication switched on without SPIRE",
        "authentication-needs-spire",
        put(RELEASE, "values.authentication.enabled", True),
    ),
    mutation(
        "secrets in clear",
        "k3s-secrets-encryption",
        put(JOIN, "nodes.0.config.secrets-encryption", False),
    ),
    mutation(
        "a join token",
        "no-token-in-user-data",
        put(WORKER, "userData", f"#cloud-config\n# K10{'a' * 64}::server:secret"),
    ),
    mutation("an unpinned download", "artifacts-pinned", unpinned),
]
