"""What happens to each node: made, gone, replaced, powered off, attached anew. Pure.

Sources: hcloud's `willReplaceOnChanges`; a change of type, public interface or placement group
powers a server off, one of its networks takes the address off and on while it runs (facts: hetzner
§8, row 10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rehearsal.review.changes import Change
from rehearsal.review.landscape import Landscape, Server

Fate = Literal["same", "new", "gone", "replaced", "powered-off", "reattached", "changed"]
POWERS_OFF = ("serverType", "publicNets", "placementGroupId")
DISTURBED = ("gone", "replaced", "powered-off", "reattached")


@dataclass(frozen=True)
class Node:
    """One node before and after."""

    urn: str
    name: str
    role: str
    pool: str
    fate: Fate
    type_before: str
    type_after: str
    private_ip: str
    why: str
    """The properties or the reason behind the fate."""

    @property
    def disturbed(self) -> bool:
        """Whether what runs on it is interrupted."""
        return self.fate in DISTURBED


def nodes(before: Landscape, after: Landscape, listed: tuple[Change, ...]) -> tuple[Node, ...]:
    """Every server of either side, control planes first."""
    by_urn = {one.urn: one for one in listed}
    old = {one.urn: one for one in before.servers}
    new = {one.urn: one for one in after.servers}
    return tuple(_node(old.get(urn), new.get(urn), by_urn) for urn in dict.fromkeys([*new, *old]))


def _node(old: Server | None, new: Server | None, listed: Mapping[str, Change]) -> Node:
    one = new or old
    assert one is not None
    fate, why = _fate(old, new, listed.get(one.urn))
    return Node(
        one.urn,
        one.name,
        one.role,
        one.pool,
        fate,
        old.server_type if old else "",
        new.server_type if new else "",
        one.private_ip,
        why,
    )


def _fate(old: Server | None, new: Server | None, change: Change | None) -> tuple[Fate, str]:
    if change is None:
        return "same", ""
    if old is None or change.action == "create":
        return "new", ""
    if new is None or change.action == "delete":
        return "gone", ""
    touched = change.keys
    if change.action == "replace":
        raised = new.generation > old.generation
        generation = f"its generation goes from {old.generation} to {new.generation}"
        return "replaced", generation if raised else change.reason
    stopped = [key for key in touched if key in POWERS_OFF]
    if stopped:
        shown = [each for each in change.properties if each.path.split(".")[0] in stopped]
        return "powered-off", ", ".join(
            f"{each.path} {each.before} → {each.after}" for each in shown
        ) or ", ".join(stopped)
    if "networks" in touched:
        return "reattached", "its private network is taken off and on while it runs"
    return "changed", ", ".join(touched)
