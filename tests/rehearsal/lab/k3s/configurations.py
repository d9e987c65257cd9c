"""What a plan gives the hosts of these tests, and programs that stand in for images."""

from typing import Any

import yaml

from sovereign.plan.k3s import CONTROL_PLANE_TAINT, agent_config, server_config
from tests.rehearsal.lab.k3s.sandbox import Host, wait_until

FIRST = "10.0.1.2"
URL = f"https://{FIRST}:6443"
SERVER_TOKEN, AGENT_TOKEN = "token-of-servers", "token-of-agents"
ECHO = """#!/bin/sh
# Stands in for an image: says what it was given; ends with what follows "fail", or stays.
printf 'node=%s pod=%s secret=%s args=%s\\n' "${NODE:-}" "$LAB_POD" "${SECRET:-}" "$*"
printf 'namespace=%s\\n' "$(cat "$LAB_SERVICE_ACCOUNT/namespace")"
case ${1:-} in
fail) printf '%s\\n' "$2"; exit 1 ;;
once) exit 0 ;;
esac
exec sleep infinity
"""
CNI = "/etc/cni/net.d/05-cilium.conflist"


def server(address: str = FIRST, /, **more: Any) -> dict[str, Any]:
    """config.yaml of a server, as join.sh would write it."""
    config = server_config(
        address=address,
        pod_cidr="10.42.0.0/16",
        service_cidr="10.43.0.0/16",
        taints=[CONTROL_PLANE_TAINT],
        labels={},
        hardening=False,
        initialises=address == FIRST,
    )
    joins = {} if address == FIRST else {"server": URL}
    return {**config, **joins, "token": SERVER_TOKEN, "agent-token": AGENT_TOKEN, **more}


def agent(address: str, /, **more: Any) -> dict[str, Any]:
    """config.yaml of an agent."""
    config = agent_config(address=address, taints=[], labels={"pool": "a"}, hardening=False)
    return {**config, "server": URL, "token": AGENT_TOKEN, **more}


def start(host: Host, role: str, config: dict[str, Any]) -> None:
    """Configure and start k3s, and wait until it is up."""
    host.configure(config)
    host.start(role)
    wait_until(lambda: up(host), 120)


def up(host: Host) -> bool:
    """Whether its k3s said that its node is registered; a k3s that ended fails the test."""
    assert host.runs, host.said("fatal")
    return any(said.startswith("Successfully registered node") for said in host.said("info"))


def install_images(host: Host) -> None:
    """Put the programs where the kubelet looks for them."""
    for name in ("echo", "placeholder"):
        host.write(f"/usr/local/lib/lab/images/{name}", ECHO, "0755")


def ready(host: Host, node: str) -> str:
    """Status of a Node's Ready condition as `host` is told."""
    query = '{.status.conditions[?(@.type=="Ready")].status}'
    return host.kubectl("get", "node", node, f"--output=jsonpath={query}")


def apply(host: Host, *things: dict[str, Any]) -> None:
    """Apply manifests."""
    text = yaml.safe_dump_all(things)
    host.run("k3s", "kubectl", "apply", "--filename=-", text=text)


def workload(kind: str, name: str, arguments: list[str], **spec: Any) -> dict[str, Any]:
    """A workload of the kube-system namespace whose container is `echo`."""
    own = {key: spec.pop(key) for key in ("replicas",) if key in spec}
    container = {
        "name": "echo",
        "image": "lab.sovereign/echo:1",
        "args": arguments,
        "env": [
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            *spec.pop("env", []),
        ],
    }
    pod = {"containers": [container], **spec}
    metadata = {"name": name, "namespace": "kube-system"}
    if kind == "Job":
        template = {"spec": {"restartPolicy": "OnFailure", **pod}}
        return {
            "apiVersion": "batch/v1",
            "kind": kind,
            "metadata": metadata,
            "spec": {"template": template},
        }
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {
            **own,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
