"""The operator's drivers on a small cluster, and Helm killed there in the middle of its work."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rehearsal.lab import charts
from rehearsal.lab.drivers.cluster import LabCluster
from rehearsal.lab.drivers.programs import Programs, programs
from rehearsal.nodes.cloud_controller import CHART
from rehearsal.nodes.ports import ApiRefused, Release
from tests.rehearsal.lab.hosts.small_lab import wait_until
from tests.rehearsal.lab.images.small_cluster import NAMESPACE, SmallCluster

WHERE = f"--namespace={NAMESPACE}"
DEPLOYMENT = ("deployment", CHART, WHERE)
LIMIT_S = 30.0


class Operator:
    """What the operator's drivers do, from the operator's place."""

    def __init__(self, cluster: SmallCluster, api: LabCluster, directory: Path) -> None:
        self.cluster, self.api, self._directory = cluster, api, directory

    def do(self, work: Callable[[LabCluster, str], Any]) -> Any:
        """Something with the API and the administrator's kubeconfig."""
        return self.cluster.lab.as_operator(lambda: work(self.api, self.cluster.kubeconfig))

    def release(self, values: Mapping[str, Any], name: str = CHART) -> Release:
        """A release of the lab's own cloud controller."""
        archive = self._directory / f"{name}-1.35.0.tgz"
        archive.write_bytes(charts.package(CHART, "1.35.0"))
        return Release(name, NAMESPACE, str(archive), "1.35.0", dict(values))

    def installed(self, values: Mapping[str, Any]) -> list[str]:
        """The status of each revision once the driver has installed the release."""

        def install(api: LabCluster, of: str) -> list[str]:
            api.install_release(of, self.release(values))
            with programs(api.binaries, of) as call:
                return revisions(call)

        return self.do(install)  # type: ignore[no-any-return]

    def uninstalled(self) -> None:
        """The driver removes it."""
        self.do(lambda api, of: api.uninstall_release(of, CHART, NAMESPACE))

    def killed(self, leaving: str, verb: str, *arguments: str) -> list[str]:
        """The same when Helm, waiting for what never comes here, was killed."""

        def kill(api: LabCluster, of: str) -> list[str]:
            with programs(api.binaries, of) as call:
                command = [str(api.binaries / "helm"), verb, CHART, *arguments, WHERE, "--wait"]
                files = {"KUBECONFIG": f"{call.directory}/kubeconfig", "HOME": str(call.directory)}
                with subprocess.Popen(command, env=files) as helm:
                    try:
                        wait_until(lambda: revisions(call)[-1:] == [leaving], LIMIT_S)
                    finally:
                        helm.kill()
                return revisions(call)

        return self.do(kill)  # type: ignore[no-any-return]


def revisions(call: Programs) -> list[str]:
    """The status of each revision, as Helm remembers them."""
    try:
        history = call.run("helm", "history", CHART, WHERE, "--output=json")
    except ApiRefused:
        return []
    return [one["status"] for one in json.loads(history)]


def finalizers(*names: str) -> str:
    """A patch after which a deletion waits for these."""
    return json.dumps({"metadata": {"finalizers": list(names)}})
