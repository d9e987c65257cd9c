"""Machines and versions outside what is tested: refused with the reason."""

from typing import Any

import pytest

from tests.configurations import dev, problem, problems

KERNEL = 'add `imageKernel: "6.8"` beside it with the kernel that `uname -r` shows'

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a type that is gone": (
        {"controlPlane": {"serverType": "cx22"}},
        (
            "controlPlane.serverType: found 'cx22'; this type can no longer be ordered; "
            "use for example cpx32"
        ),
    ),
    "an old image": (
        {"controlPlane": {"image": "ubuntu-20.04"}},
        (
            "controlPlane.image: found 'ubuntu-20.04'; its kernel 5.4 is older than 5.10, which "
            "Cilium's eBPF needs; use for example ubuntu-24.04"
        ),
    ),
    "an image of one's own": (
        {"controlPlane": {"image": "golden"}},
        (
            "controlPlane.image: found 'golden'; the kernel of this image is not known here, "
            "Cilium "
            f"needs 5.10 or newer; {KERNEL}"
        ),
    ),
    "an image of one's own with an old kernel": (
        {"controlPlane": {"image": "golden", "imageKernel": "5.9"}},
        (
            "controlPlane.image: found 'golden'; its kernel 5.9 is older than 5.10, which Cilium's "
            "eBPF needs; use for example ubuntu-24.04"
        ),
    ),
    "an untested Cilium line": (
        {"cilium": {"version": "1.18.3"}},
        "cilium.version: found '1.18.3'; tested lines are 1.20, 1.19; use 1.20.2",
    ),
    "a Cilium that sizes WireGuard wrong": (
        {"cilium": {"version": "1.19.4"}, "k3s": {"version": "v1.35.1+k3s1"}},
        (
            "cilium.version: found '1.19.4'; 1.19.5 is the lowest of line 1.19: older ones size "
            "WireGuard's MTU wrong; use 1.19.5 or newer"
        ),
    ),
    "a Kubernetes that is too new": (
        {"k3s": {"version": "v1.37.1+k3s1"}},
        (
            "k3s.version: found 'v1.37.1+k3s1'; Cilium 1.20 is tested with Kubernetes 1.33 to "
            "1.36; "
            "choose a pair inside the matrix"
        ),
    ),
    "a Kubernetes that is too old": (
        {"k3s": {"version": "v1.32.9+k3s1"}},
        (
            "k3s.version: found 'v1.32.9+k3s1'; Cilium 1.20 is tested with Kubernetes 1.33 to "
            "1.36; "
            "choose a pair inside the matrix"
        ),
    ),
    "a cloud controller that panics": (
        {"cloudController": {"version": "1.30.0"}},
        (
            "cloudController.version: found '1.30.0'; below 1.30.1 it panics since the datacenter "
            "field left Hetzner's API (2026-07-01); use 1.30.1 or newer"
        ),
    ),
    "SSH in the place of the API": (
        {"ssh": {"port": 6443}},
        (
            "ssh.port: found 6443; k3s, etcd, Cilium or NodePorts listen there on every node; "
            "use 22, or for example 2222"
        ),
    ),
    "SSH among NodePorts": (
        {"ssh": {"port": 30000}},
        (
            "ssh.port: found 30000; k3s, etcd, Cilium or NodePorts listen there on every node; "
            "use 22, or for example 2222"
        ),
    ),
    "a UI that reads from nowhere": (
        {"cilium": {"hubble": {"relay": False}}},
        (
            "cilium.hubble.ui: found True; the UI reads from the relay, without it nothing is "
            "shown; "
            "switch the relay on or the UI off"
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_arithmetic_or_reason(case: str) -> None:
    """One problem, with the path as it stands in the file."""
    changes, text = REFUSED[case]
    assert str(problem(dev(**changes))) == text


ACCEPTED: dict[str, dict[str, Any]] = {
    "an image with a kernel at the floor": {
        "controlPlane": {"image": "golden", "imageKernel": "5.10"}
    },
    "the lowest cloud controller": {"cloudController": {"version": "1.30.1"}},
    "the lowest Cilium of a line": {"cilium": {"version": "1.20.0"}},
    "SSH below the NodePorts": {"ssh": {"port": 29999}},
    "no Hubble at all": {"cilium": {"hubble": {"enabled": False, "relay": False}}},
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_edge_is_accepted(case: str) -> None:
    """One step inside what is refused."""
    assert [str(one) for one in problems(dev(**ACCEPTED[case]))] == []


def test_an_unknown_server_type_is_answered_with_the_known_ones() -> None:
    """All that can be ordered."""
    found = problem(dev(controlPlane={"serverType": "cx99"}))
    assert (found.path, found.rule) == ("controlPlane.serverType", "unknown server type")
    assert found.fix.startswith("known: cx23, cx33, ")
    assert "cax41" in found.fix
