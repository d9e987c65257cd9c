"""What our own programs register, recorded: the Sovereign, and an application on it.

Packs see exactly this on the wire. Tests alter copies of it.
"""

import asyncio
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pulumi.runtime import rpc

from tests import configurations, recording
from tests.policies import shop
from tests.recording import Monitor, Recording, reveal

UNKNOWN: str = rpc.UNKNOWN
STACK = "urn:pulumi:dev::sovereign::"
CONTROL_PLANES, WORKERS = 1, 2


@dataclass
class Registration:
    """One resource: what the program registered, and what the engine knows of it at the end."""

    type: str
    name: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)
    protect: bool = False
    urn: str = ""

    def __post_init__(self) -> None:
        self.urn = self.urn or f"{STACK}{self.type}::{self.name}"

    @property
    def final(self) -> dict[str, Any]:
        """What AnalyzeStack shows: outputs, which repeat the inputs except for components."""
        component = self.type.startswith(("sovereign:", "pulumi:"))
        return dict(self.outputs) if component else {**self.inputs, **self.outputs}


Registrations = dict[str, Registration]
"""By `Server dev-default-1`, or by `component WorkerPool` for our components."""


def edited(registrations: Registrations, edit: Callable[[Registrations], object]) -> Registrations:
    """Return a copy to which the edit was done."""
    changed: Registrations = pickle.loads(pickle.dumps(registrations))
    edit(changed)
    return changed


def dev(
    control_planes: int = CONTROL_PLANES,
    workers: int = WORKERS,
    *,
    preview: bool = False,
    protect: bool = False,
) -> Registrations:
    """Return the stack as an `up` shows it, or as a first preview does."""
    made: Registrations = pickle.loads(_dev(control_planes, workers, preview, protect))
    return made


@cache
def _dev(control_planes: int, workers: int, preview: bool, protect: bool) -> bytes:
    pools = {"default": {"ids": list(range(1, workers + 1))}} if workers else {}
    ids = list(range(1, control_planes + 1))
    cluster = configurations.dev(controlPlane={"ids": ids}, pools=pools, protect=protect)
    return pickle.dumps(of(cluster, preview=preview))


def of(
    cluster: Mapping[str, Any],
    *,
    operators: Any = None,
    mirror: str | None = None,
    preview: bool = False,
) -> Registrations:
    """Record the program with that `sovereign:cluster`."""
    outputs: dict[str, dict[str, Any]] = {}
    more = {} if operators is None else {"operators": operators}
    answer = _remembering(outputs)
    recorded = recording.record(cluster, mirror=mirror, preview=preview, answer=answer, **more)
    return taken(recorded, outputs)


def application(*, preview: bool = False) -> Registrations:
    """Return a stack with one application: its Gateway, route, policies, limits and workload."""
    made: Registrations = pickle.loads(_application(preview))
    return made


@cache
def _application(preview: bool) -> bytes:
    outputs: dict[str, dict[str, Any]] = {}
    monitor = Monitor(Recording(), _remembering(outputs), preview)
    recorded = asyncio.run(recording.session(shop.program, monitor, {}))
    return pickle.dumps(taken(recorded, outputs))


def _remembering(kept: dict[str, dict[str, Any]]) -> recording.Answer:
    def answer(registration: recording.Registration, outputs: dict[str, Any]) -> dict[str, Any]:
        kept[registration.urn] = outputs
        return outputs

    return answer


def taken(recorded: Recording, outputs: Mapping[str, dict[str, Any]]) -> Registrations:
    """Return what was recorded, with what the cloud answered by URN."""
    made: Registrations = {"Stack": Registration("pulumi:pulumi:Stack", "sovereign-dev", {})}
    version = {"version": "1.43.3"}
    made["provider"] = Registration("pulumi:providers:hcloud", "default_1_43_3", version)
    for each in recorded:
        short = each.type.rpartition(":")[2]
        ours = each.type.startswith("sovereign:")
        made[f"component {short}" if ours else f"{short} {each.name}"] = Registration(
            each.type,
            each.name,
            reveal(each.inputs),
            reveal(recorded.component_outputs.get(each.urn) or outputs.get(each.urn) or {}),
            each.request.protect,
            each.urn,
        )
    return made
