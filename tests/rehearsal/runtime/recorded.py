"""Steps of the recordings, and an API that refuses what the recording's API refused."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.hetzner import Answer, HetznerSimulator, HetznerState
from rehearsal.hetzner import Request as Call
from rehearsal.hetzner.core.errors import ApiError
from rehearsal.runtime import Command, Op

OPERATIONS = {op.value for op in Op}
SUPPORTED_FLAGS = {
    "--parallel",
    "--yes",
    "--skip-preview",
    "--continue-on-error",
    "--preview-only",
    "--expect-no-changes",
    "--policy-pack",
    "--policy-pack-config",
    "--refresh",
}


@dataclass(frozen=True)
class RecordedStep:
    """One step of a recording."""

    data: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.data["step"])

    @property
    def words(self) -> list[str]:
        return shlex.split(self.data["command"])[1:]

    @property
    def command(self) -> Command:
        verb = self.words[0]
        if "--preview-only" in self.words:
            verb = f"preview-{verb}"
        return Command(verb)

    @property
    def failed(self) -> bool:
        return bool(self.data["exit_code"])

    @property
    def continues_on_error(self) -> bool:
        return "--continue-on-error" in self.words

    @property
    def operations(self) -> list[Mapping[str, Any]]:
        return [one for one in self.data.get("operations") or () if one["op"] in OPERATIONS]


@dataclass(frozen=True)
class Refusal:
    """A call that the recording's API refused on purpose."""

    method: str
    path: str
    """With `*` in the place of ids."""
    name: str
    """The object's name; empty where it has none."""
    status: int
    code: str


class PickySimulator(HetznerSimulator):
    """Refuses the calls that the recording's API refused: those for the same object."""

    def __init__(self) -> None:
        super().__init__(HetznerState())
        self.refusals: list[Refusal] = []

    def handle(self, request: Call, token: str | None) -> Answer | None:
        for refusal in self.refusals:
            if request.method == refusal.method and pattern(request.path) == refusal.path:
                name = (request.body or {}).get("name") or self._name(request.path)
                if stem(name) == refusal.name:
                    error = ApiError(refusal.code, "injected failure", status=refusal.status)
                    return Answer(error.status, error.body(), {})
        return super().handle(request, token)

    def _name(self, path: str) -> str:
        id_ = id_in(path)
        known = {one.id: one.name for one in self.servers()}
        known |= {one.id: one.name for one in self.networks()}
        return known.get(id_ or 0, "")


def stem(name: str) -> str:
    """A name without the hex digits of an automatic one."""
    return re.sub(r"-[0-9a-f]{7}$", "", name)


def pattern(path: str) -> str:
    return re.sub(r"/\d+", "/*", path)


def id_in(path: str) -> int | None:
    match = re.search(r"/(\d+)", path)
    return int(match[1]) if match else None


def supported(step: RecordedStep) -> bool:
    """Whether the command is one this runtime has."""
    flags = {word for word in step.words[1:] if word.startswith("--")}
    return (
        step.words[0] in {"preview", "up", "destroy", "refresh"}
        and flags <= SUPPORTED_FLAGS
        and not step.data.get("killed")
    )
