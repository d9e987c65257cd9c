"""Every secret of a Sovereign, derived from one seed: HKDF-SHA256 with a label of purpose, node and
generation.

Nothing random is stored: the same seed gives the same keys, and a raised generation gives new ones.
Pure functions of plain text; the program calls them inside `Output.apply`, so that what they return
stays secret.
"""

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEED_MIN_CHARACTERS = 32
_SALT = b"sovereign/1"
_MAGIC = b"openssh-key-v1\0"
_LINE = 70
"""Characters per line of OpenSSH's private key file."""


@dataclass(frozen=True)
class KeyPair:
    """An ed25519 key pair in OpenSSH form; the public half has no comment."""

    private: str
    public: str


def derive(seed: str, purpose: str, subject: str = "", generation: int = 1) -> bytes:
    """32 bytes for that purpose and subject; another label gives unrelated bytes."""
    label = f"{purpose}/{subject}/{generation}".encode()
    return HKDF(SHA256(), 32, _SALT, label).derive(seed.encode())


def token(seed: str, purpose: str, subject: str) -> str:
    """64 hexadecimal characters, as k3s takes for a join token."""
    return derive(seed, purpose, subject).hex()


def server_token(seed: str, cluster: str) -> str:
    """Joins control planes and encrypts k3s' bootstrap data; escrow it with every snapshot."""
    return token(seed, "k3s-server-token", cluster)


def agent_token(seed: str, cluster: str) -> str:
    """Joins workers only."""
    return token(seed, "k3s-agent-token", cluster)


def deploy_key(seed: str, cluster: str) -> KeyPair:
    """The key with which the program logs in to every node."""
    return key_pair(derive(seed, "ssh-deploy-key", cluster))


def host_key(seed: str, node: str, generation: int) -> KeyPair:
    """The SSH host key of a node, pinned by every connection; rotated by the node's generation."""
    return key_pair(derive(seed, "ssh-host-key", node, generation))


def key_pair(secret: bytes) -> KeyPair:
    """The ed25519 pair of 32 secret bytes, written the same way every time.

    OpenSSH's file holds two equal random check words; they come from the secret here, so that one
    seed gives one text and an unchanged program an unchanged user_data. Format: openssh-portable
    PROTOCOL.key.
    """
    key = Ed25519PrivateKey.from_private_bytes(secret)
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public = _string(b"ssh-ed25519") + _string(raw)
    check = HKDF(SHA256(), 4, _SALT, b"openssh-check").derive(secret)
    private = check + check + public + _string(secret + raw) + _string(b"")
    private += bytes(range(1, 1 + -len(private) % 8))
    none = _string(b"none")
    body = (
        _MAGIC + none + none + _string(b"") + (1).to_bytes(4) + _string(public) + _string(private)
    )
    text = base64.b64encode(body).decode()
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    marked = [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        *lines,
        "-----END OPENSSH PRIVATE KEY-----",
        "",
    ]
    return KeyPair("\n".join(marked), f"ssh-ed25519 {base64.b64encode(public).decode()}")


def _string(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value
