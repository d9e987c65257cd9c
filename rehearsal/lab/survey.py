"""The hosts as they are found: each asked from inside, all at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from subprocess import CompletedProcess
from typing import Any, Protocol

from rehearsal.nodes.project import Machine

PROGRAM = ("python3", "/usr/local/lib/lab/survey.py")
ASKED_AT_ONCE = 8


class Inside(Protocol):
    """Runs a command inside a host."""

    def run_inside(self, server_id: int, arguments: Sequence[str], /) -> CompletedProcess[str]:
        """See `rehearsal.lab.hosts.HostSet`."""
        ...


@dataclass(frozen=True)
class Found:
    """What one host said of itself; everything is empty where it did not answer."""

    cloud_init_status: str = ""
    """running, done or error."""
    cloud_init_errors: tuple[str, ...] = ()
    """As in cloud-init's result, and the sentence with which one of its commands ended."""
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """k3s and k3s-agent: `state` as systemctl says it, `error`: the last in the log."""
    datastore: bool = False
    """Whether a datastore of k3s is on its disk."""
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name of a stand-in that runs on it -> its own `ready` and `reason`."""
    api_path: Mapping[str, Any] | None = None
    """`address`, `connected`, `error`, tried a moment ago."""

    @property
    def joined(self) -> bool:
        """Whether a k3s runs there, by what systemctl says."""
        return any(unit["state"] == "active" for unit in self.units.values())

    @property
    def failure(self) -> str:
        """Why it did not become a node, or empty."""
        if self.cloud_init_status == "error" and not self.joined:
            return self.cloud_init_errors[-1]
        errors = [unit["error"] for unit in self.units.values() if unit["state"] != "active"]
        return next((error for error in errors if error), "")


def survey(
    hosts: Inside, machines: Iterable[Machine], addresses: Mapping[str, str]
) -> dict[int, Found]:
    """Server id -> what it says, of each running machine. `addresses`: name -> where the API is."""
    running = [machine for machine in machines if machine.running]
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        said = pool.map(lambda machine: ask(hosts, machine, addresses[machine.name]), running)
        return {machine.id: found for machine, found in zip(running, said, strict=True)}


def ask(hosts: Inside, machine: Machine, address: str) -> Found:
    """One host's answer."""
    done = hosts.run_inside(machine.id, (*PROGRAM, address))
    return read(json.loads(done.stdout)) if done.returncode == 0 else Found()


def read(said: Mapping[str, Any]) -> Found:
    """The answer of `survey.py`."""
    boot = said["cloudInit"]
    sentence = (boot["sentence"],) if boot["sentence"] else ()
    return Found(
        cloud_init_status=boot["status"],
        cloud_init_errors=(*boot["errors"], *sentence),
        units=said["units"],
        datastore=said["datastore"],
        agents=said["agents"],
        api_path=said["apiPath"],
    )
