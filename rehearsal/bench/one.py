"""One program of one size, measured in a process of its own: preview, up, and an up without
changes.

Reads a `Case` as JSON on stdin, prints its measurements as JSON.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rehearsal.hetzner import HETZNER_LIKE, NONE, HetznerSimulator, HetznerState, serve
from rehearsal.isolation import PASSPHRASE, TOKEN, program_environment
from rehearsal.nodes.model import NodeModel
from rehearsal.nodes.project import SimulatedProject
from rehearsal.runtime import Command, Drivers, HetznerEndpoint, Request, run
from rehearsal.session import SCRIPTS

PARALLEL = 128
"""Operations under way at once: more than servers, so that the cloud's times overlap."""


@dataclass(frozen=True)
class Case:
    """What to measure."""

    directory: str
    project: str
    config: Mapping[str, str]
    secret_keys: list[str]
    commands: list[str]
    latency_factor: float
    """Of the Hetzner-like profile; 0 is no latency."""


@dataclass(frozen=True)
class Measured:
    """One command."""

    command: str
    seconds: float
    calls: int
    """Requests to Hetzner's API."""
    peak_mib: float
    """Resident memory of the largest process so far."""


def measure(case: Case) -> list[Measured]:
    """Run the case's commands one after the other on one project; a failing run raises."""
    latency = HETZNER_LIKE.scaled(case.latency_factor) if case.latency_factor else NONE
    simulator = HetznerSimulator(HetznerState(), latency)
    nodes = NodeModel(SimulatedProject(simulator), SCRIPTS)
    found = []
    with tempfile.TemporaryDirectory() as backend, serve(simulator) as endpoint:
        for command in case.commands:
            calls = sum(simulator.counts().values())
            began = time.perf_counter()
            result = run(
                Request(
                    program=Path(case.directory),
                    stack="bench",
                    project=case.project,
                    command=Command(command),
                    backend=Path(backend),
                    passphrase=PASSPHRASE,
                    drivers=Drivers(HetznerEndpoint(endpoint, TOKEN), nodes, nodes),
                    config=case.config,
                    secret_keys=tuple(case.secret_keys),
                    environment=program_environment(endpoint),
                    parallel=PARALLEL,
                )
            )
            seconds = time.perf_counter() - began
            if not result.succeeded:
                raise RuntimeError(f"{case.project} {command}: {result.errors[0]}")
            found.append(
                Measured(
                    command, round(seconds, 2), sum(simulator.counts().values()) - calls, _peak()
                )
            )
    return found


def _peak() -> float:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(who).ru_maxrss for who in both) / 1024, 1)


def main() -> None:
    """Entry point of the measured process."""
    said: dict[str, Any] = json.load(sys.stdin)
    json.dump([asdict(one) for one in measure(Case(**said))], sys.stdout)


if __name__ == "__main__":
    main()
