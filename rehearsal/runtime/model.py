"""What a run is asked for and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rehearsal.nodes.ports import ClusterApi, Hosts
from rehearsal.runtime.events import Event


class Command(StrEnum):
    """What to do with a stack."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"
    PREVIEW_DESTROY = "preview-destroy"
    REFRESH = "refresh"
    PREVIEW_REFRESH = "preview-refresh"

    @property
    def dry_run(self) -> bool:
        """Whether nothing is carried out."""
        return self.value.startswith("preview")

    @property
    def refreshes(self) -> bool:
        """Whether the program is left aside and the state is compared with what is there."""
        return self in (Command.REFRESH, Command.PREVIEW_REFRESH)

    @property
    def destroys(self) -> bool:
        """Whether the program is left aside and everything goes."""
        return self in (Command.DESTROY, Command.PREVIEW_DESTROY)


class Op(StrEnum):
    """What happens to one resource, in the engine's words."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    REFRESH = "refresh"
    DISCARD = "discard"
    """A resource that was only read is no longer read."""
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    """A resource deleted by an interrupted replacement is gone from the program as well."""


COUNTED = {
    Op.SAME: "same",
    Op.CREATE: "create",
    Op.UPDATE: "update",
    Op.DELETE: "delete",
    Op.REPLACE: "replace",
}
"""Operations that a summary counts; a replacement counts once."""


@dataclass(frozen=True)
class HetznerEndpoint:
    """Where the hcloud driver sends its calls."""

    url: str
    """Base address with `/v1`; only the loopback is accepted."""
    token: str = field(default="rehearsal", repr=False)
    poll_interval_s: float = 0.02
    """Seconds between two looks at a running action."""


@dataclass(frozen=True)
class Drivers:
    """What stands behind the provider packages. To inject a fault, wrap a port."""

    hcloud: HetznerEndpoint
    hosts: Hosts
    cluster: ClusterApi


@dataclass(frozen=True)
class Request:
    """One run of one stack."""

    program: Path
    """Directory with the program's `__main__.py`."""
    stack: str
    project: str
    command: Command
    backend: Path
    """Directory of the file backend; created where it is missing."""
    passphrase: str = field(repr=False)
    drivers: Drivers
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Full keys (`sovereign:cluster`); structured values are JSON text."""
    secret_keys: tuple[str, ...] = ()
    """The keys of `config` whose values are secret."""
    policy_packs: tuple[Path, ...] = ()
    idle_packs: bool = False
    """Whether a pack may find no resource for any of its rules: an app stack, whose cluster was
    judged before it."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Added to the program's environment, after the caller's HCLOUD_*, PULUMI_* and KUBECONFIG
    were dropped."""
    on_event: Callable[[Event], None] = lambda _: None
    """Called for every event, one at a time, from any thread."""
    refresh: bool = False
    """Whether an `up` or a preview compares the state with what is there before it begins."""
    parallel: int = 16
    """How many operations the program may have under way at once."""


@dataclass(frozen=True)
class Step:
    """One operation that was planned (preview) or carried out."""

    urn: str
    op: Op
    type: str
    name: str
    diff_keys: tuple[str, ...] = ()
    """Top-level properties that differ."""
    replace_keys: tuple[str, ...] = ()
    """Those of them that force the replacement."""
    failed: bool = False
    found: Op | None = None
    """What a refresh found: same, update (it differs from the state) or delete (it is gone)."""
    drifted: tuple[str, ...] = ()
    """Top-level properties that a refresh found changed behind the program's back."""
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What the program asked for; `Secret` and `UNKNOWN` as in outputs. Empty for a delete."""


@dataclass(frozen=True)
class Diagnostic:
    """One message for the operator; secrets are masked."""

    severity: str
    """`error`, `warning`, `info`, `debug`; `info#err` is a line the program wrote to stderr."""
    urn: str
    message: str


class Level(StrEnum):
    """How much a policy violation matters."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DEFERRED = "deferred"
    """The rule could not be evaluated yet, and said so itself."""
    REMEDIATED = "remediated"
    """The rule changed the resource's inputs."""


@dataclass(frozen=True)
class Violation:
    """What one rule said about one resource (or the stack: the URN of the stack)."""

    pack: str
    policy: str
    level: Level
    urn: str
    message: str
    """What the rule reported, without its description."""
    description: str = ""
    unevaluated: bool = False
    """The rule read a value that is not known yet and was not run: a fault of the rule."""


@dataclass(frozen=True)
class PackSummary:
    """How much of a policy pack was at work."""

    name: str
    version: str
    rules: int
    """Rules in the pack that are not disabled."""
    evaluated: int
    """Rules that looked at one resource at least."""
    deferred: int
    """Rules that reported something as deferred."""
    idle: tuple[str, ...] = ()
    """Names of those that looked at no resource."""


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    succeeded: bool
    refused: bool
    """A policy, a protected resource or the runtime itself said no."""
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    """create, update, replace, delete, same; providers that the engine makes are not counted."""
    outputs: Mapping[str, Any] = field(repr=False)
    """The stack's outputs; `Secret` marks the secret ones, `UNKNOWN` those of a first preview."""
    diagnostics: tuple[Diagnostic, ...]
    violations: tuple[Violation, ...]
    packs: tuple[PackSummary, ...]
    errors: tuple[str, ...]
    """One sentence per reason why the run did not succeed."""
