"""What all operations of one run share: request, state, drivers, and who is to blame."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rehearsal.runtime import urn as urns
from rehearsal.runtime.checkpoint import Checkpoint
from rehearsal.runtime.drivers.port import CheckFailed, OperationFailed, Subject
from rehearsal.runtime.drivers.registry import Registry
from rehearsal.runtime.goal import Goal
from rehearsal.runtime.journal import Journal
from rehearsal.runtime.model import Request
from rehearsal.runtime.record import Record, provider_urn
from rehearsal.runtime.values import (
    Properties,
    Secret,
    as_secret,
    has_secret,
    plain,
    secrets_like,
)


class Aborted(Exception):
    """The run stops: nothing more is registered. The reason is in the journal."""


@dataclass(frozen=True)
class Answer:
    """What the program learns about a resource it registered."""

    urn: str
    id: str = ""
    """Empty: not known yet (preview), or the resource failed."""
    outputs: Properties = field(default_factory=dict, repr=False)
    failed: bool = False
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a component that a plugin made: output -> URNs of the resources that it comes from."""


_SECRET_BY_ANY_INPUT: Final = {"command": ("stdout", "stderr")}
"""Outputs that are secret as soon as one input is: the command provider wires all to all."""
_ALWAYS_SECRET: Final = {"kubernetes:core/v1:Secret": ("data", "stringData")}


class Deployment:
    """One run of one stack."""

    def __init__(
        self, request: Request, checkpoint: Checkpoint, registry: Registry, journal: Journal
    ) -> None:
        self.request = request
        self.checkpoint = checkpoint
        self.registry = registry
        self.journal = journal
        self.dry_run = request.command.dry_run
        self.lock = threading.RLock()
        self.seen: set[str] = set()
        """URNs of this run, and old URNs that live on under a new name."""
        self.aliased: dict[str, str] = {}
        """New URN → the old URN it was found under."""
        self.failed: set[str] = set()
        """URNs whose operation failed or was skipped."""
        self.condemned: dict[str, tuple[str, ...]] = {}
        """Dependents that a delete-first replacement deleted, and what forces their replacement."""
        self.going: set[str] = set()
        """URNs whose deletion was decided and that were not registered again since: what is
        `deleted_with` one of these is not deleted itself. An object that is deleted first to be
        made again is not among them, its dependents are (`sg.deletes` of the engine 3.259).
        """
        self.replaced: set[str] = set()
        """URNs whose object was replaced in this run."""
        self._aborted = False

    @property
    def aborted(self) -> bool:
        """Whether nothing more may be registered."""
        return self._aborted

    def abort(self, urn: str, message: str) -> Aborted:
        """Note why the run stops; raise what is returned."""
        with self.lock:
            self._aborted = True
        self.journal.error(urn, message, refused=True)
        return Aborted(message)

    def urn_of(self, goal: Goal) -> str:
        """The URN of a registration."""
        request = self.request
        return urns.make(request.stack, request.project, goal.parent, goal.type, goal.name)

    def provider_inputs(self, reference: str) -> Properties:
        """The configuration of the provider that a reference names."""
        if not reference:
            return {}
        holder = provider_urn(reference)
        record = self.checkpoint.recorded(holder) or self.checkpoint.old(holder)
        inputs: Properties = plain(record.inputs) if record is not None else {}
        return inputs

    def subject(self, urn: str, type_: str, provider: str) -> Subject:
        """What a driver needs to know about a resource."""
        return Subject(urn, type_, urns.name_of(urn), self.provider_inputs(provider))

    def subject_of(self, record: Record) -> Subject:
        """The same for a resource of the state."""
        return self.subject(record.urn, record.type, record.provider)

    def needs_failed(self, goal: Goal) -> list[str]:
        """The URNs a goal depends on whose operation failed."""
        needed = {*goal.dependencies, goal.parent, provider_urn(goal.provider), goal.deleted_with}
        for names in goal.property_dependencies.values():
            needed.update(names)
        with self.lock:
            return sorted(needed & self.failed)

    def fail(self, urn: str) -> Answer:
        """Note that a resource failed; what depends on it will be skipped."""
        with self.lock:
            self.failed.add(urn)
        return Answer(urn, failed=True)

    def guarded(self, urn: str, call: Callable[[], Any]) -> Any:
        """Run a check or a diff: what it refuses stops the run."""
        try:
            return call()
        except (CheckFailed, OperationFailed) as error:
            raise self.abort(urn, str(error)) from None


REPEATED: Final = "__inputs"
"""Output in which the kubernetes provider keeps the inputs, secrets and all."""
_ALL_SECRET: Final = ("kubernetes:helm.sh/v3:Release",)
"""Types of which the provider keeps those as one secret."""
_SECRET_WITHIN: Final = {
    "command:remote:Command": ("connection", ("password", "privateKey", "privateKeyPassword"))
}
"""A property, and what of it the provider's check marks as secrets once more (pulumi-command 1.2.1,
executed): without that the real provider sees another connection in our state.
"""


def checked_secrets(type_: str, inputs: Properties) -> Properties:
    """Checked inputs with the secrets that the provider adds: of a Secret all it holds, of others
    some inside of secrets.
    """
    always = {key: as_secret(inputs[key]) for key in _ALWAYS_SECRET.get(type_, ()) if key in inputs}
    inputs = {**inputs, **always}
    name, secret = _SECRET_WITHIN.get(type_, ("", ()))
    given = inputs.get(name)
    if not isinstance(given, Secret) or not isinstance(given.value, dict):
        return inputs
    inner = {k: as_secret(v) if k in secret else v for k, v in given.value.items()}
    return {**inputs, name: Secret(inner)}


def marked(goal: Goal, inputs: Properties, outputs: Properties) -> Properties:
    """Outputs with everything marked secret that must be."""
    result = {
        key: secrets_like(value, inputs[key]) if key in inputs else value
        for key, value in outputs.items()
    }
    if REPEATED in result:
        result[REPEATED] = as_secret(inputs) if goal.type in _ALL_SECRET else inputs
    names = set(goal.additional_secret_outputs) | set(_ALWAYS_SECRET.get(goal.type, ()))
    if has_secret(inputs):
        names |= set(_SECRET_BY_ANY_INPUT.get(urns.package_of(goal.type), ()))
    for name in names & set(result):
        result[name] = as_secret(result[name])
    return result


def secret_config(request: Request, prefix: str) -> Properties:
    """The configuration under a prefix (`hcloud:`), secret where the stack says so."""
    found: Properties = {}
    for key, value in request.config.items():
        if key.startswith(prefix):
            name = key.removeprefix(prefix)
            found[name] = Secret(value) if key in request.secret_keys else value
    return found
