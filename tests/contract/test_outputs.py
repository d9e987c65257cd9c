"""The contract with app stacks: names, types, secrecy and meaning of every output."""

from pathlib import Path
from typing import Any

import pytest

from sovereign.contract import CONTRACT, CONTRACT_VERSION
from tests.configurations import HIGHLY_AVAILABLE, dev
from tests.conftest import Golden
from tests.recording import Secret, record

GOLDEN = Path(__file__).parent / "golden" / "outputs.json"


def test_the_contract_is_golden(golden: Golden) -> None:
    """A changed name, type, secrecy or meaning breaks someone's stack: raise the version."""
    promises = [
        {"name": one.name, "type": one.type, "secret": one.secret, "meaning": one.meaning}
        for one in CONTRACT
    ]
    golden(GOLDEN, {"version": CONTRACT_VERSION, "outputs": promises})


SCENARIOS = {
    "dev": dev(),
    "single node": dev(pools={}),
    "highly available": HIGHLY_AVAILABLE,
    "node-local": dev(apiServerAddress="node-local"),
}
TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int),
    "object": lambda value: isinstance(value, dict),
    "array of string": lambda value: (
        isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
    ),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_exactly_the_promised_outputs_are_exported(scenario: str) -> None:
    """Each with the promised type and secrecy."""
    outputs = record(SCENARIOS[scenario]).outputs
    assert set(outputs) == {one.name for one in CONTRACT}
    for promise in CONTRACT:
        value = outputs[promise.name]
        assert isinstance(value, Secret) is promise.secret, promise.name
        found = value.value if isinstance(value, Secret) else value
        assert TYPES[promise.type](found), f"{promise.name}: {found!r} is no {promise.type}"


def test_a_first_preview_exports_the_same_names() -> None:
    """So that an app stack can be previewed with it."""
    assert set(record(dev(), preview=True).outputs) == {one.name for one in CONTRACT}


def test_the_values_say_what_the_contract_means() -> None:
    """Of three control planes and two pools."""
    outputs: dict[str, Any] = dict(record(HIGHLY_AVAILABLE).outputs)
    values, kubeconfig = outputs.pop("ciliumValues"), outputs.pop("kubeconfig")
    assert outputs.pop("subnetId") == f"{outputs.pop('networkId')}-10.0.1.0/24"
    assert values["encryption"]["enabled"] is True
    assert "client-key-data" in kubeconfig.value
    assert outputs == {
        "contractVersion": 1,
        "clusterName": "dev",
        "apiEndpoint": "https://198.51.100.2:6443",
        "apiEndpoints": [
            "https://198.51.100.2:6443",
            "https://198.51.100.3:6443",
            "https://198.51.100.4:6443",
        ],
        "apiPrivateEndpoint": "https://10.0.1.2:6443",
        "networkCidr": "10.0.0.0/16",
        "nodeCidr": "10.0.1.0/24",
        "podCidr": "10.42.0.0/16",
        "serviceCidr": "10.43.0.0/16",
        "controlPlanePrivateIps": {
            "dev-control-plane-1": "10.0.1.2",
            "dev-control-plane-2": "10.0.1.3",
            "dev-control-plane-3": "10.0.1.4",
        },
        "workerPrivateIps": {"dev-arm-11": "10.0.1.30", "dev-default-1": "10.0.1.20"},
        "pools": {
            "arm": {"location": "hel1", "serverType": "cax21", "nodes": ["dev-arm-11"]},
            "default": {"location": "nbg1", "serverType": "cpx32", "nodes": ["dev-default-1"]},
        },
        "k3sVersion": "v1.36.4+k3s1",
        "ciliumVersion": "1.20.2",
        "encryption": {"type": "wireguard", "strictMode": False, "nodeEncryption": False},
        "gatewayClass": "cilium",
    }


def test_encryption_and_gateway_class_follow_the_configuration() -> None:
    """Empty without the Gateway API."""
    cilium = {"encryption": {"strictMode": True}, "gatewayApi": {"enabled": False}}
    outputs = record(dev(pools={}, cilium=cilium)).outputs
    assert outputs["encryption"] == {
        "type": "wireguard",
        "strictMode": True,
        "nodeEncryption": False,
    }
    assert outputs["gatewayClass"] == ""
