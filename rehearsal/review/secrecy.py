"""No secret reaches a comment: what is known to be one is found and masked in everything said."""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from rehearsal.runtime.values import MASK, SHORTEST_MASKED_TEXT, secret_texts

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
                    self._texts.add(part.strip())

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


def forget(environment: MutableMapping[str, str]) -> None:
    """Remove every variable that sounds like a secret, before any code of the change runs.

    No wall: a program may read what its parent was started with. A workflow gives none to begin
    with.
    """
    for name in [name for name in environment if names_a_secret(name)]:
        del environment[name]
