"""The two ways in which a run reaches machines: a command on a host, a call to the cluster's API.

The embedded runtime's drivers speak to these protocols and know nothing behind them. The node model
implements both without a host; the lab implements both with real ones.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

COULD_NOT_CONNECT = 255
"""Exit code of an `Outcome` for which no session came about, as of ssh(1); stderr says why."""


@dataclass(frozen=True)
class Connection:
    """How a command reaches a host: the arguments of `command:remote:Command`'s `connection`."""

    host: str
    port: int
    user: str
    private_key: str = field(repr=False)
    """OpenSSH or PEM text of the key that logs in."""
    host_key: str | None
    """The pinned public host key (`ssh-ed25519 AAAA…`); None accepts whatever the host shows."""
    dial_error_limit: int
    """How often to dial before giving up (count; 0 = without limit)."""


@dataclass(frozen=True)
class Outcome:
    """What a script printed and how it ended."""

    stdout: str = field(repr=False)
    stderr: str
    exit_code: int
    """0 = done; 255 = no session came about (`COULD_NOT_CONNECT`), stderr says why."""


@dataclass(frozen=True)
class Release:
    """A Helm release as the program asks for it."""

    name: str
    namespace: str
    chart: str
    """Chart name, URL or path, as given to Helm."""
    version: str
    """Chart version; empty where the chart is a path."""
    values: dict[str, Any] = field(repr=False)
    repo: str | None = None


class ApiError(Exception):
    """A call to the cluster's API that did not succeed; `reason` is what an operator would read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ApiUnreachable(ApiError):
    """No answer: nothing listens, a firewall drops it, or TLS does not verify."""


class ApiRefused(ApiError):
    """An answer that says no: wrong credentials, an invalid object, a release that never got
    ready."""


class Hosts(Protocol):
    """Runs a script on a host over SSH."""

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        """Run the text `script` in the login shell of `connection.user` with `stdin` as its input.

        A failed login or an unreachable host is an outcome (255), not an exception.
        """
        ...


class ClusterApi(Protocol):
    """Talks to the cluster that `kubeconfig` (YAML text) names.

    Every method raises `ApiUnreachable` where no answer comes and `ApiRefused` where the answer is
    no.
    """

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """Install the release, or upgrade it where it exists."""
        ...

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """Remove the release; an absent one is fine."""
        ...

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """Create or update one object and return it as the API holds it (uid, resourceVersion
        …)."""
        ...

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """Delete one object; an absent one is fine."""
        ...
