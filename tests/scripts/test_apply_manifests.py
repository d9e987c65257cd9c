"""apply-manifests.sh: manifests are verified, applied, and their definitions served."""

import hashlib

import pytest

from tests.scripts.sandbox import Ended, Sandbox

CRDS = "kind: CustomResourceDefinition\n"
POLICY = "kind: ValidatingAdmissionPolicy\n"
CRDS_URL = "https://releases.test/v1.6.1/experimental-install.yaml"
POLICY_URL = "https://releases.test/policy.yaml"
DEFINITIONS = [
    "customresourcedefinition.apiextensions.k8s.io/gateways.gateway.networking.k8s.io",
    "customresourcedefinition.apiextensions.k8s.io/httproutes.gateway.networking.k8s.io",
]
MANIFESTS = {
    "experimental-install.yaml": [*DEFINITIONS, "validatingadmissionpolicy.x/safe-upgrades"],
    "policy.yaml": ["validatingadmissionpolicy.x/policy"],
}


def pinned(url: str, text: str) -> str:
    """Return the line for a manifest with a pinned checksum."""
    return f"{url} {hashlib.sha256(text.encode()).hexdigest()} -"


LINES = f"\n{pinned(CRDS_URL, CRDS)}\n{pinned(POLICY_URL, POLICY)}\n\n"


@pytest.fixture
def server(host: Sandbox) -> Sandbox:
    """A control plane that reaches both manifests."""
    host.write("mirror/releases.test/v1.6.1/experimental-install.yaml", CRDS)
    host.write("mirror/releases.test/policy.yaml", POLICY)
    host.cluster(manifests=MANIFESTS)
    return host


def apply(host: Sandbox, shell: str = "bash", manifests: str = LINES) -> Ended:
    """Apply with two minutes for each manifest."""
    return host.ssh("apply-manifests.sh", shell, MANIFESTS=manifests, LIMIT_S="120")


def test_each_manifest_is_applied_and_its_definitions_awaited(server: Sandbox, shell: str) -> None:
    """Only definitions have the condition that is waited for; a manifest without any is not."""
    ended = apply(server, shell)
    command = "kubectl apply --server-side --force-conflicts"
    directory = "/var/lib/sovereign/manifests"
    assert (ended.code, ended.stderr) == (0, ""), ended
    assert [call for call in server.calls("k3s") if not call.startswith("kubectl get")] == [
        f"{command} --filename={directory}/experimental-install.yaml",
        f"kubectl wait --for=condition=Established --timeout=120s {' '.join(DEFINITIONS)}",
        f"{command} --filename={directory}/policy.yaml",
    ]


def test_a_second_run_downloads_nothing(server: Sandbox) -> None:
    """Applying again is harmless; what is right is kept."""
    apply(server)
    server.forget_calls()
    assert apply(server).code == 0
    assert server.calls("curl") == []


def test_a_manifest_is_verified_by_its_release(server: Sandbox) -> None:
    """The third word of a line is the checksum file."""
    line = f"{POLICY_URL} - https://releases.test/sums"
    assert apply(server, manifests=line).code == 1
    server.write("mirror/releases.test/sums", f"{pinned('', POLICY).split()[0]}  policy.yaml\n")
    assert apply(server, manifests=line).code == 0


def test_a_changed_manifest_is_not_applied(server: Sandbox) -> None:
    """A wrong checksum stops before the cluster sees anything."""
    server.write("mirror/releases.test/v1.6.1/experimental-install.yaml", "kind: Other\n")
    ended = apply(server)
    assert ended.code == 1
    assert ended.stderr.endswith("correct sovereign/artifacts.yaml.\n")
    assert server.calls("k3s") == []


def test_a_refused_manifest_is_named(server: Sandbox) -> None:
    """kubectl's message, the findings, the address of the manifest; nothing more is applied."""
    server.cluster(manifests=MANIFESTS, refuses={"apply": "error: conflict with field manager"})
    ended = apply(server)
    assert ended.code == 1
    assert ended.stderr.startswith("error: conflict with field manager\n== cloud-init")
    assert ended.stderr.endswith(
        f"\ndev-default-1: the cluster refused {CRDS_URL};"
        " see kubectl's message above the findings.\n"
    )
    assert len([call for call in server.calls("k3s") if "apply" in call]) == 1


def test_a_definition_that_is_not_established_is_named(server: Sandbox) -> None:
    """The API did not take the definition into service in time."""
    server.cluster(manifests=MANIFESTS, refuses={"wait": "error: timed out waiting"})
    ended = apply(server)
    assert ended.code == 1
    assert ended.stderr.startswith("error: timed out waiting\n== cloud-init")
    assert ended.stderr.endswith(
        f"\ndev-default-1: a definition in {CRDS_URL} is not established after 120 s;"
        " see kubectl's message above the findings.\n"
    )
