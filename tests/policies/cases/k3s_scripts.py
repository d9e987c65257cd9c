"""What rules say of k3s' options where a script runs k3s' own installer."""

import base64
from typing import Any

from tests.policies.cases.case import Case
from tests.policies.cases.stacks import CP, WORKER, Typed, k8s_service, release, server
from tests.policies.registrations import UNKNOWN

SERVER, COMMAND = CP[0], "command:remote:Command"
LEFT_TO, AT_REST = "k3s-network-left-to-cilium", "k3s-secrets-encryption"
CURL = "curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION=v1.36.4+k3s1"
OPTIONS = "--flannel-backend=none --disable-network-policy --disable-kube-proxy"
CAREFUL = f"#!/bin/sh\n{CURL} sh -s - server {OPTIONS} --secrets-encryption\n"
CARELESS = f"#!/bin/sh\n# --flannel-backend=none is for others\n{CURL} sh -\n"
FILE = f"""\
#cloud-config
write_files:
  - path: /etc/rancher/k3s/config.yaml
    content: |
      flannel-backend: none
      disable-network-policy: true
      disable-kube-proxy: true
      secrets-encryption: true
runcmd:
  - {CURL} sh -
"""
EXEC = f'{CURL} INSTALL_K3S_EXEC="server \\\n  {OPTIONS} --secrets-encryption" sh -\n'
AGENT = f"{CURL} K3S_URL=https://10.0.1.2:6443 sh -\n"
ELSEWHERE = f"{CURL} sh -s - $OPTIONS\n"
NOTHING = [
    "userData: flannel-backend is not set, not `none`",
    "userData: disable-network-policy is not set, not true",
    "userData: disable-kube-proxy is not set, not true",
]
CLEAR = "userData: secrets-encryption is not set, not true"


def installing(script: Any, key: str = "userData") -> Typed:
    """Return a server that a script makes, or with another key a command."""
    return (SERVER if key == "userData" else COMMAND), {key: script}


def packed(script: str) -> str:
    """Return a script as cloud-init takes it: base64."""
    return base64.b64encode(script.encode()).decode()


NETWORK = [
    *[
        Case(LEFT_TO, "compliant", [installing(script), release()])
        for script in (CAREFUL, FILE, EXEC, packed(CAREFUL))
    ],
    Case(LEFT_TO, "compliant", [installing(AGENT), release()], None),
    Case(LEFT_TO, "compliant", [installing(CARELESS)], None),
    Case(LEFT_TO, "violating", [installing(CARELESS), release()], NOTHING),
    Case(LEFT_TO, "violating", [installing(packed(CARELESS)), release()], NOTHING),
    Case(
        LEFT_TO,
        "violating",
        [
            installing(CAREFUL.replace("=none", "=vxlan").replace("-proxy", "-proxy=false")),
            ("kubernetes:core/v1:ConfigMap", {"metadata": {"name": "cilium-config"}}),
        ],
        [
            "userData: flannel-backend is `vxlan`, not `none`",
            "userData: disable-kube-proxy is false, not true",
        ],
    ),
    Case(
        LEFT_TO,
        "unknown",
        [installing(ELSEWHERE), release()],
        [f"deferred: {each.split(' is ')[0]}" for each in NOTHING],
    ),
    Case(
        LEFT_TO,
        "unknown",
        [installing(CAREFUL.replace("=none", ""), "create"), installing(UNKNOWN), release()],
        ["create: flannel-backend is `--disable-network-policy`, not `none`"],
    ),
    Case(
        LEFT_TO,
        "unknown",
        [installing(CARELESS, "create"), release()],
        [f"deferred: {each.split(' is ')[0]}".replace("userData", "create") for each in NOTHING],
    ),
]

SECRETS = [
    *[
        Case(AT_REST, "compliant", installing(script)[1])
        for script in (CAREFUL, FILE, EXEC, packed(CAREFUL))
    ],
    Case(AT_REST, "compliant", installing(AGENT)[1], None),
    Case(AT_REST, "violating", installing(CARELESS)[1], [CLEAR]),
    Case(
        AT_REST,
        "violating",
        installing(CAREFUL.replace("-encryption", "-encryption=false"))[1],
        ["userData: secrets-encryption is false, not true"],
    ),
    Case(
        AT_REST,
        "unknown",
        installing(CARELESS, "create")[1],
        ["deferred: create: secrets-encryption"],
    ),
]

EVERY = "api-server-every-control-plane"
SERVERS = [(SERVER, {**server(f"10.0.1.{i}")[1], "userData": CAREFUL}) for i in (2, 3, 4)]
BARE = [server(f"10.0.1.{i}") for i in (2, 3, 4)]
NOT_ONE = "deferred: values.k8sServiceHost"
SEPARATE = "hcloud:index/serverNetwork:ServerNetwork"
NAMED = [(SERVER, {"id": str(i), "userData": CAREFUL}) for i in (2, 3)]
NAMED += [(SERVER, {"id": "9", "userData": AGENT})]
JOINED = [(SEPARATE, {"serverId": float(i), "ip": f"10.0.1.{i}"}) for i in (2, 3, 9)]


def urls(*last: int) -> Typed:
    """Return a release of Cilium that knows these addresses."""
    listed = " ".join(f"https://10.0.1.{each}:6443" for each in last)
    return k8s_service("10.0.1.2", k8s={"apiServerURLs": listed})


def labelled(**labels: str) -> list[Typed]:
    """Return three servers with these labels."""
    return [(kind, {**props, "labels": labels}) for kind, props in BARE]


DEPENDS = "3 control planes, but Cilium knows the address of one"
ROLES = [
    Case(EVERY, "violating", [*SERVERS, k8s_service("10.0.1.2")], [DEPENDS]),
    *[
        Case(EVERY, "violating", [*labelled(**labels), k8s_service("10.0.1.2")], [DEPENDS])
        for labels in (
            {"node-role": "server"},
            {"machine_type": "control_plane"},
            {"node-role.kubernetes.io/control-plane": "true"},
            {"kind": "Master"},
        )
    ],
    Case(EVERY, "compliant", [*labelled(node_role="agent"), k8s_service("10.0.1.2")], None),
    Case(EVERY, "compliant", [SERVERS[0], WORKER, k8s_service("10.0.1.2")], None),
    Case(EVERY, "unknown", [*BARE, k8s_service("10.0.1.2")], [NOT_ONE]),
    Case(EVERY, "unknown", [*labelled(kind="server"), k8s_service("10.0.1.2")], [NOT_ONE]),
    Case(EVERY, "compliant", [*BARE, k8s_service("127.0.0.1", 6444.0)]),
    Case(EVERY, "compliant", [BARE[0], k8s_service("10.0.1.2")], None),
    Case(EVERY, "compliant", [*NAMED, *JOINED, urls(2, 3)]),
    Case(
        EVERY,
        "violating",
        [*NAMED, *JOINED, urls(2)],
        ["values.k8s.apiServerURLs lacks 10.0.1.3"],
    ),
    Case(
        EVERY,
        "violating",
        [*[(kind, {"userData": CAREFUL}) for kind, _ in NAMED], *JOINED, urls(2, 3)],
        ["values.k8s.apiServerURLs names 2 of 3 control planes"],
    ),
]

CASES = [*NETWORK, *SECRETS, *ROLES]
