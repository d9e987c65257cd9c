"""The files that are written to nodes: readable by what reads them, and hardened."""

import configparser
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scripts.sandbox import NODE_SIDE, SCRIPTS

SHELL_SCRIPTS = sorted(SCRIPTS.glob("*.sh"))
DOCUMENTS = sorted(SCRIPTS.glob("*.yaml"))
TOOLS = Path(sys.executable).parent


def load(name: str) -> Any:
    """Read one of the YAML files."""
    return yaml.safe_load((SCRIPTS / name).read_text())


@pytest.mark.parametrize("script", SHELL_SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_strict_posix_shell(script: Path) -> None:
    """Each names /bin/sh and stops at errors and unset variables; only a diagnosis goes on."""
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert ("set -u" if script.name == "diagnose.sh" else "set -eu") in lines


def test_shellcheck_finds_nothing() -> None:
    """As POSIX sh, with every optional severity."""
    tool = TOOLS / "shellcheck"
    if not tool.exists():
        pytest.skip("shellcheck is not installed in this environment")
    done = subprocess.run(
        [tool, "--shell=sh", "--severity=style", *SHELL_SCRIPTS], capture_output=True, text=True
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_yamllint_finds_nothing() -> None:
    """All documents are clean YAML."""
    tool = TOOLS / "yamllint"
    if not tool.exists():
        pytest.skip("yamllint is not installed in this environment")
    rules = (
        "{extends: default, rules: {document-start: disable, line-length: {max: 110},"
        " comments: {require-starting-space: false}}}"
    )
    done = subprocess.run(
        [tool, "--strict", "-d", rules, *DOCUMENTS], capture_output=True, text=True
    )
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("script", [s for s in SHELL_SCRIPTS if s.name not in NODE_SIDE])
def test_ssh_scripts_read_their_environment_from_a_plain_cat(script: Path) -> None:
    """sshd hands over a socket, which /dev/stdin cannot open; without inputs nothing is read."""
    evals = script.read_text().count('eval "$(cat)"')
    assert evals == (0 if script.name == "read-kubeconfig.sh" else 1)


@pytest.mark.parametrize(("unit", "role"), [("k3s", "server"), ("k3s-agent", "agent")])
def test_units_are_those_of_k3s(unit: str, role: str) -> None:
    """Notify when ready, leave containers alone on a stop, come back always."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    text = (SCRIPTS / f"{unit}.service").read_text()
    parser.read_string(text)
    assert dict(parser["Service"]) | {"ExecStartPre": ""} == {
        "Type": "notify",
        "KillMode": "process",
        "Delegate": "yes",
        "LimitNOFILE": "1048576",
        "LimitNPROC": "infinity",
        "LimitCORE": "infinity",
        "TasksMax": "infinity",
        "TimeoutStartSec": "0",
        "Restart": "always",
        "RestartSec": "5s",
        "ExecStartPre": "",
        "ExecStart": f"/usr/local/bin/k3s {role}",
    }
    assert "\nExecStartPre=-/sbin/modprobe br_netfilter\n" in text
    assert "\nExecStartPre=-/sbin/modprobe overlay\n" in text
    assert parser["Unit"]["After"] == parser["Unit"]["Wants"] == "network-online.target"
    assert parser["Install"]["WantedBy"] == "multi-user.target"
    assert role in parser["Unit"]["Description"]


def settings(name: str, separator: str) -> dict[str, str]:
    """Read a file of one setting per line."""
    lines = (SCRIPTS / name).read_text().splitlines()
    pairs = [line.split(separator, 1) for line in lines if line and not line.startswith("#")]
    return dict(pairs)


def test_the_kernel_is_as_the_kubelet_wants_it() -> None:
    """With protect-kernel-defaults the kubelet refuses to start on anything else."""
    assert settings("90-kubelet.conf", "=") == {
        "vm.panic_on_oom": "0",
        "vm.overcommit_memory": "1",
        "kernel.panic": "10",
        "kernel.panic_on_oops": "1",
    }


def test_ssh_takes_keys_only() -> None:
    """No password, no forwarding, and room for as many connections as a cluster has nodes."""
    assert settings("sshd.conf", " ") == {
        "PermitRootLogin": "prohibit-password",
        "AuthenticationMethods": "publickey",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitEmptyPasswords": "no",
        "X11Forwarding": "no",
        "AllowAgentForwarding": "no",
        "MaxStartups": "100:30:200",
    }


def test_pod_security_enforces_baseline_and_reports_restricted() -> None:
    """kube-system and Cilium's secrets are exempt; the rate limit is read from its own file."""
    document = load("psa.yaml")
    pod_security, rate_limit = document["plugins"]
    assert document["kind"] == "AdmissionConfiguration"
    assert document["apiVersion"] == "apiserver.config.k8s.io/v1"
    assert pod_security["name"] == "PodSecurity"
    assert pod_security["configuration"] == {
        "apiVersion": "pod-security.admission.config.k8s.io/v1",
        "kind": "PodSecurityConfiguration",
        "defaults": {
            "enforce": "baseline",
            "enforce-version": "latest",
            "audit": "restricted",
            "audit-version": "latest",
            "warn": "restricted",
            "warn-version": "latest",
        },
        "exemptions": {
            "usernames": [],
            "runtimeClasses": [],
            "namespaces": ["kube-system", "cilium-secrets"],
        },
    }
    assert rate_limit == {
        "name": "EventRateLimit",
        "path": "/var/lib/rancher/k3s/server/eventratelimit.yaml",
    }


def test_events_are_limited_for_the_whole_server() -> None:
    """The limit is generous, but there is one."""
    assert load("eventratelimit.yaml") == {
        "apiVersion": "eventratelimit.admission.k8s.io/v1alpha1",
        "kind": "Configuration",
        "limits": [{"type": "Server", "qps": 5000, "burst": 20000}],
    }


def test_the_audit_log_never_holds_a_body() -> None:
    """Everything else is at Metadata, secrets by a rule of their own that comes first."""
    document = load("audit.yaml")
    assert (document["apiVersion"], document["kind"]) == ("audit.k8s.io/v1", "Policy")
    assert document["omitStages"] == ["RequestReceived"]
    first, probes, leases, rest = document["rules"]
    assert first == {
        "level": "Metadata",
        "resources": [
            {"group": "", "resources": ["secrets", "configmaps", "serviceaccounts/token"]},
            {"group": "authentication.k8s.io", "resources": ["tokenreviews"]},
        ],
    }
    assert probes == {
        "level": "None",
        "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/version"],
    }
    assert leases == {
        "level": "None",
        "verbs": ["get", "update"],
        "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}],
    }
    assert rest == {"level": "Metadata"}


def test_the_boot_opens_root_by_key_only_and_stops_at_a_failing_command() -> None:
    """Commands run as one script: without "set -e" only the last one's failure would count."""
    text = (SCRIPTS / "cloud-init.yaml").read_text()
    assert text.startswith("#cloud-config\n")
    assert load("cloud-init.yaml") == {
        "disable_root": False,
        "ssh_pwauth": False,
        "ssh_deletekeys": True,
        "ssh_genkeytypes": ["ed25519"],
        "runcmd": ["set -e"],
    }
