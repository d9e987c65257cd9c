"""The real engine: a preview of the unmodified program through `pulumi`, against the simulator.

The program is copied into the workspace, so that the engine writes nothing beside the operator's
stack file. A whole `up` needs hosts that answer; it comes with the lab.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rehearsal.isolation import PASSPHRASE, program_environment
from rehearsal.order import Program
from rehearsal.runtime.drivers.hcloud.api import require_loopback

COPIED_NOT = (".git", ".venv", ".rehearsal", "__pycache__", ".mypy_cache", ".pytest_cache")
DEFERRED = "deferred: "
"""How a pack's message begins where a rule could not be evaluated yet."""


class EngineMissing(Exception):
    """The real engine is not on this machine."""


@dataclass(frozen=True)
class EngineRun:
    """What the engine's events said."""

    succeeded: bool
    steps: Sequence[Mapping[str, Any]]
    """One per resource: urn, op, type, inputs."""
    policies: Sequence[Mapping[str, str]]
    packs: Sequence[Mapping[str, Any]]
    errors: Sequence[str]
    outputs: Mapping[str, Any] = field(default_factory=dict)


def find() -> str:
    """Path of the `pulumi` command; EngineMissing with one sentence where there is none."""
    found = shutil.which("pulumi")
    if found is None:
        raise EngineMissing(
            "the real engine was asked for and `pulumi` is not on PATH; install the Pulumi CLI "
            "(https://www.pulumi.com/docs/install/), or leave ENGINE away"
        )
    return found


def preview(
    program: Program,
    *,
    stack: str,
    workspace: Path,
    endpoint: str,
    packs: Sequence[Path],
    virtualenv: Path,
) -> EngineRun:
    """Preview the program; nothing is created. `virtualenv` holds the program's packages.

    An endpoint beyond loopback is refused: with an empty one the provider would take Hetzner's own.
    """
    pulumi = find()
    require_loopback(endpoint)
    directory = _copy(program, stack, workspace, virtualenv)
    state = workspace / "state"
    state.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        **program_environment(endpoint),
        "PULUMI_BACKEND_URL": f"file://{state.resolve()}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log, as the Automation API does
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [pulumi, *arguments, "--non-interactive", "--color", "never"]
        return subprocess.run(
            command,
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    created = run("stack", "select", "--create", stack)
    if created.returncode != 0:
        return EngineRun(False, (), (), (), [created.stderr.strip()])
    for key in program.secret_keys:
        run("config", "set", "--secret", "--stack", stack, key, program.config[key])
    log = workspace / "events.json"
    log.unlink(missing_ok=True)
    arguments = ["preview", "--stack", stack, "--event-log", str(log.resolve())]
    for pack in packs:
        arguments += ["--policy-pack", str(directory / "policies" / pack.name)]
    for pack in packs:
        arguments += ["--policy-pack-config", str(pack_config(pack, stack).resolve())]
    previewed = run(*arguments)
    return read_events(log, previewed.returncode == 0, previewed.stdout + previewed.stderr)


def pack_config(pack: Path, stack: str) -> Path:
    """The pack's configuration for that environment, `config.dev.json` where it has none of its
    own.
    """
    own = pack / f"config.{stack}.json"
    return own if own.is_file() else pack / "config.dev.json"


def read_events(log: Path, succeeded: bool, printed: str) -> EngineRun:
    """The run as the engine's event log tells it."""
    steps: dict[str, dict[str, Any]] = {}
    policies: list[dict[str, str]] = []
    errors: list[str] = []
    versions: dict[str, str] = {}
    judged: dict[str, set[str]] = {}
    for event in _events(log):
        if "resourcePreEvent" in event:
            step = event["resourcePreEvent"]["metadata"]
            inputs = (step.get("new") or {}).get("inputs") or {}
            steps[step["urn"]] = {
                "urn": step["urn"],
                "op": step["op"],
                "type": step["type"],
                "inputs": inputs,
            }
        elif "policyEvent" in event:
            policies.append(_finding(event["policyEvent"]))
        elif "policyAnalyzeSummaryEvent" in event or "policyAnalyzeStackSummaryEvent" in event:
            summary = (
                event.get("policyAnalyzeSummaryEvent") or event["policyAnalyzeStackSummaryEvent"]
            )
            pack = summary["policyPackName"]
            versions[pack] = summary["policyPackVersion"]
            seen = (*(summary.get("passed") or ()), *(summary.get("failed") or ()))
            judged.setdefault(pack, set()).update(seen)
        elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] == "error":
            errors.append(event["diagnosticEvent"]["message"].strip())
    if not succeeded and not errors and not any(p["level"] == "mandatory" for p in policies):
        errors.append(printed.strip().splitlines()[-1] if printed.strip() else "no output")
    packs = [
        {
            "name": name,
            "version": versions[name],
            "rules": len(names),
            "evaluated": len(names),
            "deferred": len(
                [p for p in policies if p["pack"] == name and p["level"] == "deferred"]
            ),
        }
        for name, names in sorted(judged.items())
    ]
    return EngineRun(succeeded, list(steps.values()), policies, packs, errors)


def _finding(event: Mapping[str, Any]) -> dict[str, str]:
    message = event["message"].strip().splitlines()[-1]
    level = "deferred" if message.startswith(DEFERRED) else event["enforcementLevel"]
    return {
        "pack": event["policyPackName"],
        "policy": event["policyName"],
        "level": level,
        "urn": event.get("resourceUrn", ""),
        "message": message,
    }


def _events(log: Path) -> Iterator[dict[str, Any]]:
    if log.is_file():
        for line in log.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _copy(program: Program, stack: str, workspace: Path, virtualenv: Path) -> Path:
    """The program as it is, with the stack file of this rehearsal and without its secrets."""
    target = workspace / "program"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(program.directory, target, ignore=shutil.ignore_patterns(*COPIED_NOT))
    (target / ".venv").symlink_to(virtualenv.resolve())
    plain = {
        key: yaml.safe_load(text) if text[:1] in "[{" else text
        for key, text in program.config.items()
        if key not in program.secret_keys
    }
    stack_file = target / f"Pulumi.{stack}.yaml"
    stack_file.write_text(yaml.safe_dump({"config": plain}), encoding="utf-8")
    return target
