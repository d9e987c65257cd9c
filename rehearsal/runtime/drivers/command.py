"""The driver of the package `command`: scripts on hosts over SSH, and on this machine.

A preview runs nothing. Without `update`, `create` runs again on every change (pulumi-command#447).
"""

import os
import secrets
import subprocess
from collections.abc import Mapping
from typing import Final

from rehearsal.nodes.ports import COULD_NOT_CONNECT, Connection, Hosts, Outcome
from rehearsal.runtime.compare import differences
from rehearsal.runtime.decide import Diff
from rehearsal.runtime.drivers.port import (
    CheckFailed,
    Created,
    NothingToLookUp,
    OperationFailed,
    PartlyDone,
    Subject,
    unsupported,
)
from rehearsal.runtime.record import Record
from rehearsal.runtime.values import UNKNOWN, Properties, plain

REMOTE: Final = "command:remote:Command"
LOCAL: Final = "command:local:Command"
PRINTED: Final = ("stdout", "stderr")
DEFAULT_PORT: Final = 22
DEFAULT_USER: Final = "root"
DEFAULT_DIAL_ERROR_LIMIT: Final = 10
INTERPRETER: Final = ("/bin/sh", "-c")
_ABSENT: Final = {
    REMOTE: ("environment", "logging"),
    LOCAL: ("archivePaths", "assetPaths"),
}
"""Inputs this driver does not have; `logging: none` is what it does anyway."""


class CommandDriver(NothingToLookUp):
    """Runs the scripts of commands: remote ones through the hosts port."""

    def __init__(self, hosts: Hosts, environment: Mapping[str, str]) -> None:
        """`environment` is what a local command sees beside its own."""
        self._hosts = hosts
        self._environment = dict(environment)

    def check(self, subject: Subject, inputs: Properties, old: Properties | None) -> Properties:
        """Refuse what this driver does not have."""
        del old
        if subject.type not in _ABSENT:
            raise unsupported(f"the resource type {subject.type}")
        for name in _ABSENT[subject.type]:
            if inputs.get(name) not in (None, [], {}, "none"):
                raise unsupported(f"{name} of {subject.type}")
        if subject.type == REMOTE:
            connection = plain(inputs.get("connection"))
            if isinstance(connection, Mapping):
                if connection.get("host") is None:
                    raise CheckFailed(f"connection of {subject.name!r} has no host")
                for name in ("proxy", "password", "agentSocketPath", "privateKeyPassword"):
                    if connection.get(name):
                        raise unsupported(f"connection.{name} of {subject.type}")
            elif connection is None:
                raise CheckFailed(f"{subject.name!r} has no connection")
        return inputs

    def diff(self, subject: Subject, old: Record, inputs: Properties) -> Diff:
        """Everything is changed in place; a changed trigger replaces."""
        del subject
        changes = differences(plain(old.inputs), plain(inputs))
        replace = ("triggers",) if any(path[0] == "triggers" for path in changes) else ()
        return Diff(changes, replace)

    def plan(self, subject: Subject, inputs: Properties, old: Record | None) -> Properties:
        """What a script prints is not known before it ran."""
        del subject, old
        return {**inputs, "stdout": UNKNOWN, "stderr": UNKNOWN}

    def create(self, subject: Subject, inputs: Properties) -> Created:
        """Run `create`."""
        id_ = f"{subject.name}{secrets.token_hex(4)}"
        return Created(id_, self._run(subject, inputs, inputs.get("create"), {}))

    def update(self, subject: Subject, old: Record, inputs: Properties, diff: Diff) -> Properties:
        """Run `update`, or `create` where there is none."""
        del diff
        script = inputs["update"] if inputs.get("update") is not None else inputs.get("create")
        before = plain(old.outputs)
        try:
            return self._run(subject, inputs, script, before)
        except OperationFailed as error:
            raise PartlyDone(str(error), Created(old.id, before)) from None

    def delete(self, subject: Subject, old: Record) -> None:
        """Run the `delete` that was stored, on the host that was stored."""
        inputs = plain(old.inputs)
        self._run(subject, inputs, inputs.get("delete"), plain(old.outputs))

    def _run(
        self, subject: Subject, inputs: Properties, script: str | None, before: Properties
    ) -> Properties:
        if script is None:
            printed = {name: before.get(name, "") for name in PRINTED}
            return {**inputs, **printed}
        if subject.type == REMOTE:
            connection = _connection(inputs["connection"])
            outcome = self._hosts.run(connection, script, inputs.get("stdin") or "")
            where = f" on {connection.host}"
        else:
            outcome, where = self._local(inputs, script, before), ""
        if outcome.exit_code != 0:
            raise OperationFailed(_failure(subject, where, script, outcome))
        return {
            **inputs,
            "stdout": outcome.stdout.removesuffix("\n"),
            "stderr": outcome.stderr.removesuffix("\n"),
        }

    def _local(self, inputs: Properties, script: str, before: Properties) -> Outcome:
        environment = {**self._environment, **(inputs.get("environment") or {})}
        if inputs.get("addPreviousOutputInEnv", True):
            for name in PRINTED:
                if before.get(name):
                    environment[f"PULUMI_COMMAND_{name.upper()}"] = before[name]
        command = [*(inputs.get("interpreter") or INTERPRETER), script]
        done = subprocess.run(
            command,
            input=inputs.get("stdin") or "",
            cwd=inputs.get("dir"),
            env={"PATH": os.defpath, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.stdout, done.stderr, done.returncode)


def _connection(given: Mapping[str, object]) -> Connection:
    limit = given.get("dialErrorLimit")
    return Connection(
        host=str(given["host"]),
        port=int(str(given.get("port") or DEFAULT_PORT)),
        user=str(given.get("user") or DEFAULT_USER),
        private_key=str(given.get("privateKey") or ""),
        host_key=None if given.get("hostKey") is None else str(given["hostKey"]),
        dial_error_limit=DEFAULT_DIAL_ERROR_LIMIT if limit is None else int(str(limit)),
    )


def _failure(subject: Subject, where: str, script: str, outcome: Outcome) -> str:
    printed = "\n".join(text.rstrip("\n") for text in (outcome.stdout, outcome.stderr) if text)
    if subject.type == LOCAL:
        return f'exit status {outcome.exit_code}: running "{script}":\n{printed}'
    if outcome.exit_code == COULD_NOT_CONNECT:
        return f"could not connect to {where.removeprefix(' on ')}: {outcome.stderr.strip()}"
    ending = f"ended with exit status {outcome.exit_code}"
    return f"the script of {subject.name}{where} {ending}:\n{printed}"
