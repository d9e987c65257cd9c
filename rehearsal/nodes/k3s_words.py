"""What k3s and its kubelet say where a host does not become, or is not, a Ready node.

The node model and the lab's k3s stand-in say the same, so it is written here once.
"""

from collections.abc import Sequence

TOKEN_REQUIRED = "--token is required"
SERVER_REQUIRED = "--server is required"
PASSWORD_REJECTED = (
    "Waiting to retrieve agent configuration; server is not ready: Node password rejected, "
    "duplicate hostname or "
    "contents of '/etc/rancher/node/password' may not match server node-passwd entry, try "
    "enabling a unique node "
    "name with the --with-node-id flag"
)
UNAUTHORIZED_AGENT = (
    "Waiting to retrieve agent configuration; server is not ready: failed to retrieve "
    "configuration from "
    "server: https://127.0.0.1:6444/v1-k3s/config: 401 Unauthorized"
)
BOOTSTRAP = "starting kubernetes: preparing server: failed to bootstrap cluster data"
OTHER_TOKEN = f"{BOOTSTRAP}: bootstrap data already found and encrypted with different token"
NO_ETCD = f"{BOOTSTRAP}: failed to join etcd cluster: the server uses SQLite (no cluster-init)"
NO_CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
SILENT = "Kubelet stopped posting node status."
POSTING = "kubelet is posting ready status"


def undefined(option: str) -> str:
    """An option that the command does not have."""
    return f"flag provided but not defined: -{option}"


def skipped(option: str) -> str:
    """A key of config.yaml that a server passes over."""
    return f"Unknown flag --{option} found in config.yaml, skipping"


def not_https(url: str) -> str:
    """A server URL that is none."""
    return f'invalid server url, "{url}" scheme is not https'


def no_certificates(url: str, reason: str) -> str:
    """A server that could not be dialed or verified."""
    return f'failed to get CA certs: Get "{url}/cacerts": {reason}'


def unauthorized_server(url: str) -> str:
    """A server that joins with another token than the cluster's."""
    return f"{BOOTSTRAP}: {url}/v1-k3s/server-bootstrap: 401 Unauthorized"


def mismatched(options: Sequence[str]) -> str:
    """Options that must be equal on all servers and are not."""
    return (
        f"critical configuration mismatched: {', '.join(options)}: {BOOTSTRAP}: failed to "
        "validate server "
        "configuration: critical configuration value mismatch between servers"
    )
