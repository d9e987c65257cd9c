"""What happened between two compared steps of a recording.

Changes behind the engine's back, as the recording names them, and the effects of steps that the
embedded runtime does not have, so that the steps after them start where the recording's did.
"""

import json
import re
from collections.abc import Callable, Mapping

from hcloud import Client
from hcloud.servers import BoundServer

from rehearsal.runtime import Command, Drivers, HetznerEndpoint, Request, run
from tests.rehearsal.runtime.ports import NoCluster, NoHosts
from tests.rehearsal.runtime.recorded import RecordedStep
from tests.rehearsal.runtime.replay import Replay

DELETED = re.compile(r"server (\w+) is deleted through the API")
RELABELED = re.compile(r"labels of server (\w+) are set to \{by: hand\}")


def outside(replay: Replay, step: RecordedStep) -> None:
    """What `before` says about changes through the API."""
    text = step.data.get("before") or ""
    if match := DELETED.search(text):
        _server(replay, match[1]).delete()
    if match := RELABELED.search(text):
        _server(replay, match[1]).update(labels={"by": "hand"})


def _client(replay: Replay) -> Client:
    return Client(token="outside", api_endpoint=replay.endpoint, poll_interval=0.01)


def _server(replay: Replay, name: str) -> BoundServer:
    server = _client(replay).servers.get_by_name(name)
    assert server is not None
    return server


def _forget(replay: Replay, name: str) -> None:
    """As a refresh does with an object that is gone."""

    def change(resources: list[dict[str, object]]) -> list[dict[str, object]]:
        return [one for one in resources if not str(one["urn"]).endswith(f"::{name}")]

    _edit(replay, change)


def _unprotect(replay: Replay) -> None:
    def change(resources: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{key: v for key, v in one.items() if key != "protect"} for one in resources]

    _edit(replay, change)


def _edit(
    replay: Replay, change: Callable[[list[dict[str, object]]], list[dict[str, object]]]
) -> None:
    recording = replay.recording
    path = (
        replay.folder / f"backend/.pulumi/stacks/{recording['project']}/{recording['stack']}.json"
    )
    document = json.loads(path.read_text())
    latest = document["checkpoint"]["latest"]
    latest["resources"] = change(latest["resources"])
    path.write_text(json.dumps(document))


def _imported(replay: Replay) -> None:
    """The retained group is in the state again, with `rev: 1`."""
    group = _client(replay).placement_groups.get_by_name("a")
    assert group is not None
    group.delete()
    (replay.folder / "program" / "__main__.py").write_text(replay.recording["programs"]["plain"])
    result = run(
        Request(
            program=replay.folder / "program",
            stack=replay.recording["stack"],
            project=replay.recording["project"],
            command=Command.UP,
            backend=replay.folder / "backend",
            passphrase="x",
            drivers=Drivers(HetznerEndpoint(replay.endpoint), NoHosts(), NoCluster()),
        )
    )
    assert result.succeeded


def _groups_gone(replay: Replay) -> None:
    """The targeted destroys removed both groups; an object named x was made outside."""
    client = _client(replay)
    for name in ("a", "b"):
        _forget(replay, name)
        group = client.placement_groups.get_by_name(name)
        assert group is not None
        group.delete()
    made = client.placement_groups.create("x", "spread").placement_group
    replay.config_ids["4716"] = str(made.id)


EFFECTS: Mapping[tuple[str, int], Callable[[Replay], None]] = {
    ("11", 16): _unprotect,
    ("22", 8): _imported,
    ("22", 21): _groups_gone,
}
"""Scenario and step → what steps before it, which are not run, left behind."""
