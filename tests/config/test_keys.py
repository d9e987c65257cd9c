"""Unknown keys and typed-in addresses: refused with what was probably meant."""

from typing import Any

import pytest

from sovereign.problems import Problem
from tests.configurations import dev, problem

UNKNOWN_KEYS = {
    "nme": (dev(nme=1), "did you mean `name`?"),
    "control_plane": (dev(control_plane={}), "did you mean `controlPlane`?"),
    "controlPlane.severType": (
        dev(controlPlane={"severType": "cpx32"}),
        "did you mean `serverType`?",
    ),
    "pools.a.taint": (dev(pools={"a": {"ids": [1], "taint": []}}), "did you mean `taints`?"),
    "pools.a.taints[0].efect": (
        dev(
            pools={"a": {"ids": [1], "taints": [{"key": "a", "effect": "NoSchedule", "efect": 1}]}}
        ),
        "did you mean `effect`?",
    ),
    "cilium.encryption.strict": (
        dev(cilium={"encryption": {"strict": True}}),
        "did you mean `strictMode`?",
    ),
    "cilium.hubble.xyz": (
        dev(cilium={"hubble": {"xyz": 1}}),
        "known keys: enabled, metrics, relay, ui",
    ),
    "network.vlan": (
        dev(network={"vlan": 1}),
        "known keys: cidr, nodeCidr, podCidr, serviceCidr",
    ),
    "ssh.extrakeys": (dev(ssh={"extrakeys": {}}), "did you mean `extraKeys`?"),
}


@pytest.mark.parametrize("path", UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(path: str) -> None:
    """Of the section that it stands in, or with all keys of that section."""
    cluster, fix = UNKNOWN_KEYS[path]
    assert problem(cluster) == Problem(path, "an unknown key", "unknown keys are refused", fix)


LOOPBACK = (
    "nothing listens on 127.0.0.1:6443 on a k3s agent, so Cilium on every worker would get "
    "'connection refused' and stay NotReady"
)


@pytest.mark.parametrize("value", ["127.0.0.1:6443", "127.0.0.1", "localhost:6443", "[::1]:6443"])
def test_the_api_at_loopback_is_refused_with_its_reason(value: str) -> None:
    """The incident, in every spelling; without pools too, for a pool may follow."""
    found = problem(dev(apiServerAddress=value))
    assert found.rule == f"{LOOPBACK} (this Sovereign has pools)"
    assert found.fix == (
        "write control-plane-ip (the control plane's private address) or node-local "
        "(127.0.0.1:6444)"
    )
    lonely = problem(dev(apiServerAddress=value, pools={}))
    assert lonely.rule == f"{LOOPBACK} (a pool added later has agents)"


@pytest.mark.parametrize("value", ["10.0.1.2", "10.0.1.2:6443", "127.0.0.1:6444", 6443])
def test_any_typed_in_address_is_refused(value: Any) -> None:
    """It is the control plane's output."""
    rule = "an address is derived, never typed in: it is the control plane's own output"
    assert problem(dev(apiServerAddress=value)).rule == rule
