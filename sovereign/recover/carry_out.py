"""Doing what was decided, in an order that a second kill does no harm to: first Hetzner, then the
state in one step, then the provider's look at what was taken in.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sovereign.recover import deployment as state
from sovereign.recover.model import TYPES, Action, Finding, Held, Json, Kind, Project, Stack

ORDER = (
    Kind.SERVER,
    Kind.SUBNET,
    Kind.NETWORK,
    Kind.FIREWALL,
    Kind.PLACEMENT_GROUP,
    Kind.SSH_KEY,
)
"""What is deleted first: what uses others."""


def carry_out(
    findings: Sequence[Finding],
    *,
    deployment: Json,
    held: Sequence[Held],
    project: Project,
    stack: Stack,
    say: Callable[[str], None],
) -> None:
    """Delete, take in, forget, clear. Raises what `project` and `stack` raise; doing it again goes
    on.
    """
    doomed = {(row.what, row.id) for row in findings if row.action is Action.DELETE}
    for one in sorted(held, key=lambda one: ORDER.index(one.kind)):
        if (one.kind, one.id) in doomed:
            project.delete(one)
            say(f"deleted {one.kind} {one.name} ({one.id})")
    imported = {row.urn: row.id for row in findings if row.action is Action.IMPORT}
    forgotten = [row.urn for row in findings if row.action is Action.FORGET]
    recovered = state.recovered(deployment, imported=imported, forgotten=forgotten, now=_now())
    if recovered != deployment:
        stack.write(recovered)
        say("wrote the state: no operation is pending")
    if imported:
        stack.refresh(list(imported))
        say(f"read {len(imported)} taken in")


def gone(deployment: Json, held: Sequence[Held], project: Project) -> set[str]:
    """URNs of what the state has and Hetzner has not: interrupted deletions that were carried out,
    and servers that somebody else deleted.
    """
    deleted = {
        operation.urn
        for operation in state.operations(deployment)
        if operation.verb == "deleting"
        and operation.type in TYPES
        and not project.exists(TYPES[operation.type], operation.id)
    }
    seen = {(one.kind, one.id) for one in held}
    lost = {
        urn
        for (kind, id_), urn in state.known(deployment).items()
        if kind is Kind.SERVER and (kind, id_) not in seen and not project.exists(kind, id_)
    }
    return deleted | lost


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
