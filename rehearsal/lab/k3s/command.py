"""The command line: `k3s server`, `k3s agent`, `k3s kubectl`, `k3s --version`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

KUBECTL = "/opt/lab/bin/kubectl"
STAND_IN = "lab stand-in"
_USAGE = """the lab's stand-in for k3s: etcd and kube-apiserver are real, the rest is not

USAGE: k3s server|agent [OPTIONS] | k3s kubectl … | k3s --version
"""


def main(version: str, argv: Sequence[str]) -> int:
    """Run a subcommand; its exit code."""
    if Path(argv[0]).name == "kubectl":
        return _kubectl(argv[1:])
    name, *rest = argv[1:] or ["help"]
    if name in ("--version", "-v"):
        sys.stdout.write(f"k3s version {version} ({STAND_IN})\n")
        return 0
    if name == "kubectl":
        return _kubectl(rest)
    if name in ("server", "agent"):
        from rehearsal.lab.k3s.process import serve

        return serve("server" if name == "server" else "agent", rest, version)
    if name in ("help", "--help", "-h"):
        sys.stdout.write(_USAGE)
        return 0
    sys.stderr.write(f"the {STAND_IN} of k3s has no {name}: server, agent and kubectl only\n")
    return 1


def _kubectl(arguments: Sequence[str]) -> int:
    """The real kubectl, with the administrator's kubeconfig unless another is named."""
    os.environ.setdefault("KUBECONFIG", "/etc/rancher/k3s/k3s.yaml")
    os.execv(KUBECTL, ["kubectl", *arguments])
