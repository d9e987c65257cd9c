"""k3s' join tokens: what a text names, and whether a cluster takes it. Only fingerprints are
kept."""

import hashlib
from dataclasses import dataclass

SECURE_PREFIX = "K10"


@dataclass(frozen=True)
class Token:
    """A token in its secure (`K10<hash of the CA>::user:password`) or short form."""

    ca_hash: str
    """Empty in the short form, which pins no certificate authority."""
    fingerprint: str
    """Of the password alone."""


def parse(text: str) -> Token:
    """Read a token; the password of the secure form stands after its last colon."""
    if text.startswith(SECURE_PREFIX) and "::" in text:
        ca_hash, _, credentials = text.removeprefix(SECURE_PREFIX).partition("::")
        return Token(ca_hash, fingerprint(credentials.rpartition(":")[2]))
    return Token("", fingerprint(text))


def fingerprint(password: str) -> str:
    """What is kept of a password."""
    return hashlib.sha256(f"token:{password}".encode()).hexdigest()


def ca_mismatch(token: Token, ca_hash: str) -> str:
    """k3s' words where the token pins another certificate authority, or an empty text."""
    if not token.ca_hash or token.ca_hash == ca_hash:
        return ""
    return (
        f"token CA hash does not match the Cluster CA certificate hash: {token.ca_hash} != "
        f"{ca_hash}"
    )
