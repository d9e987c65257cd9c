"""What all servers of a cluster have in common: its authorities and keys. The first server makes
them, a joining one is given them, each keeps them on its disk."""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

from rehearsal.lab.k3s import pki
from rehearsal.lab.k3s.paths import write

_AUTHORITIES = ("server-ca", "client-ca", "request-header-ca", "etcd-ca")
_SERVICE_KEY = "service.key"
_ENCRYPTION = "encryption-config.json"


class Authorities:
    """The files below `tls`."""

    def __init__(self, tls: Path) -> None:
        self._tls = tls

    @property
    def exist(self) -> bool:
        """Whether this server has them already."""
        return self.service_key.is_file()

    @property
    def service_key(self) -> Path:
        """Signs service account tokens."""
        return self._tls / _SERVICE_KEY

    @property
    def encryption(self) -> Path:
        """How Secrets are encrypted in etcd."""
        return self._tls / _ENCRYPTION

    def path(self, name: str) -> Path:
        """An authority's certificate file."""
        return self._tls / f"{name}.crt"

    def pair(self, name: str) -> pki.Pair:
        """An authority, to sign with."""
        key = self._tls / f"{name}.key"
        return pki.Pair(self.path(name).read_text("utf-8"), key.read_text("utf-8"))

    def make(self) -> None:
        """A new cluster's."""
        for name in _AUTHORITIES:
            pair = pki.new_authority(f"k3s-{name}@lab")
            write(self.path(name), pair.certificate, 0o644)
            write(self._tls / f"{name}.key", pair.key)
        write(self.encryption, json.dumps(_encryption()))
        write(self.service_key, pki.new_key())

    def files(self) -> dict[str, str]:
        """All of them, for a server that joins."""
        names = [f"{name}.{part}" for name in _AUTHORITIES for part in ("crt", "key")]
        return {
            name: (self._tls / name).read_text("utf-8")
            for name in (*names, _ENCRYPTION, _SERVICE_KEY)
        }

    def take(self, files: Mapping[str, str]) -> None:
        """Keep what another server gave; the file that says they are complete comes last."""
        for name in sorted(files, key=_SERVICE_KEY.__eq__):
            write(self._tls / name, files[name])


def _encryption() -> dict[str, object]:
    key = {"name": "aescbckey", "secret": base64.b64encode(os.urandom(32)).decode()}
    return {
        "kind": "EncryptionConfiguration",
        "apiVersion": "apiserver.config.k8s.io/v1",
        "resources": [
            {
                "resources": ["secrets"],
                "providers": [{"aescbc": {"keys": [key]}}, {"identity": {}}],
            }
        ],
    }
