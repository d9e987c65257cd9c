"""The example workflows as documents, and stand-ins for the commands that they call."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.configurations import ROOT

CI = ROOT / "examples" / "ci"
GITHUB = sorted((CI / "github").glob("*.yml"))
FORGEJO = sorted((CI / "forgejo").glob("*.yml"))
GITLAB = CI / "gitlab" / ".gitlab-ci.yml"


def document(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in found.items()}  # YAML 1.1


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in document(file)["jobs"].values():
        yield from job.get("steps", ())


def named_step(file: Path, name: str) -> dict[str, Any]:
    """The one step of that name."""
    (found,) = [one for one in steps(file) if one.get("name") == name]
    return found


def scripts() -> Iterator[tuple[str, str]]:
    """Every shell text of every workflow, with where it stands."""
    for file in (*GITHUB, *FORGEJO):
        for number, step in enumerate(steps(file)):
            if "run" in step:
                yield f"{file.parent.name}/{file.name} step {number}", step["run"]
    for name, job in document(GITLAB).items():
        if isinstance(job, dict):
            for key in ("before_script", "script"):
                for number, text in enumerate(job.get(key, ())):
                    yield f"gitlab {name} {key} {number}", text


def stand_in(directory: Path, name: str, body: str) -> None:
    """A command that notes how it was called, then does what `body` says."""
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'#!/bin/sh\necho "{name} $*" >>"$RECORD"\n{body}\n', encoding="utf-8")
    file.chmod(0o755)


def run(script: list[str], directory: Path, **variables: str) -> tuple[int, list[str]]:
    """The exit code and what the stand-ins were asked for."""
    record = directory / "record"
    record.touch()
    path = f"{directory / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "RECORD": str(record), **variables}
    done = subprocess.run(script, cwd=directory, env=environment, check=False, capture_output=True)
    return done.returncode, record.read_text(encoding="utf-8").splitlines()
