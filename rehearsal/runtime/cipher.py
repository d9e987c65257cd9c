"""Pulumi's passphrase secrets provider: what it writes, we read, and the other way round.

PBKDF2-HMAC-SHA256 with 1,000,000 rounds derives the key, AES-256-GCM encrypts
(`v1:<base64 nonce>:<base64 ciphertext and tag>`). The salt line carries a check value that decrypts
to the word "pulumi". Source: facts/runtime.md §5, executed against CLI 3.259.
"""

import base64
import functools
import hashlib
import os
import threading
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ROUNDS: Final = 1_000_000
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 8
CHECK_WORD: Final = "pulumi"
VERSION: Final = "v1"


class WrongPassphrase(Exception):
    """The passphrase does not open the state's secrets."""


@functools.cache
def derive_key(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase and a salt; derived once per process (about 0.3 s)."""
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS, KEY_BYTES)


class Cipher:
    """Encrypts and decrypts the secrets of one stack; safe to use from several threads."""

    def __init__(self, key: bytes, salt_line: str) -> None:
        self._gcm = AESGCM(key)
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()
        self.salt_line = salt_line
        """`v1:<base64 salt>:<check value>`, as it stands in the state and in the settings."""

    @classmethod
    def fresh(cls, passphrase: str) -> "Cipher":
        """A cipher for a stack that has no state yet; its salt is random."""
        salt = os.urandom(SALT_BYTES)
        key = derive_key(passphrase, salt)
        check = _seal(AESGCM(key), CHECK_WORD)
        return cls(key, f"{VERSION}:{base64.b64encode(salt).decode()}:{check}")

    @classmethod
    def unlock(cls, passphrase: str, salt_line: str) -> "Cipher":
        """The cipher of an existing state; raises WrongPassphrase."""
        version, salt, check = salt_line.split(":", 2)
        if version != VERSION:
            raise WrongPassphrase(f"the salt has version {version!r}, only {VERSION!r} is known")
        key = derive_key(passphrase, base64.b64decode(salt))
        try:
            word = _open(AESGCM(key), check)
        except InvalidTag:
            word = ""
        if word != CHECK_WORD:
            raise WrongPassphrase("the passphrase does not open this stack's secrets")
        return cls(key, salt_line)

    def encrypt(self, text: str) -> str:
        """Encrypt a text; the same text gives the same ciphertext again, so states stay stable."""
        with self._lock:
            known = self._known.get(text)
        if known is not None:
            return known
        sealed = _seal(self._gcm, text)
        with self._lock:
            return self._known.setdefault(text, sealed)

    def decrypt(self, ciphertext: str) -> str:
        """Decrypt a ciphertext; raises WrongPassphrase where it was made with another key."""
        try:
            text = _open(self._gcm, ciphertext)
        except InvalidTag:
            raise WrongPassphrase("a secret in the state was made with another key") from None
        with self._lock:
            self._known.setdefault(text, ciphertext)
        return text


def _seal(gcm: AESGCM, text: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = gcm.encrypt(nonce, text.encode(), None)
    return f"{VERSION}:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def _open(gcm: AESGCM, ciphertext: str) -> str:
    _, nonce, sealed = ciphertext.split(":", 2)
    return gcm.decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None).decode()
