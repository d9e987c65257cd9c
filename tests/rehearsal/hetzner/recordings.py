"""Replays the HTTP calls that the real provider sent (``engine-3.259``) against the simulator.

Recorded ids are mapped to ours as answers bring them. What was done to the recorded API before a
step is in ``before``, as a sentence; :data:`BEFORE` does the same to the simulator.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rehearsal.hetzner import Fault, HetznerSimulator, HetznerState, Request

FIRST_RECORDED_ID, LAST_RECORDED_ID = 4000, 9999
_LENGTH = re.compile(r"<(\d+) characters>")


@dataclass(frozen=True)
class Difference:
    """A call whose answer was another one than in the recording; status None is a lost answer."""

    scenario: str
    step: int
    method: str
    path: str
    recorded: tuple[int | None, str | None]
    simulated: tuple[int | None, str | None]


@dataclass
class Replay:
    """One scenario against an empty project."""

    scenario: str
    simulator: HetznerSimulator = field(default_factory=lambda: HetznerSimulator(HetznerState()))
    ids: dict[int, int] = field(default_factory=dict)
    calls: int = 0

    def step(self, step: dict[str, Any]) -> Iterator[Difference]:
        """Prepare the step, then send its calls. Faults of the step before are over."""
        self.simulator.clear_faults()
        if before := step.get("before"):
            BEFORE[before](self.simulator)
        for call in step.get("http_calls", []):
            self.calls += 1
            if difference := self._call(step["step"], call):
                yield difference

    def _call(self, step: int, call: dict[str, Any]) -> Difference | None:
        parts = urlsplit(call["path"])
        path = "/".join(self._ours(part) for part in parts.path.split("/"))
        query = {n: [self._ours(v) for v in vs] for n, vs in parse_qs(parts.query).items()}
        body = self._body(call.get("body"))
        answer = self.simulator.handle(Request(call["method"], path, query, body), "token")
        content = (answer.body if answer else None) or {}
        error = content.get("error", {}).get("code")
        self._learn(call.get("answer_id"), content)
        recorded = (call["status"], (call.get("error") or {}).get("code"))
        simulated = (answer.status if answer else None, error)
        if recorded == simulated:
            return None
        shape = re.sub(r"\d{4,}", "{id}", parts.path)
        return Difference(self.scenario, step, call["method"], shape, recorded, simulated)

    def _learn(self, recorded: Any, content: dict[str, Any]) -> None:
        for kind, id_ in (recorded or {}).items():
            if kind in content:
                self.ids[id_] = content[kind]["id"]

    def _ours(self, text: str) -> str:
        return str(self.ids.get(int(text), text)) if text.isdigit() else text

    def _body(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._field(name, item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._body(item) for item in value]
        if isinstance(value, int) and FIRST_RECORDED_ID <= value <= LAST_RECORDED_ID:
            return self.ids.get(value, value)
        return value

    def _field(self, name: str, item: Any) -> Any:
        """Ports look like ids and are none; user_data is recorded as its length."""
        if name.endswith("_port"):
            return item
        if name == "user_data" and (length := _LENGTH.fullmatch(item)):
            return "x" * int(length[1])
        return self._body(item)


def scenarios(reference: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Name and steps of every recorded scenario."""
    for path in sorted((reference / "engine-3.259" / "scenarios").glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))["steps"]


def _refuse(method: str, path: str, **fields: Any) -> Callable[[HetznerSimulator], None]:
    return lambda simulator: simulator.inject(Fault(method, path, **fields))


def _delete_server(name: str) -> Callable[[HetznerSimulator], None]:
    def act(simulator: HetznerSimulator) -> None:
        (server,) = [record.id for record in simulator.servers() if record.name == name]
        simulator.handle(Request("DELETE", f"/servers/{server}"), "token")

    return act


def _label_by_hand(simulator: HetznerSimulator) -> None:
    (server,) = [record.id for record in simulator.servers() if record.name == "w0"]
    body = {"labels": {"by": "hand"}}
    simulator.handle(Request("PUT", f"/servers/{server}", {}, body), "token")


def _delete_orphan(simulator: HetznerSimulator) -> None:
    orphan = simulator.servers()[-1]
    simulator.handle(Request("DELETE", f"/servers/{orphan.id}"), "token")


_SERVERS, _SERVER = "/servers", r"/servers/\d+"
_ATTACH, _ADD_SUBNET = r".*/attach_to_network", r".*/add_subnet"

BEFORE: dict[str, Callable[[HetznerSimulator], None]] = {
    "server w0 is deleted through the API, outside of the engine": _delete_server("w0"),
    "server cp is deleted through the API, outside of the engine": _delete_server("cp"),
    "labels of server w0 are set to {by: hand} through the API, outside of the engine": (
        _label_by_hand
    ),
    "the orphaned server is deleted through the API, outside of the engine": _delete_orphan,
    "the API works again": lambda simulator: simulator.clear_faults(),
    "the API answers the 1st POST /servers with 422 invalid_input": _refuse("POST", _SERVERS),
    "the API answers the 1st POST /servers with 422": _refuse("POST", _SERVERS),
    "the API answers the 2nd POST /servers with 422 invalid_input": (
        _refuse("POST", _SERVERS, after=1)
    ),
    "the API answers the 1st PUT /servers/{id} with 422": _refuse("PUT", _SERVER),
    "the API answers the 2nd PUT /servers/{id} with 422 invalid_input": (
        _refuse("PUT", _SERVER, after=1)
    ),
    "the API answers every DELETE /servers/{id} with 423 locked, up to 50 times": (
        _refuse("DELETE", _SERVER, code="locked", times=50)
    ),
    "the API answers every DELETE /servers/{id} with 423 locked": (
        _refuse("DELETE", _SERVER, code="locked", times=None)
    ),
    "the API answers POST /servers/{id}/actions/attach_to_network with 422 invalid_input": (
        _refuse("POST", _ATTACH)
    ),
    "the API answers POST add_subnet with 422": _refuse("POST", _ADD_SUBNET),
    "the API carries out the 2nd POST /servers and withholds its answer": (
        _refuse("POST", _SERVERS, after=1, withheld=True)
    ),
    "the API carries out the 2nd PUT /servers/{id} and withholds its answer": (
        _refuse("PUT", _SERVER, after=1, withheld=True)
    ),
    "the API carries out DELETE /servers/{id} and withholds its answer": (
        _refuse("DELETE", _SERVER, withheld=True)
    ),
}
