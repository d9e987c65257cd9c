"""Labels and label selectors (Hetzner API docs, "Labels" and "Label Selector")."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_RESERVED_PREFIX = "hetzner.cloud"
_SET = re.compile(r"(?P<key>[^\s=!,()]+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)")
_EQUAL = re.compile(r"(?P<key>[^\s=!,()]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s=!,()]*)")
_EXISTS = re.compile(r"(?P<not>!?)\s*(?P<key>[^\s=!,()]+)")


def valid_labels(labels: dict[str, str]) -> dict[str, str]:
    """The labels unchanged.

    Raises ``ValueError`` with the first label that breaks the syntax: at most 63 characters of
    ``[A-Za-z0-9._-]``, alphanumeric at both ends; a key may carry a DNS prefix and ``/``.
    """
    for key, value in labels.items():
        prefix, slash, name = key.rpartition("/")
        if slash and (not _PREFIX.fullmatch(prefix) or len(prefix) > 253):
            raise ValueError(f"label key '{key}' has an invalid prefix")
        if prefix == _RESERVED_PREFIX:
            raise ValueError(f"label key '{key}' uses the reserved prefix {_RESERVED_PREFIX}/")
        if not _NAME.fullmatch(name):
            raise ValueError(f"label key '{key}' is not correctly formatted")
        if value and not _NAME.fullmatch(value):
            raise ValueError(f"label value '{value}' of '{key}' is not correctly formatted")
    return labels


def valid_selector(selector: str) -> str:
    """The selector unchanged; ``ValueError`` when it does not parse."""
    for term in _terms(selector):
        _term_matches(term, {})
    return selector


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether the labels fulfil every term of the selector.

    Raises ``ValueError`` for a term that is none of ``k``, ``!k``, ``k=v``, ``k!=v``,
    ``k in (a,b)``, ``k notin (a,b)``.
    """
    return all(_term_matches(term, labels) for term in _terms(selector))


def _terms(selector: str) -> list[str]:
    return [term.strip() for term in re.split(r",(?![^(]*\))", selector)]


def _term_matches(term: str, labels: Mapping[str, str]) -> bool:
    if found := _SET.fullmatch(term):
        values = {value.strip() for value in found["values"].split(",")}
        return (labels.get(found["key"]) in values) == (found["op"] == "in")
    if found := _EQUAL.fullmatch(term):
        return (labels.get(found["key"]) == found["value"]) == (found["op"] != "!=")
    if found := _EXISTS.fullmatch(term):
        return (found["key"] in labels) == (not found["not"])
    raise ValueError(f"label selector term '{term}' is not correctly formatted")
