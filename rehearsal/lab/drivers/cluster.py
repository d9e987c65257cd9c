"""The cluster's API through the real Helm and kubectl."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from rehearsal.lab.drivers.programs import CALL_LIMIT_S, Programs, programs
from rehearsal.lab.k3s import go_words
from rehearsal.nodes.kubeconfig import current
from rehearsal.nodes.ports import ApiRefused, ApiUnreachable, Release

DIAL_LIMIT_S = 5.0
"""Helm and kubectl give up after 30 s; the words are the same."""
HOOK_LIMIT_S = 900
"""As for the program's releases: hooks are waited for, workloads are not."""
FIELD_MANAGER = "sovereign-rehearsal"
HALF_DONE = (
    "another operation (install/upgrade/rollback) is in progress",
    "has no deployed releases",
)
"""In Helm's refusal where a Helm was killed in mid-install or mid-upgrade, or in mid-uninstall. The
real provider passes it on and leaves the cure to a person (pulumi-kubernetes#2054, open)."""
GOOD = ("deployed", "superseded")
"""Revisions that were once complete."""
_ABSENT = ("no matches for kind", "doesn't have a resource type", "not found")


@dataclass(frozen=True)
class LabCluster:
    """See `ClusterApi`."""

    binaries: Path
    """Directory that holds `helm` and `kubectl`."""

    def install_release(self, kubeconfig: str, release: Release) -> None:
        """See `ClusterApi.install_release`. What a killed Helm left half done is taken back first:
        nobody else works on a lab's cluster."""
        argv = ["upgrade", release.name, release.chart, f"--namespace={release.namespace}"]
        argv += ["--install", f"--timeout={HOOK_LIMIT_S}s", "--output=json"]
        argv += [f"--version={release.version}"] if release.version else []
        argv += [f"--repo={release.repo}"] if release.repo else []
        with self._programs(kubeconfig) as call:
            argv += [f"--values={call.file('values.yaml', yaml.safe_dump(release.values))}"]
            try:
                call.run("helm", *argv, limit_s=HOOK_LIMIT_S + CALL_LIMIT_S)
            except ApiRefused as refused:
                if not any(words in refused.reason for words in HALF_DONE):
                    raise
                take_back(call, release.name, release.namespace)
                call.run("helm", *argv, limit_s=HOOK_LIMIT_S + CALL_LIMIT_S)

    def uninstall_release(self, kubeconfig: str, name: str, namespace: str) -> None:
        """See `ClusterApi.uninstall_release`."""
        with self._programs(kubeconfig) as call:
            call.run("helm", "uninstall", name, f"--namespace={namespace}", "--ignore-not-found")

    def apply_object(self, kubeconfig: str, manifest: dict[str, Any]) -> dict[str, Any]:
        """See `ClusterApi.apply_object`. A Secret comes back without its values: they stay where
        the caller holds them as secrets."""
        how = ("--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}")
        with self._programs(kubeconfig) as call:
            file = call.file("object.json", json.dumps(manifest))
            answer = call.run("kubectl", "apply", *how, f"--filename={file}", "--output=json")
        live: dict[str, Any] = json.loads(answer)
        live["metadata"].pop("managedFields", None)
        if live["kind"] == "Secret":
            live.pop("data", None)
        return live

    def delete_object(self, kubeconfig: str, manifest: dict[str, Any]) -> None:
        """See `ClusterApi.delete_object`. Finalizers are not waited for."""
        with self._programs(kubeconfig) as call:
            file = call.file("object.json", json.dumps(manifest))
            try:
                call.run("kubectl", "delete", f"--filename={file}", "--ignore-not-found",
                         "--wait=false")  # fmt: skip
            except ApiRefused as refused:
                if not any(words in refused.reason for words in _ABSENT):
                    raise

    @contextmanager
    def _programs(self, kubeconfig: str) -> Iterator[Programs]:
        dial(kubeconfig)
        with programs(self.binaries, kubeconfig) as call:
            yield call


def take_back(call: Programs, name: str, namespace: str) -> None:
    """Bring a release that a killed Helm left half done to where it was: back to its last complete
    revision, or away where it has none or was being removed.
    """
    where = f"--namespace={namespace}"
    revisions = json.loads(call.run("helm", "history", name, where, "--output=json"))
    complete = [one["revision"] for one in revisions if one["status"] in GOOD]
    if complete and revisions[-1]["status"].startswith("pending-"):
        call.run("helm", "rollback", name, str(max(complete)), where)
    else:
        call.run("helm", "uninstall", name, where)


def dial(kubeconfig: str) -> None:
    """Dial the API once, with a shorter limit than the programs have.

    Raises:
        ApiUnreachable: nothing takes the connection.
        ApiRefused: the kubeconfig is unusable.
    """
    server = str(current(kubeconfig)[0].get("server", ""))
    url = urlsplit(server)
    if url.scheme != "https":
        raise ApiRefused(f"kubeconfig: server {server!r} is not an https URL")
    host, port = url.hostname or "", url.port or 443
    try:
        socket.create_connection((host, port), DIAL_LIMIT_S).close()
    except OSError as problem:
        reason = go_words.dialing(problem, host, port)
        raise ApiUnreachable(f'Get "https://{host}:{port}/version": {reason}') from None
