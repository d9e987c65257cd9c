"""The scripts that are run over SSH, recognized by their exact text, and what each does in the
model."""

from collections.abc import Callable
from pathlib import Path

from rehearsal.nodes.departure import leave
from rehearsal.nodes.gates import wait_api, wait_ready
from rehearsal.nodes.join import join
from rehearsal.nodes.kubeconfig import issue
from rehearsal.nodes.manifests import apply_manifests, write_values
from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.retirement import retire
from rehearsal.nodes.session import Session, failed

KUBECONFIG = "/etc/rancher/k3s/k3s.yaml"


def read_kubeconfig(session: Session) -> Outcome:
    """`read-kubeconfig.sh`: the file that k3s writes when its server starts."""
    cluster = session.cluster
    if cluster is None or session.host.role != "server":
        return failed(
            f"{session.name} has no {KUBECONFIG}, which k3s writes when its server starts; "
            'run "pulumi up" again, '
            "which joins this server first."
        )
    return Outcome(issue(cluster, session.host), "", 0)


SCRIPTS: dict[str, Callable[[Session], Outcome]] = {
    "join.sh": join,
    "wait-api.sh": wait_api,
    "read-kubeconfig.sh": read_kubeconfig,
    "apply-manifests.sh": apply_manifests,
    "write-values.sh": write_values,
    "wait-ready.sh": wait_ready,
    "leave.sh": leave,
    "retire.sh": retire,
}
"""File name -> what running it does."""

READ_NOTHING = ("read-kubeconfig.sh",)
"""Scripts that do not read their stdin."""


def texts(directory: Path) -> dict[str, str]:
    """Text -> file name of every script there that the model knows."""
    return {(directory / name).read_text(encoding="utf-8"): name for name in SCRIPTS}
