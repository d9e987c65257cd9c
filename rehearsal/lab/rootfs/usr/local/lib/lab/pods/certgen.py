"""Hubble's certificates: an authority and what it signs, as Secrets. A Job that ends."""

import base64
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

from .api import Api, Refused, Unreachable
from .condition import Condition

SECRETS = "/api/v1/namespaces/kube-system/secrets"
DAYS = "1095"
NAMES = {
    "hubble-server-certs": "*.hubble-grpc.cilium.io",
    "hubble-relay-client-certs": "*.hubble-relay.cilium.io",
}
"""Secret -> the name in its certificate."""


def main() -> NoReturn:
    """The container's command: make what is missing."""
    condition = Condition("hubble-generate-certs")
    try:
        made = make(Api.from_environment())
    except (Unreachable, Refused) as failed:
        condition.fail(str(failed))
    condition.done()
    condition.say(f"made {', '.join(made) or 'nothing, all Secrets exist'}")
    raise SystemExit(0)


def make(api: Api) -> list[str]:
    """The Secrets that were missing, by name; where one was, all are made anew."""
    if all(api.find(f"{SECRETS}/{name}") for name in NAMES):
        return []
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        _openssl(place, "req", "-x509", *_key("ca"), "-days", DAYS, "-subj", "/CN=Cilium CA",
                 "-out", "ca.crt")  # fmt: skip
        for secret, name in NAMES.items():
            _openssl(place, "req", "-x509", *_key("tls"), "-days", DAYS, "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName=DNS:{name}", "-CA", "ca.crt", "-CAkey", "ca.key",
                     "-out", "tls.crt")  # fmt: skip
            _keep(api, secret, place)
    return list(NAMES)


def _key(name: str) -> tuple[str, ...]:
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            f"{name}.key")  # fmt: skip


def _openssl(place: Path, *argv: str) -> None:
    subprocess.run(["openssl", *argv], cwd=place, check=True, capture_output=True)


def _keep(api: Api, name: str, place: Path) -> None:
    files = ("ca.crt", "tls.crt", "tls.key")
    data = {file: base64.b64encode((place / file).read_bytes()).decode() for file in files}
    api.delete(f"{SECRETS}/{name}")
    api.create(
        SECRETS,
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": name},
            "data": data,
        },
    )
