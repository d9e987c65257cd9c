"""kube-apiserver, etcd, kubectl and helm, compiled from one Go module; the Gateway API's
definitions from another.

One module, because the four share most packages: compiled once, they take the time of the largest.
`go.mod` and `go.sum` in `modules/` pin every byte; Go verifies them while it downloads.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from rehearsal.lab.build.store import Progress, entry
from rehearsal.lab.build.toolchain import go
from rehearsal.lab.machine import Unavailable, last_line, run_or_say

MODULES = Path(__file__).parent / "modules"
PROGRAMS = MODULES / "programs"
DEFINITIONS = MODULES / "definitions"
KUBERNETES = "v1.36.4+k3s1"
"""What the API server calls itself: as k3s' own does, which embeds the same release."""
PACKAGES = (
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kubectl",
    "go.etcd.io/etcd/server/v3",
    "helm.sh/helm/v3/cmd/helm",
)
NAMED = {"server": "etcd"}
"""A program that Go names after its directory -> what it is called."""
BUILD = (
    "build",
    "-v",
    "-trimpath",
    "-buildvcs=false",
    "-gcflags=all=-dwarf=false",
    "-ldflags",
    f"-s -w -X k8s.io/component-base/version.gitVersion={KUBERNETES}",
)
"""Without debugging information, which costs time and space and serves nobody here."""
SAID_EVERY_S = 15.0
"""Seconds between two lines of progress while Go compiles."""


def ready(cache: Path, progress: Progress) -> tuple[Path, Path]:
    """Directories of the programs and of the Gateway API's definitions."""
    definitions = entry(
        cache, "gateway-api", _pins(DEFINITIONS), lambda to: _fetch(cache, to, progress), progress
    )
    programs = entry(
        cache,
        "bin",
        [*_pins(PROGRAMS), " ".join((*BUILD, *PACKAGES)).encode()],
        lambda to: _compile(cache, to, progress),
        progress,
    )
    return programs, definitions


def _pins(module: Path) -> list[bytes]:
    return [(module / name).read_bytes() for name in ("go.mod", "go.sum")]


def _environment(cache: Path) -> Mapping[str, str]:
    """Go's own directories inside the cache; nothing is taken from the machine's."""
    return {
        **os.environ,
        "GOPATH": str(cache / "go-work"),
        "GOMODCACHE": str(cache / "go-work" / "modules"),
        "GOCACHE": str(cache / "go-work" / "compiled"),
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        "GOGC": "400",  # the compiler collects garbage less often: a fifth of its time
    }


def _fetch(cache: Path, to: Path, progress: Progress) -> None:
    progress("fetching the Gateway API's definitions")
    said = run_or_say(
        [str(go(cache, progress)), "mod", "download", "-json", "sigs.k8s.io/gateway-api"],
        "cannot fetch the Go module sigs.k8s.io/gateway-api",
        cwd=DEFINITIONS,
        environment=_environment(cache),
    )
    for file in (Path(json.loads(said)["Dir"]) / "config" / "crd" / "standard").glob("*.yaml"):
        shutil.copyfile(file, to / file.name)


def _compile(cache: Path, to: Path, progress: Progress) -> None:
    """Compile into `to`. What Go keeps for a second attempt goes when there is none to come."""
    progress("compiling kube-apiserver, etcd, kubectl and helm (once, some minutes)")
    began = time.monotonic()
    module = to / "module"
    shutil.copytree(PROGRAMS, module)  # the checkout may be read-only, or change meanwhile
    command = [str(go(cache, progress)), *BUILD, "-o", f"{to}/", *PACKAGES]
    _run_go(command, module, _environment(cache), progress)
    shutil.rmtree(module)
    for name, called in NAMED.items():
        (to / name).rename(to / called)
    shutil.rmtree(cache / "go-work", ignore_errors=True)
    progress(f"compiled in {time.monotonic() - began:.0f} s")


def _run_go(
    command: list[str], module: Path, environment: Mapping[str, str], progress: Progress
) -> None:
    """Run Go and say now and then how far it is; its lines are packages it has begun with."""
    packages, line, said_at = 0, "", time.monotonic()
    with subprocess.Popen(
        command,
        cwd=module,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as building:
        assert building.stderr is not None
        for line in building.stderr:
            packages += not line.startswith("go: ")
            if time.monotonic() - said_at > SAID_EVERY_S:
                progress(f"{packages} Go packages compiled" if packages else line.strip())
                said_at = time.monotonic()
    if building.returncode != 0:
        raise Unavailable(f"cannot compile the lab's programs: {last_line(line)}")
