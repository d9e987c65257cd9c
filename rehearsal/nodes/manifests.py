"""`apply-manifests.sh` and `write-values.sh`: files that a control plane is given."""

import re

from rehearsal.nodes.ports import Outcome
from rehearsal.nodes.session import Session, failed

DIRECTORY = "/var/lib/sovereign/manifests"
VALUES = "/var/lib/sovereign/cilium-values.yaml"
_DEFINITION = re.compile(r"(?P<group>[a-z0-9.]+\.[a-z0-9.]+)_(?P<plural>[a-z]+)\.yaml")
"""How Kubernetes projects name the file of one custom resource definition."""


def apply_manifests(session: Session) -> Outcome:
    """Fetch, verify and apply each manifest; a definition is served as soon as it is applied."""
    session.variable("LIMIT_S")
    lines: list[str] = []
    for entry in session.variable("MANIFESTS").splitlines():
        words = [*entry.split(), "", "", ""][:3]
        url, sha256, checksums = words
        if not url:
            continue
        name = url.rpartition("/")[2]
        failure = session.downloads.fetch(url, f"{DIRECTORY}/{name}", sha256, checksums)
        if failure:
            return failed(failure, "".join(lines))
        if session.cluster is None or session.host.role != "server":
            return session.diagnosed(
                f"{session.name}: the cluster refused {url}; see kubectl's message above the "
                "findings.",
                "".join(lines),
            )
        lines.append(f"{DIRECTORY}/{name} installed\n")
        lines += _apply(session, name)
    return Outcome("".join(lines), "", 0)


def _apply(session: Session, name: str) -> list[str]:
    cluster, match = session.cluster, _DEFINITION.fullmatch(name)
    assert cluster is not None
    if match is None:
        return [f"{name} serverside-applied\n"]
    definition = f"{match['plural']}.{match['group']}"
    if definition not in cluster.definitions:
        cluster.definitions.append(definition)
    reference = f"customresourcedefinition.apiextensions.k8s.io/{definition}"
    return [f"{reference} serverside-applied\n", f"{reference} condition met\n"]


def write_values(session: Session) -> Outcome:
    """Write Cilium's values beside the cluster; nothing reads them."""
    session.host.files[VALUES] = session.variable("VALUES")
    return Outcome(f"{VALUES} written\n", "", 0)
