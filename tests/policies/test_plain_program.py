"""The packs over a program that is not ours: it uses hcloud, Kubernetes and Helm directly."""

import asyncio
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import resource_pb2

from tests import recording
from tests.policies.registrations import Registrations, taken
from tests.policies.wire import RunningPack, running
from tests.recording import Monitor, Recording

PROGRAM = Path(__file__).parent / "plain"
FAULTS = {
    "open-ssh": {"world-open-ports"},
    "wide-ssh": {"world-open-ports"},
    "no-firewall": {"server-firewall"},
    "firewall-of-others": {"server-firewall"},
    "firewall-apart": set(),
    "flannel": {"k3s-network-left-to-cilium"},
    "clear-secrets": {"k3s-secrets-encryption"},
    "two-servers": {"api-server-every-control-plane"},
    "no-roles": {"network-deferred"},
    "charts": {"network-deferred"},
    "charts clear": {"network-deferred", "wireguard-on"},
    "old-controller": {"cloud-controller-floor"},
    "moving-image": {"images-pinned"},
    "open-policy": {"default-deny"},
    "loopback": {"api-server-address"},
    "clear": {"wireguard-on"},
    "retired-type": {"server-type-retired"},
    "no-network": {"server-attached", "api-server-address"},
    "newest-k3s": {"k3s-installer-pinned"},
    "floating-chart": {"versions-pinned"},
    "floating-image": {"images-pinned"},
    "open-namespace": {"default-deny"},
    "no-owner": {"managed-by-label"},
}
"""What is done wrong -> which rules of both packs must say so: none, where another way is right."""


class Cluster(Monitor):
    """Renders the one chart of the program, as far as rules read it."""

    def Invoke(self, request: Any) -> Any:  # noqa: N802 # protobuf's name
        """Answer `helm template` with Cilium's configuration."""
        assert request.tok == "kubernetes:helm:template"
        values = json.loads(request.args["jsonOpts"])["values"]
        data = {
            "enable-wireguard": json.dumps(values["encryption"]["enabled"]),
            "kube-proxy-replacement": json.dumps(values["kubeProxyReplacement"]),
            "ipam": "cluster-pool",
            "cluster-pool-ipv4-cidr": " ".join(
                values["ipam"]["operator"]["clusterPoolIPv4PodCIDRList"]
            ),
            "mtu": str(values["MTU"]),
        }
        metadata = {"name": "cilium-config", "namespace": "kube-system"}
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
        answer = json_format.ParseDict({"result": [config]}, struct_pb2.Struct())
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 # protobuf's name
        """A Chart's outputs are references to what it made."""
        if ":Chart::" in request.urn:
            return empty_pb2.Empty()
        return super().RegisterResourceOutputs(request)


@pytest.fixture(scope="module")
def packs() -> Iterator[list[RunningPack]]:
    """Both packs, started once."""
    with running("network") as network, running("encryption") as encryption:
        yield [network, encryption]


def registered(*faults: str, preview: bool = False) -> Registrations:
    """What the program registers with these faults; of a Chart the engine shows no inputs."""
    monitor = Cluster(Recording(), None, preview)
    config = {"plain:faults": " ".join(faults)}

    def program() -> None:
        runpy.run_path(str(PROGRAM), run_name="__main__")

    made = taken(asyncio.run(recording.session(program, monitor, config)), {})
    for each in made.values():
        if each.type.endswith(":Chart"):
            each.inputs.clear()
    return made


def reported(packs: list[RunningPack], stack: Registrations) -> set[str]:
    return {each.policy for pack in packs for each in pack.judge(stack).findings}


@pytest.mark.parametrize("preview", [False, True])
def test_a_careful_program_has_no_findings(packs: list[RunningPack], preview: bool) -> None:
    """No rule misses our components, and rules were evaluated."""
    stack = registered(preview=preview)
    assert not [each for each in stack.values() if each.type.startswith("sovereign:")]

    verdicts = [pack.judge(stack) for pack in packs]

    assert [verdict.findings for verdict in verdicts] == [(), ()]
    assert [len(verdict.evaluated) > 2 for verdict in verdicts] == [True, True]


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_done_wrong_is_found(packs: list[RunningPack], fault: str, preview: bool) -> None:
    """By the rules of its kind and no other, before anything exists and after."""
    assert reported(packs, registered(fault, preview=preview)) == FAULTS[fault]
