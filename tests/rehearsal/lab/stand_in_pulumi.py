"""In place of the Pulumi CLI where the tour through the lab is tested dry: it notes how it was
called, makes and deletes the servers that the copied program's configuration names, at the Hetzner
that its environment names, and writes a state and a log of events.

`$STAND_IN_PULUMI` is its directory: `calls.jsonl` is what it notes. `wish.json` holds what is to go
wrong: `fail_at` (the how-manieth operation), `says` (empty: nothing), `refuses` (a policy does),
`idle` (no server is made or deleted), `looks_around` (tries the mirror of the program's
configuration, and leaves a placement group behind).
"""

import json
import os
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

OPERATIONS = ("preview", "up", "refresh", "destroy")
SWITCHES = ("--non-interactive", "--create", "--secret", "--yes", "--skip-preview", "--refresh")
FOLDER = Path(os.environ["STAND_IN_PULUMI"])
CALLS = FOLDER / "calls.jsonl"


def hetzner(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One call of the API that the environment names."""
    request = urllib.request.Request(
        os.environ["HCLOUD_ENDPOINT"] + path,
        data=json.dumps(body).encode() if body else None,
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['HCLOUD_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def wanted() -> list[str]:
    """Servers of the copied program's configuration."""
    cluster = config()["sovereign:cluster"]
    workers = [
        f"dev-{name}-{id_}" for name, pool in cluster["pools"].items() for id_ in pool["ids"]
    ]
    return ["dev-control-plane-1", *workers]


def config() -> dict[str, Any]:
    """The copied stack file."""
    text = (Path.cwd() / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)["config"]
    return found


def look_around() -> dict[str, Any]:
    """What can be reached from here, and something left behind."""
    mirror = urlsplit(config()["sovereign:artifactMirror"])
    with socket.create_connection((mirror.hostname, mirror.port or 80), timeout=5) as connection:
        operator = connection.getsockname()[0]
    labels = {"cluster": "dev", "managed-by": "sovereign"}
    hetzner("POST", "/placement_groups", {"name": "left", "type": "spread", "labels": labels})
    return {"mirror": operator}


def made_so(names: list[str]) -> list[tuple[str, str]]:
    """Let the project hold exactly these servers; returns operation and name of each."""
    there = {one["name"]: one["id"] for one in hetzner("GET", "/servers?per_page=50")["servers"]}
    for name in names:
        if name not in there:
            asked = {"server_type": "cpx32", "image": "ubuntu-24.04", "location": "nbg1"}
            hetzner("POST", "/servers", {"name": name, **asked})
    gone = [name for name in there if name not in names]
    for name in gone:
        hetzner("DELETE", f"/servers/{there[name]}")
    kept = [("same" if name in there else "create", name) for name in names]
    return [*kept, *(("delete", name) for name in gone)]


def logged(log: Path, steps: list[tuple[str, str]], packs: list[str]) -> None:
    """The events as the engine tells them."""
    events: list[dict[str, Any]] = []
    for op, name in steps:
        type_ = "hcloud:index/server:Server"
        urn = f"urn:pulumi:dev::sovereign::{type_}::{name}"
        events.append({"resourcePreEvent": {"metadata": {"op": op, "urn": urn, "type": type_}}})
    for pack in packs:
        judged = {"policyPackName": pack, "policyPackVersion": "1.0.0", "passed": ["a-rule"]}
        events.append({"policyAnalyzeSummaryEvent": judged})
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")


def told(log: Path, event: dict[str, Any]) -> None:
    """One event more."""
    with log.open("a", encoding="utf-8") as events:
        events.write(f"{json.dumps(event)}\n")


def operate(verb: str, words: list[str], wish: dict[str, Any], number: int) -> int:
    """The exit code of one operation."""
    log = Path(words[words.index("--event-log") + 1])
    packs = [Path(words[at + 1]).name for at, one in enumerate(words) if one == "--policy-pack"]
    failing = wish.get("fail_at") == number
    if verb == "up" and wish.get("looks_around"):
        (FOLDER / "around.json").write_text(json.dumps(look_around()), encoding="utf-8")
    if verb == "preview" or failing or wish.get("idle"):
        steps = [("same", name) for name in wanted()]
    else:
        steps = made_so([] if verb == "destroy" else wanted())
    logged(log, steps, packs)
    if failing and wish.get("says"):
        told(log, {"diagnosticEvent": {"severity": "error", "message": f"{wish['says']}\n"}})
    if failing and wish.get("refuses"):
        finding = {"policyPackName": "network", "policyName": "no", "message": "forbidden"}
        told(log, {"policyEvent": {**finding, "enforcementLevel": "mandatory"}})
    return 1 if failing else 0


def main(words: list[str]) -> int:
    """The exit code."""
    backend = Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
    state = backend / ".pulumi" / "stacks" / "sovereign" / "dev.json"
    verb = words[0]
    call = {
        "words": words,
        "environment": {
            key: value
            for key, value in os.environ.items()
            if key.startswith(("HCLOUD_", "PULUMI_")) or key == "KUBECONFIG"
        },
        "directory": str(Path.cwd()),
        "network": str(Path("/proc/self/ns/net").readlink()),
        "config": config(),
        "state": state.read_text(encoding="utf-8") if state.is_file() else "",
    }
    with CALLS.open("a", encoding="utf-8") as calls:
        calls.write(f"{json.dumps(call)}\n")
    done = [json.loads(line)["words"][0] for line in CALLS.read_text("utf-8").splitlines()]
    wish = json.loads((FOLDER / "wish.json").read_text("utf-8"))
    if verb in OPERATIONS:
        return operate(verb, words, wish, len([one for one in done if one in OPERATIONS]))
    if verb == "whoami":
        sys.stdout.write(json.dumps({"user": "x", "url": f"file://{backend}"}))
    elif words[:2] == ["stack", "export"]:
        exported = FOLDER / "export.json"
        sys.stdout.write(exported.read_text("utf-8") if exported.is_file() else "{}")
    elif words[:2] == ["stack", "import"]:
        (FOLDER / "imported.json").write_text(sys.stdin.read(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
