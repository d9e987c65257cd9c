"""SSH keys by their public part: `algorithm base64`, without a comment."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)


def public_key(private_key: str) -> str:
    """The OpenSSH public key of an unencrypted OpenSSH or PEM private key.

    Raises:
        ValueError: where the text is no such key; the message does not repeat it.
    """
    text = private_key.strip().encode() + b"\n"
    load = load_ssh_private_key if b"OPENSSH" in text else load_pem_private_key
    try:
        key = load(text, None)
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise ValueError("not an unencrypted private key") from problem
    return public.decode()


def bare(key: str) -> str:
    """A public key without comment and surrounding blanks, for comparison."""
    return " ".join(key.split()[:2])
