"""Refusals that a person accepts, in the stack file, for a time and with a reason. Pure.

config:
  review:accepted:
    quorum-1a2b3c4d: until 2026-12-01, dev moves to control plane 2, announced (alice)
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

KEY = "review:accepted"
FORM = "until YYYY-MM-DD, why"
_ENTRY = re.compile(r"until (\d{4}-\d\d-\d\d)[,:]? +(\S.*)", re.DOTALL)


def acceptances(written: Mapping[str, Any], today: date) -> tuple[dict[str, str], list[str]]:
    """Id of a reason -> what the stack file says of it, and a note for each that does not count."""
    listed = written.get(KEY)
    if listed is None:
        return {}, []
    if not isinstance(listed, Mapping):
        return {}, [f"`{KEY}` must map ids to `{FORM}`; nothing is accepted."]
    found: dict[str, str] = {}
    notes = []
    for id_, said in listed.items():
        entry = _ENTRY.fullmatch(said) if isinstance(said, str) else None
        until = _date(entry[1]) if entry else None
        if until is None:
            notes.append(f"`{KEY}` of `{id_}` must read `{FORM}`; it does not count.")
        elif until < today:
            notes.append(f"`{KEY}` of `{id_}` ended on {until}; it does not count.")
        else:
            found[str(id_)] = said
    return found, notes


def unused(accepted: Mapping[str, str], met: Iterable[str]) -> list[str]:
    """A note for each acceptance of something that is no reason against this change."""
    return [
        f"`{KEY}` names `{id_}`, which is no reason against this change; remove it."
        for id_ in accepted
        if id_ not in {*met}
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
