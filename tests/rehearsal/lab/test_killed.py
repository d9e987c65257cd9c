"""One lab, one bring-up that is killed or cut off on its way: at a server, a join, a release, SSH,
the API. With `sovereign recover` or without, the next `up` goes on, and nothing is there twice.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.hetzner import HetznerState
from rehearsal.lab import record
from rehearsal.lab.build import Built
from rehearsal.lab.fabric import namespaces
from rehearsal.workspace import workspace_of
from tests.rehearsal.command.rehearsed import ROOT, Directory, Said
from tests.rehearsal.lab.leaks import take_down

HARMED = str(Path(__file__).with_name("harmed.py"))
SETTINGS = ("pools.default.ids=[1]", "gates.addressS=60", "gates.joinS=120")
"""Long enough for a host that waits for its address while nobody runs; a step whose host waits in
vain fails by name within its limit.
"""
UP = ("rehearse", "up", "--lab", "--keep", "--json", *(f"--set={one}" for one in SETTINGS))
RECOVER = ("recover", "--lab", "--yes", "--json")
KILLED = -9
SERVER, WORKER = "dev-control-plane-1", "dev-default-1"
LIMIT_S = 300
Names = list[str]


@dataclass
class Story:
    """What was said, step by step, and what there was after some of the steps."""

    place: Directory
    said: dict[str, Said] = field(default_factory=dict)
    servers: dict[str, Names] = field(default_factory=dict)
    """Names of the servers at Hetzner."""
    hosts: dict[str, Names] = field(default_factory=dict)
    """Names of the servers whose hosts there are; an id where there is no such server."""

    def harmed(self, step: str, harm: str, name: str) -> None:
        """An `up` with a harm in its middle."""
        words = (sys.executable, HARMED, harm, name, *UP)
        self._note(step, self.place.run(*words, limit_s=LIMIT_S))

    def sovereign(self, step: str, *words: str) -> None:
        """A command as a person gives it."""
        self._note(step, self.place.sovereign(*words))

    def _note(self, step: str, said: Said) -> None:
        self.said[step] = said
        workspace = workspace_of(self.place.path, "dev", lab=True)
        lab = record.load(workspace.directory)
        names = {one.id: one.name for one in HetznerState.load(workspace.hetzner).servers.values()}
        prefix = f"sov-{lab.lab_id}-h" if lab else "none"
        hosts = [int(name.removeprefix(prefix)) for name in namespaces.names(prefix)]
        self.servers[step] = sorted(names.values())
        self.hosts[step] = sorted(names.get(id_, str(id_)) for id_ in hosts)


@pytest.fixture(scope="module")
def story(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A control plane and a worker, in the end."""
    del built
    place = Directory(tmp_path_factory.mktemp("killed"), {"PYTHONPATH": str(ROOT)})
    told = Story(place)
    try:
        told.harmed("killed at the server", "server", WORKER)
        told.sovereign("recovered from the server", *RECOVER)
        told.harmed("killed at the server again", "server", WORKER)
        told.harmed("SSH stops", "ssh", SERVER)
        told.harmed("killed at the join", "join", WORKER)
        told.harmed("the API is cut", "api", "cilium")
        told.harmed("killed at the release", "release", "cilium")
        told.sovereign("recovered from the release", *RECOVER)
        told.sovereign("up", *UP)
        told.sovereign("destroyed", "rehearse", "destroy", "--lab", "--json")
        yield told
    finally:
        take_down(place)


def rows(said: Said) -> dict[str, dict[str, Any]]:
    """Findings of a recovery by name."""
    return {row["name"]: row for row in said.answer["findings"]}


@pytest.mark.parametrize(
    "step",
    [
        "killed at the server",
        "killed at the server again",
        "killed at the join",
        "killed at the release",
    ],
)
def test_a_kill_ends_the_run_and_not_the_hosts(story: Story, step: str) -> None:
    """Nothing is said, nothing is tidied."""
    assert (story.said[step].code, story.said[step].out) == (KILLED, "")
    assert story.hosts[step] == [SERVER, WORKER]


def test_recover_deletes_what_has_not_joined_and_its_host_ends_with_it(story: Story) -> None:
    """No host of a deleted server runs on; the next `up` makes both anew."""
    said = story.said["recovered from the server"]
    assert (said.code, said.answer["result"]) == (0, "succeeded"), said
    assert rows(said)[WORKER]["action"] == "delete"
    assert story.servers["recovered from the server"] == [SERVER]
    assert story.hosts["recovered from the server"] == [SERVER]


def test_without_recover_a_server_is_taken_in_and_that_is_said(story: Story) -> None:
    """Its name is unique, so there is no second one, nor a second host."""
    said = story.said["SSH stops"]
    assert f" !  {WORKER}: adopted (id " in said.err
    assert "a killed run had been creating it" in said.err
    assert story.servers["SSH stops"] == story.hosts["SSH stops"] == [SERVER, WORKER]


def test_ssh_that_stops_in_mid_command_fails_that_join_by_name(story: Story) -> None:
    """The session ends without an exit code; the next run repeats the join."""
    said = story.said["SSH stops"]
    assert said.code == 1, said.err
    assert f"{SERVER}-join" in said.answer["errors"][0]["rule"]
    assert "remote command exited without exit status" in said.answer["errors"][0]["rule"]


def test_without_recover_a_join_that_was_killed_is_repeated_and_that_is_said(story: Story) -> None:
    """The script is idempotent."""
    said = story.said["the API is cut"]
    assert f" !  {WORKER}-join: a killed run was creating it: it is begun anew" in said.err


def test_an_api_that_is_cut_in_mid_up_fails_the_release_by_name(story: Story) -> None:
    """With the reason of the socket; what could go on went on."""
    said = story.said["the API is cut"]
    assert said.code == 1, said.err
    errors = [error["rule"] for error in said.answer["errors"]]
    assert any("dev-cilium" in error and "i/o timeout" in error for error in errors), errors


def test_recover_says_what_helm_may_have_left(story: Story) -> None:
    """And clears the note; what the killed Helm left half done is taken back by the next `up`."""
    said = story.said["recovered from the release"]
    assert (said.code, said.answer["result"]) == (0, "succeeded"), said
    reason = rows(said)["dev-cilium"]["reason"]
    assert "`helm uninstall cilium --namespace kube-system`" in reason


def test_in_the_end_everything_is_there_once_and_ready(story: Story) -> None:
    """The servers at Hetzner, their hosts, the Nodes of the one cluster; then all of it is gone."""
    said = story.said["up"]
    assert said.code == 0, said.err
    assert [(node["name"], node["ready"]) for node in said.answer["nodes"]] == [
        (SERVER, True),
        (WORKER, True),
    ]
    assert all(component["ready"] for component in said.answer["components"])
    assert story.servers["up"] == story.hosts["up"] == [SERVER, WORKER]
    assert story.said["destroyed"].answer["result"] == "succeeded"
    assert story.hosts["destroyed"] == []
