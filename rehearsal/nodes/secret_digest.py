"""Digests that stand for secret values in the model's state, so that equality can still be
asked."""

import hashlib


def digest(value: str) -> str:
    """A value's digest."""
    return hashlib.sha256(f"secret:{value}".encode()).hexdigest()
