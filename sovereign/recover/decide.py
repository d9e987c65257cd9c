"""What to do about each thing that was found. Pure.

The rules, in words: what an interrupted creation explains and nobody can have used yet is taken in
(network, subnet, firewall, group, key) or deleted (a server: what it booted from cannot be read
back, and it has not joined). What nothing explains is deleted only where nothing uses it and it is
no server; everything else is left to a person, who names it with `--delete`.
"""

from collections.abc import Collection, Iterable, Sequence

from sovereign.recover import deployment as state
from sovereign.recover import helm
from sovereign.recover.model import TYPES, Action, Finding, Held, Json, Kind, Operation

COMPARED = ("serverType", "image", "location", "ipRange", "type", "publicKey")
"""Inputs whose difference shows that an object is not the one that a killed run was creating."""
_REPEATED = {"command:remote:Command": "its script is idempotent and runs again"}


def findings(
    deployment: Json,
    held: Sequence[Held],
    *,
    gone: Collection[str],
    cluster: str,
    chosen: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Everything that is not as it should be.

    `gone` are URNs of what the state has and Hetzner has not (`carry_out.gone`), `chosen` the names
    that a person said may be deleted.
    """
    known, operations = state.known(deployment), state.operations(deployment)
    unknown = [one for one in held if (one.kind, one.id) not in known]
    own = cluster in state.clusters(deployment)
    found: list[Finding] = []
    explained: set[tuple[Kind, str]] = set()
    for operation in operations:
        made = _made_by(operation, unknown) if operation.verb == "creating" else None
        if made is None:
            found.append(_cleared(operation, gone))
        else:
            explained.add((made.kind, made.id))
            found.append(_interrupted(operation, made, chosen))
    interrupted = {operation.urn for operation in operations}
    here = any(one.kind is Kind.NETWORK and (one.kind, one.id) in known for one in held)
    found += [
        _lost(kind, id_, urn, here=here)
        for (kind, id_), urn in known.items()
        if urn in gone and urn not in interrupted
    ]
    going = {row.name for row in found if row.action is Action.DELETE}
    rest = [
        one
        for one in unknown
        if (one.kind, one.id) not in explained and one.kind is not Kind.SUBNET
    ]
    for one in sorted(rest, key=lambda one: (one.kind is not Kind.SERVER, one.kind, one.name)):
        row = _unexplained(one, going=going, chosen=chosen, own=own)
        found.append(row)
        if row.action is Action.DELETE:
            going.add(row.name)
    return tuple(found)


def _made_by(operation: Operation, unknown: Iterable[Held]) -> Held | None:
    """The object that an interrupted creation made, by kind and name."""
    kind = TYPES.get(operation.type)
    asked = operation.inputs
    name = asked.get("name")
    if kind is Kind.SUBNET:
        name, id_ = asked.get("ipRange"), f"{asked.get('networkId')}-{asked.get('ipRange')}"
        return next((one for one in unknown if one.kind is kind and one.id == id_), None)
    return next((one for one in unknown if one.kind is kind and one.name == name), None)


def _cleared(operation: Operation, gone: Collection[str]) -> Finding:
    action, reason = Action.CLEAR, f"a killed run was {operation.verb} it; the next `up` goes on"
    if operation.urn in gone:
        action, reason = Action.FORGET, "a killed run deleted it, and the state does not know"
    elif operation.type == helm.RELEASE:
        reason = f"a killed run was {operation.verb} it; {helm.cure(operation)}"
    elif operation.verb == "creating" and operation.type in TYPES:
        reason = "a killed run was creating it, but nothing was made"
    elif operation.verb == "creating":
        again = _REPEATED.get(operation.type, "it is applied again")
        reason = f"a killed run was creating it; {again}"
    what: str = TYPES.get(operation.type, operation.type)
    name = operation.logical_name
    return Finding(what, operation.id, name, "", action, reason, operation.urn)


def _lost(kind: Kind, id_: str, urn: str, *, here: bool) -> Finding:
    """A server that the state has and Hetzner has not. A refresh would find it, too, but reads the
    cluster as well, and may need that very server for it (pulumi-kubernetes#1485).
    """
    name = urn.rsplit("::", 1)[-1]
    if here:
        reason = "it is gone from Hetzner, and no run deleted it; the next `up` makes it anew"
        return Finding(kind, id_, name, "", Action.FORGET, reason, urn)
    reason = "neither it nor its network is in this project: is the token another project's?"
    return Finding(kind, id_, name, "", Action.KEEP, reason, urn)


def _interrupted(operation: Operation, made: Held, chosen: Collection[str]) -> Finding:
    """An object that a killed run made without being able to note it."""
    began = "a killed run created it"
    differs = _difference(operation, made)
    if differs:
        action = Action.DELETE if made.name in chosen and not made.protected else Action.KEEP
        reason = (
            f"it bears the name that a killed run was creating, but {differs}: it is another one; "
            + _choice(made, action)
        )
    elif made.kind is not Kind.SERVER:
        action, reason = Action.IMPORT, f"{began} as it was asked for"
    elif made.protected:
        action, reason = Action.IMPORT, f"{began} and protected it, so it was complete"
    else:
        action, reason = Action.DELETE, f"{began} and it has not joined, so nothing is lost with it"
    return _row(made, action, reason, operation.urn)


def _difference(operation: Operation, made: Held) -> str:
    for name in COMPARED:
        asked, found = operation.inputs.get(name), made.facts.get(name)
        if isinstance(asked, str) and found is not None and _bare(asked) != _bare(found):
            return f"its {name} is {found!r} instead of {asked!r}"
    return ""


def _bare(value: object) -> str:
    """A value as it is compared: of a public key without its comment."""
    text = str(value)
    return " ".join(text.split()[:2]) if text.startswith("ssh-") else text


def _unexplained(
    one: Held, *, going: Collection[str], chosen: Collection[str], own: bool
) -> Finding:
    """An object with the environment's labels that the state never heard of."""
    users = [name for name in one.used_by if name not in going]
    if users:
        reason = f"the state does not know it, and it is used by {', '.join(users)}: look at these"
        return _row(one, Action.KEEP, reason)
    if one.name in chosen and not one.protected:
        return _row(one, Action.DELETE, "the state does not know it, and --delete names it")
    if one.kind is Kind.SERVER:
        reason = "the state does not know it, and it may have joined: see `kubectl get nodes`; "
    elif not own:
        reason = "this state holds no Sovereign of that name, so another one may know it; "
    elif one.protected:
        reason = "the state does not know it; "
    else:
        return _row(one, Action.DELETE, "the state does not know it and nothing uses it")
    return _row(one, Action.KEEP, reason + _choice(one, Action.KEEP))


def _choice(one: Held, action: Action) -> str:
    """How a person has it deleted."""
    if action is Action.DELETE:
        return "--delete names it"
    if one.protected:
        return "it is protected: end that at Hetzner first, then run this again"
    return f"`--delete {one.name}` deletes it"


def _row(one: Held, action: Action, reason: str, urn: str = "") -> Finding:
    return Finding(one.kind, one.id, one.name, one.since, action, reason, urn)
