"""`/etc/rancher/k3s/k3s.yaml`, the administrator's kubeconfig."""

import base64

import yaml

from rehearsal.lab.k3s.authorities import Authorities
from rehearsal.lab.k3s.paths import Paths, write
from rehearsal.nodes.k3s import K3s


def write_kubeconfig(paths: Paths, authorities: Authorities, k3s: K3s) -> None:
    """Write it for this server, with the mode that the configuration asks for."""
    admin = paths.tls / "client-admin.crt"
    named = {"cluster": "default", "user": "default"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "default",
                "cluster": {
                    "server": f"https://127.0.0.1:{k3s.api_port}",
                    "certificate-authority-data": _encoded(
                        authorities.path("server-ca").read_text("utf-8")
                    ),
                },
            }
        ],
        "users": [
            {
                "name": "default",
                "user": {
                    "client-certificate-data": _encoded(admin.read_text("utf-8")),
                    "client-key-data": _encoded(admin.with_suffix(".key").read_text("utf-8")),
                },
            }
        ],
        "contexts": [{"name": "default", "context": named}],
        "current-context": "default",
        "preferences": {},
    }
    mode = int(k3s.text("write-kubeconfig-mode", "600"), 8)
    write(paths.kubeconfig, yaml.safe_dump(config, sort_keys=False), mode)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
