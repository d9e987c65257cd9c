"""Stand-ins for hosts and clusters, simple enough to see through."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.nodes.ports import ApiError, Connection, Outcome, Release


class NoHosts:
    """No host may be reached."""

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        raise AssertionError(f"unexpected session to {connection.host}: {script[:40]!r} {stdin!r}")


class NoCluster:
    """No cluster may be reached."""

    def install_release(self, kubeconfig: str, release: Release) -> None:
        raise AssertionError(f"unexpected release {release.name} {kubeconfig!r}")

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        raise AssertionError(f"unexpected uninstall of {namespace}/{name} {kubeconfig!r}")

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError(f"unexpected object {manifest} {kubeconfig!r}")

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        raise AssertionError(f"unexpected delete of {manifest} {kubeconfig!r}")


@dataclass
class RecordedHosts:
    """Answers every script with the same outcome and remembers it."""

    outcome: Outcome = field(default_factory=lambda: Outcome("done\n", "", 0))
    sessions: list[tuple[Connection, str, str]] = field(default_factory=list)

    def run(self, connection: Connection, script: str, stdin: str) -> Outcome:
        self.sessions.append((connection, script, stdin))
        return self.outcome


@dataclass
class RecordedCluster:
    """Takes everything and remembers it; refuses once `refusal` is set."""

    kubeconfigs: list[str] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refusal: ApiError | None = None

    def install_release(self, kubeconfig: str, release: Release) -> None:
        self._heard(kubeconfig)
        self.releases.append(release)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        self._heard(kubeconfig)
        self.removed.append(f"{namespace}/{name}")

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        self._heard(kubeconfig)
        self.objects.append(manifest)
        return {**manifest, "metadata": {**manifest["metadata"], "uid": "u-1"}}

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        self._heard(kubeconfig)
        self.removed.append(manifest["metadata"]["name"])

    def _heard(self, kubeconfig: str) -> None:
        self.kubeconfigs.append(kubeconfig)
        if self.refusal is not None:
            raise self.refusal
