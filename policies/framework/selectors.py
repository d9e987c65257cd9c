"""Hetzner's label selectors: which resources one names."""

import re
from collections.abc import Iterator, Mapping

from .values import Unknown, at, text

_KEY = r"(?P<key>[A-Za-z0-9._/-]+)"
_VALUE = r"[A-Za-z0-9._-]*"
_TERMS = tuple(
    re.compile(rf"\s*{each}\s*")
    for each in (
        rf"{_KEY}\s*(?P<relation>==?|!=)\s*(?P<values>{_VALUE})",
        rf"{_KEY}\s+(?P<relation>in|notin)\s*\((?P<values>[^()]*)\)",
        rf"(?P<relation>!?)\s*{_KEY}",
    )
)
_BETWEEN_TERMS = re.compile(r",(?![^()]*\))")


def selects(selector: object, labels: object) -> bool:
    """Say whether a selector names what has these labels.

    What cannot be read names everything: an empty selector, one of another form, unknown labels.
    """
    if isinstance(selector, Unknown) or isinstance(labels, Unknown):
        return True
    return all(_holds(term, labels) for term in _BETWEEN_TERMS.split(text(selector)))


def _holds(term: str, labels: object) -> bool:
    for matched in _read(term):
        key, relation = matched["key"], matched["relation"]
        known = labels if isinstance(labels, Mapping) else {}
        if relation in ("", "!"):
            return (key in known) is not bool(relation)
        if isinstance(at(known, key), Unknown):
            return True
        values = [each.strip() for each in matched["values"].split(",")]
        found = key in known and text(at(known, key)) in values
        return found is (relation in ("=", "==", "in"))
    return True


def _read(term: str) -> Iterator[re.Match[str]]:
    yield from (found for form in _TERMS if (found := form.fullmatch(term)))
