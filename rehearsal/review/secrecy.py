"""No secret reaches a comment: what is known to be one is found and masked in everything said."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import IO, Any
from urllib.parse import quote, quote_plus

from rehearsal.runtime.values import MASK, SHORTEST_MASKED_TEXT, secret_texts

SHORTEST_ENCODED = 12
"""Characters. The other forms of a shorter secret could be parts of words."""
_NAMES = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|_KEY$|^AWS_|^ACTIONS_", re.I)
"""Variables, and keys of a configuration, whose value is taken for a secret."""


def names_a_secret(name: str) -> bool:
    """Whether a variable or key sounds like one that holds a secret."""
    return _NAMES.search(name) is not None


class Secrets:
    """The secret texts that a review has met."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    def of_environment(self, environment: Mapping[str, str]) -> None:
        """Learn every variable that sounds like a secret."""
        self.texts(value for name, value in environment.items() if names_a_secret(name))

    def texts(self, found: Iterable[str]) -> None:
        """Learn texts, line by line too: a key may be quoted in parts."""
        for text in found:
            for part in (text, *text.splitlines()):
                if len(part.strip()) >= SHORTEST_MASKED_TEXT:
                    self._texts.update(_forms(part.strip()))

    def inside(self, *values: Any) -> None:
        """Learn what is marked secret inside values."""
        for value in values:
            self.texts(secret_texts(value))

    def mask(self, text: str) -> str:
        """The text without them."""
        for secret in sorted(self._texts, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, MASK)
        return text


class Masked:
    """A stream to which no known secret is written."""

    def __init__(self, stream: IO[str], mask: Callable[[str], str]) -> None:
        self._stream, self._mask = stream, mask

    def write(self, text: str) -> int:
        """Write it masked."""
        return self._stream.write(self._mask(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _forms(secret: str) -> set[str]:
    """The text and what programs make of it: quoted for JSON or a URL, in base64 wherever it
    begins, in other letters.
    """
    found = {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)}
    if len(secret) < SHORTEST_ENCODED:
        return found
    for before in range(3):
        whole = base64.b64encode(b"-" * before + secret.encode()).decode()
        bits = 8 * (before + len(secret.encode()))
        own = whole[-(-8 * before // 6) : bits // 6]  # characters of no other text's bits
        found |= {own, own.replace("+", "-").replace("/", "_")}
    return found | {secret.upper(), secret.lower(), secret.encode().hex()}


def forget(environment: MutableMapping[str, str]) -> None:
    """Remove every variable that sounds like a secret, before any code of the change runs.

    No wall: a program may read what its parent was started with. A workflow gives none to begin
    with.
    """
    for name in [name for name in environment if names_a_secret(name)]:
        del environment[name]
