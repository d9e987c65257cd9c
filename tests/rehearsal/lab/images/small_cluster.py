"""A cluster in miniature for what runs in pods: hosts of the lab, a real API on the first of them,
and no k3s. Containers are started by the test, as a kubelet would.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.rehearsal.lab.hosts.small_lab import SmallLab, open_lab, wait_until
from tests.rehearsal.lab.images.authority import certificates

HERE = Path(__file__).parent
NAMESPACE = "kube-system"
API_LIMIT_S = 60.0
TOKEN = "administrator"
CLOUD_CONFIG = "#cloud-config\n{}\n"


@dataclass
class SmallCluster:
    """Hosts `cp` (10.0.1.2), `w1` (10.0.1.20), … and the API on `cp`."""

    lab: SmallLab
    servers: dict[str, int]
    network: int
    kubeconfig: str = ""
    """The administrator's, for the operator's place on the internet."""
    started: set[tuple[str, str]] = field(default_factory=set)

    def address(self, host: str) -> str:
        """A host's private address."""
        return self.lab.record(self.servers[host]).attachments[0].ip

    def on(self, host: str, *arguments: str) -> str:
        """What a command on a host prints; it must succeed."""
        return self.lab.inside(self.servers[host], *arguments)

    def write(self, host: str, path: str, text: str) -> None:
        """A file on a host."""
        store = ["install", "-D", "-m", "0600", "/dev/stdin", path]
        self.lab.hosts.run_inside(self.servers[host], store, text)

    def kubectl(self, *arguments: str) -> str:
        """kubectl as the administrator, on the control plane."""
        program = ("/opt/lab/bin/kubectl", "--kubeconfig=/etc/small/admin.yaml")
        return self.on("cp", *program, *arguments)

    def get(self, *what: str) -> Any:
        """An object of the API."""
        return json.loads(self.kubectl("get", *what, "--output=json"))

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Objects as they are."""
        self.write("cp", "/etc/small/objects.yaml", yaml.safe_dump_all(objects))
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "/etc/small/objects.yaml")

    def register(self, host: str, pods: str, **annotations: str) -> None:
        """A Node as a k3s for an external cloud provider registers it."""
        taints = [
            {"key": "node.cilium.io/agent-not-ready", "effect": "NoExecute"},
            {
                "key": "node.cloudprovider.kubernetes.io/uninitialized",
                "value": "true",
                "effect": "NoSchedule",
            },
        ]
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": host, "annotations": annotations},
                "spec": {"podCIDR": pods, "taints": taints},
            }
        )
        addresses = [{"type": "InternalIP", "address": self.address(host)}]
        patch = json.dumps({"status": {"addresses": addresses}})
        self.kubectl("patch", "node", host, "--subresource=status", "--type=merge", "-p", patch)

    def start(
        self, host: str, image: str, account: str, *, arguments: str = "", **variables: str
    ) -> None:
        """Run a container on a host with a service account's token."""
        self.stop(host, image)
        self.write(host, "/etc/small/container.sh", (HERE / "container.sh").read_text("utf-8"))
        token = self.kubectl("create", "token", account, f"--namespace={NAMESPACE}")
        given = [f"{name}={value}" for name, value in variables.items()]
        words = (image, token.strip(), arguments, *given)
        self.on(host, "sh", "/etc/small/container.sh", *words)
        self.started.add((host, image))

    def stop(self, host: str, image: str) -> None:
        """End it, and forget what it said."""
        if (host, image) in self.started:
            end = f'kill "$(cat /run/small/{image}/pid)"; sleep 0.2; rm -f /run/lab/{image}.json'
            self.lab.hosts.run_inside(self.servers[host], ["sh", "-c", end])
            self.started.discard((host, image))

    def last_line(self, host: str, image: str) -> str:
        """What a container said last, which is what a kubelet reports of an ended one."""
        return (self.on(host, "cat", f"/run/small/{image}/log").splitlines() or [""])[-1]

    def said(self, host: str, image: str) -> Mapping[str, Any]:
        """What a stand-in says of itself."""
        done = self.lab.hosts.run_inside(self.servers[host], ["cat", f"/run/lab/{image}.json"])
        return dict(json.loads(done.stdout)) if done.stdout else {"ready": False, "reason": ""}

    def wait(self, host: str, image: str, what: Callable[[Mapping[str, Any]], Any]) -> None:
        """Wait until what a stand-in says of itself is so."""
        try:
            wait_until(lambda: bool(what(self.said(host, image))), 30.0)
        except AssertionError:
            log = self.on(host, "cat", f"/run/small/{image}/log")
            raise AssertionError(f"{host}: {self.said(host, image)}\n{log}") from None


@contextmanager
def small_cluster(directory: Path, programs: Path, hosts: Sequence[str]) -> Iterator[SmallCluster]:
    """Hosts of these names, `cp` first; `programs` holds etcd, kube-apiserver and kubectl."""
    with open_lab(directory, programs) as lab:
        cluster = SmallCluster(lab, {}, lab.network())
        for number, name in enumerate(hosts):
            server = lab.server(name, CLOUD_CONFIG)
            ip = "10.0.1.2" if name == "cp" else f"10.0.1.{19 + number}"
            lab.act(server, "attach_to_network", network=cluster.network, ip=ip)
            cluster.servers[name] = server
        lab.hosts.settle()
        _start_api(cluster)
        yield cluster


def _start_api(cluster: SmallCluster) -> None:
    public = cluster.lab.record(cluster.servers["cp"]).public_ipv4 or ""
    made = certificates(["127.0.0.1", "10.0.1.2", "10.43.0.1", public])
    cluster.kubeconfig = kubeconfig(public, made["ca.crt"])
    made["tokens.csv"] = f"{TOKEN},admin,1,system:masters\n"
    made["admin.yaml"] = kubeconfig("127.0.0.1", made["ca.crt"])
    for name, text in made.items():
        cluster.write("cp", f"/etc/small/{name}", text)
    for host in cluster.servers:
        cluster.write(host, "/etc/small/ca.crt", made["ca.crt"])
    script = (HERE / "start-api.sh").read_text("utf-8")
    cp = cluster.servers["cp"]
    done = cluster.lab.hosts.run_inside(cp, ["sh", "-s"], script, API_LIMIT_S)
    assert done.returncode == 0, done.stdout + done.stderr


def kubeconfig(address: str, authority: str) -> str:
    """The administrator's, for an API at that address."""
    named = {"name": "small", "context": {"cluster": "small", "user": "small"}}
    trusted = base64.b64encode(authority.encode()).decode()
    server = {"server": f"https://{address}:6443", "certificate-authority-data": trusted}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "small",
            "contexts": [named],
            "clusters": [{"name": "small", "cluster": server}],
            "users": [{"name": "small", "user": {"token": TOKEN}}],
        }
    )
