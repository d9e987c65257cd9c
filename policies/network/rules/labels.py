"""Labels of Hetzner resources: of Hetzner's form, and enough of them to find an owner."""

import re
from collections.abc import Mapping, Sequence

from .framework.rule import (
    Additions,
    Deferred,
    Outcome,
    Props,
    ResourceRule,
    Settings,
    Subject,
    Violation,
)
from .framework.subjects import LABELED, NETWORK, PLACEMENT_GROUP, SERVER, VOLUME
from .framework.values import Unknown, at, shown, text, unknowns

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
PREFIX = re.compile(r"(?!.{254})[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
RESERVED_PREFIX = "hetzner.cloud"
OWNED = (*SERVER.types, *NETWORK.types, *PLACEMENT_GROUP.types, *VOLUME.types)
"""Firewalls are left alone: their rules vanish when only labels change (TF#931)."""


def form(props: Props, _: Settings) -> Sequence[Outcome] | None:
    """Judge key and value of every label."""
    labels = at(props, "labels")
    outcomes: list[Outcome] = [Deferred(each.path) for each in unknowns(labels)]
    if not isinstance(labels, Mapping):
        return outcomes or None
    for key, value in labels.items():
        prefix, slash, name = key.rpartition("/")
        if (slash and not PREFIX.fullmatch(prefix)) or not NAME.fullmatch(name):
            outcomes.append(Violation(f"the label key {shown(key)} is not of Hetzner's form"))
        elif prefix == RESERVED_PREFIX:
            outcomes.append(Violation(f"the label key {shown(key)} has Hetzner's own prefix"))
        if not isinstance(value, Unknown) and value != "" and not NAME.fullmatch(text(value)):
            found = f"the label {key} has a value of {len(text(value))} characters, {shown(value)}"
            outcomes.append(Violation(f"{found}: at most 63 letters, digits and inner `._-` fit"))
    return outcomes


def owned(props: Props, settings: Settings) -> Sequence[Outcome]:
    """Judge that each demanded label is there, whatever its value."""
    labels = at(props, "labels")
    if isinstance(labels, Unknown):
        return [Deferred(labels.path)]
    absent = sorted(_absent(labels, settings))
    return [Violation(f"no label {', '.join(absent)}")] if absent else []


def ownership(props: Props, settings: Settings) -> Additions:
    """Return the labels to add: absent ones only, and none where the map itself is not known."""
    labels = at(props, "labels")
    absent = _absent(labels, settings) if labels is None or isinstance(labels, Mapping) else {}
    return {"labels": absent} if absent else {}


def _absent(labels: object, settings: Settings) -> dict[str, str]:
    demanded = settings["labels"]
    assert isinstance(demanded, Mapping)
    return {key: text(value) for key, value in demanded.items() if at(labels, key) is None}


HCLOUD_LABELS = ResourceRule(
    id="hcloud-labels",
    level="mandatory",
    severity="medium",
    prevents="No `up` stops half-way at a label that Hetzner refuses.",
    learned_from=("Hetzner API docs: labels",),
    fix="write at most 63 letters, digits and inner `._-`; no `/` and no blank in a value",
    tags=("limits", "nist-800-53:CM-6"),
    subjects=(LABELED,),
    check=form,
)

MANAGED_BY_LABEL = ResourceRule(
    id="managed-by-label",
    level="advisory",
    severity="low",
    prevents="Whoever finds a server in the project can tell who made it, also after a run that "
    "was killed before its state was written.",
    learned_from=("KH#962", "KH#960", "engine recording: SIGKILL in a create"),
    fix="add the labels; configured as `remediate` this rule adds them by itself (never to "
    "firewalls)",
    tags=("inventory", "nist-800-53:CM-8"),
    settings={
        "labels": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": {"managed-by": "pulumi"},
            "description": "Labels that must be there, with the value that a remediation gives "
            "them; a value that is there is never changed.",
        }
    },
    subjects=(Subject(OWNED),),
    check=owned,
    adds=ownership,
)
