"""Recorded scenarios of the real engine, run again under the embedded runtime."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.runtime import (
    UNKNOWN,
    Command,
    Drivers,
    HetznerEndpoint,
    Op,
    Request,
    Result,
    Secret,
    run,
)
from rehearsal.runtime.values import UNKNOWN_TEXT
from tests.rehearsal.runtime.ports import NoCluster, NoHosts
from tests.rehearsal.runtime.recorded import (
    PickySimulator,
    RecordedStep,
    Refusal,
    id_in,
    pattern,
    stem,
)

QUIET = {Op.SAME.value, Op.REMOVE_PENDING_REPLACE.value}


@dataclass
class Difference:
    """What a step did otherwise than recorded."""

    step: int
    what: str

    def __str__(self) -> str:
        return f"step {self.step}: {self.what}"


@dataclass
class Replay:
    """One scenario under the embedded runtime, against a fresh simulator."""

    recording: Mapping[str, Any]
    simulator: PickySimulator
    endpoint: str
    folder: Path
    names: dict[int, str] = field(default_factory=dict)
    """Ids of the recording and the names of their objects."""
    ahead: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Done already: siblings finish here, where the engine stops at the first failure."""
    config_ids: dict[str, str] = field(default_factory=dict)
    """Ids in the recorded configuration and those of this API."""

    def steps(self) -> Iterator[RecordedStep]:
        for data in self.recording["steps"]:
            yield RecordedStep(data)

    def learn_names(self, step: RecordedStep) -> None:
        self.names |= _made_in(step)

    def run(self, step: RecordedStep, **changes: Any) -> Result:
        self.simulator.refusals = list(self._refusals(step))
        program = self.folder / "program"
        program.mkdir(exist_ok=True)
        (program / "__main__.py").write_text(self.recording["programs"][step.data["program"]])
        stack = _stack_of(step, self.recording["stack"])
        request = Request(
            program=program,
            stack=stack,
            project=self.recording["project"],
            command=step.command,
            refresh="--refresh" in step.words,
            backend=self.folder / "backend",
            passphrase="x",
            drivers=Drivers(HetznerEndpoint(self.endpoint), NoHosts(), NoCluster()),
            **{**self._config(step), **changes},
        )
        result = run(request)
        self.learn_names(step)
        return result

    def _config(self, step: RecordedStep) -> dict[str, Any]:
        project = self.recording["project"]
        plain = {**(step.data.get("config") or {})}
        secret = step.data.get("secret_config") or {}
        config = {
            f"{project}:{key}": (
                self.config_ids.get(value, value) if isinstance(value, str) else json.dumps(value)
            )
            for key, value in {**plain, **secret}.items()
        }
        return {"config": config, "secret_keys": tuple(f"{project}:{key}" for key in secret)}

    def _refusals(self, step: RecordedStep) -> Iterator[Refusal]:
        for call in step.data.get("http_calls") or ():
            error = call.get("error") or {}
            if error.get("message") == "injected failure":
                body = call.get("body") or {}
                id_ = id_in(call["path"])
                known = {**self.names, **_made_in(step)}
                name = stem(body.get("name") or known.get(id_ or 0, ""))
                yield Refusal(
                    call["method"], pattern(call["path"]), name, call["status"], error["code"]
                )

    def compare(self, step: RecordedStep, result: Result) -> list[Difference]:
        """Where the step's verdict, operations, keys or outputs differ from the recording."""
        found = [
            *self._verdict(step, result),
            *self._operations(step, result),
            *self._keys(step, result),
            *self._outputs(step, result),
            *self._order(step, result),
            *self._found(step, result),
        ]
        return [Difference(step.number, what) for what in found]

    def _verdict(self, step: RecordedStep, result: Result) -> Iterator[str]:
        if step.failed is result.succeeded:
            yield f"recorded exit {step.data['exit_code']}, here errors {result.errors}"

    def _operations(self, step: RecordedStep, result: Result) -> Iterator[str]:
        recorded = Counter((one["urn"], one["op"]) for one in step.operations)
        ours = Counter((one.urn, one.op.value) for one in result.steps)
        missing, extra = recorded - ours, ours - recorded
        missing = Counter(
            {key: count for key, count in missing.items() if not self._was_ahead(key, ours)}
        )
        extra = Counter(
            {key: count for key, count in extra.items() if not self._explained(key, step, recorded)}
        )
        if step.command is Command.UP:
            self.ahead.clear()
        if step.failed and not step.continues_on_error:
            if step.command is not Command.PREVIEW:
                for one in result.steps:
                    key = (one.urn, one.op.value)
                    if not one.failed and key in extra and key[1] != "same":
                        self.ahead[key] += 1
            extra = Counter({key: count for key, count in extra.items() if _surprising(key, step)})
        if missing:
            yield f"recorded but not done: {_short(missing)}"
        if extra:
            yield f"done but not recorded: {_short(extra)}"

    def _was_ahead(self, key: tuple[str, str], ours: Counter[tuple[str, str]]) -> bool:
        urn, op = key
        if key in self.ahead:
            return op in ("delete", "delete-replaced") or (urn, "same") in ours
        if op in ("replace", "delete-replaced", "create-replacement"):
            return (urn, "create-replacement") in self.ahead
        return False

    def _explained(
        self, key: tuple[str, str], step: RecordedStep, recorded: Counter[tuple[str, str]]
    ) -> bool:
        urn, op = key
        if op == "same" and any(one == urn for one, _ in self.ahead):
            return True
        seen = {one for one, _ in recorded}
        return step.failed and op == "same" and urn not in seen

    def _keys(self, step: RecordedStep, result: Result) -> Iterator[str]:
        recorded = {
            (one["urn"], one["op"]): set(one.get("diff_keys") or ()) for one in step.operations
        }
        for one in result.steps:
            wanted = recorded.get((one.urn, one.op.value))
            if wanted is not None and wanted != set(one.diff_keys):
                yield f"{one.name} {one.op}: differs in {one.diff_keys}, recorded {sorted(wanted)}"

    def _outputs(self, step: RecordedStep, result: Result) -> Iterator[str]:
        if step.command is not Command.UP or (step.failed and not step.continues_on_error):
            return
        recorded = _anonymous(step.data.get("outputs") or {})
        ours = _anonymous({key: shown(value) for key, value in result.outputs.items()})
        recorded = {key: value for key, value in recorded.items() if UNKNOWN_TEXT not in str(value)}
        if recorded != ours:
            yield f"outputs {ours}, recorded {recorded}"

    def _found(self, step: RecordedStep, result: Result) -> Iterator[str]:
        """What a refresh found, by kind."""
        recorded = (step.data.get("summary") or {}).get("resource_changes") or {}
        ours = {kind: count for kind, count in result.counts.items() if count}
        if step.command.refreshes and recorded != ours:
            yield f"found {ours}, recorded {recorded}"

    def _order(self, step: RecordedStep, result: Result) -> Iterator[str]:
        """What depends on something is made after it."""
        needs: dict[str, set[str]] = defaultdict(set)
        for entry in step.data.get("state_after") or ():
            needs[entry["urn"]] |= set(entry.get("dependencies") or ())
        making = {Op.CREATE, Op.CREATE_REPLACEMENT}
        place = {one.urn: n for n, one in enumerate(result.steps) if one.op in making}
        for urn, before in needs.items():
            for other in before & set(place):
                if urn in place and place[urn] < place[other]:
                    yield f"{urn} was made before {other}"


def _made_in(step: RecordedStep) -> dict[int, str]:
    made: dict[int, str] = {}
    for call in step.data.get("http_calls") or ():
        for kind, id_ in (call.get("answer_id") or {}).items():
            if kind != "action" and "name" in (call.get("body") or {}):
                made[id_] = call["body"]["name"]
    return made


def _surprising(key: tuple[str, str], step: RecordedStep) -> bool:
    """Whether an operation beyond the recorded ones is more than a sibling that finished."""
    urn, _ = key
    return any(one["urn"] == urn for one in step.operations if one["op"] not in QUIET)


def _stack_of(step: RecordedStep, default: str) -> str:
    if "-s" in step.words:
        return step.words[step.words.index("-s") + 1]
    operations = step.data.get("operations")
    return str(operations[0]["urn"]).split(":")[2] if operations else default


def shown(value: Any) -> Any:
    """As the recordings write it."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return UNKNOWN_TEXT
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value


def _anonymous(value: Any) -> Any:
    """The same without ids and addresses, which every API gives anew."""
    if isinstance(value, dict):
        return {key: _anonymous(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_anonymous(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return "<number>"
    if isinstance(value, str):
        value = re.sub(r"(\d{1,3}\.){3}\d{1,3}|([0-9a-f]{2}:){5}[0-9a-f]{2}", "<address>", value)
        return re.sub(r"\b\d{1,9}\b", "<number>", value)
    return value


def _short(operations: Counter[tuple[str, str]]) -> str:
    return ", ".join(f"{urn.split('::')[-1]} {op}" for urn, op in sorted(operations))
