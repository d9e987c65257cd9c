"""Where k3s keeps its files on a host."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """All of them, below `root`, so that a test can have a host of its own."""

    root: Path = Path("/")

    @property
    def config(self) -> Path:
        """`/etc/rancher/k3s/config.yaml`."""
        return self.root / "etc/rancher/k3s/config.yaml"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, on servers."""
        return self.root / "etc/rancher/k3s/k3s.yaml"

    @property
    def node_password(self) -> Path:
        """What this host proves with that it is the node of its name."""
        return self.root / "etc/rancher/node/password"

    @property
    def server(self) -> Path:
        """What servers alone have."""
        return self.root / "var/lib/rancher/k3s/server"

    @property
    def tls(self) -> Path:
        """Authorities and certificates of a server."""
        return self.server / "tls"

    @property
    def etcd(self) -> Path:
        """etcd's data and the member's name."""
        return self.server / "db/etcd"

    @property
    def agent(self) -> Path:
        """Certificates of the kubelet, and the servers that an agent knows."""
        return self.root / "var/lib/rancher/k3s/agent"

    @property
    def kubelet(self) -> Path:
        """Volumes of pods."""
        return self.root / "var/lib/kubelet"

    @property
    def cni(self) -> Path:
        """Where a pod network says that it is there."""
        return self.root / "etc/cni/net.d"

    @property
    def pod_logs(self) -> Path:
        """What containers print."""
        return self.root / "var/log/pods-lab"

    @property
    def images(self) -> Path:
        """Programs that stand in for container images."""
        return self.root / "usr/local/lib/lab/images"

    @property
    def logs(self) -> Path:
        """Logs of etcd and kube-apiserver, which k3s would have in its own."""
        return self.root / "var/log/lab-k3s"

    @property
    def sysctls(self) -> Path:
        """Kernel settings as the host's `sysctl` stand-in recorded them."""
        return self.root / "run/lab/sysctl.json"


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file at once, with its directories."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(mode)
    fresh.replace(path)
