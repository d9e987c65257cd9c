"""The real engine's stand-in inside a real lab's network, as a person calls it: no host is booted,
for no server is made."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from rehearsal import isolation
from rehearsal.lab import record
from rehearsal.lab.build import Built
from tests.rehearsal.command.rehearsed import Directory, Said
from tests.rehearsal.lab.dry_engine import StandIn, stand_in
from tests.rehearsal.lab.leaks import left, take_down

LAB = Path(".rehearsal/dev+lab")


@dataclass
class Account:
    """What the caller's environment names: somebody listens there, and nobody may call."""

    endpoint: str
    calls: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """A token and an endpoint that look real, and a backend of the caller's."""
        return {
            "HCLOUD_TOKEN": "x" * 64,
            "HCLOUD_ENDPOINT": self.endpoint,
            "PULUMI_BACKEND_URL": "https://api.pulumi.com",
        }


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """The account counts who calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Account(f"http://127.0.0.1:{server.getsockname()[1]}/v1")

        def count() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                found.calls += 1
                connection.close()

        thread = threading.Thread(target=count, daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def directory(path: Path, pulumi: StandIn, account: Account, path_more: str) -> Directory:
    """A clone on a machine with the stand-in, whose caller has an account."""
    path.mkdir()
    return Directory(
        path,
        {
            **account.environment,
            "PATH": f"{pulumi.directory}{path_more}",
            "PULUMI_HOME": str(pulumi.home),
            "STAND_IN_PULUMI": str(pulumi.folder),
        },
    )


@pytest.mark.parametrize(
    ("stands", "arguments", "code", "said"),
    [
        ("", ("--engine", "pulumi"), 1, "no lab of stack dev stands"),
        ("embedded", ("--engine", "pulumi"), 1, "brought up with --engine embedded"),
        ("pulumi", ("--engine", "embedded"), 1, "brought up with --engine pulumi"),
        ("pulumi", (), 3, "the lab cannot run on this machine"),
    ],
)
def test_a_recovery_in_the_lab_never_asks_the_callers_account(
    stands: str, arguments: tuple[str, ...], code: int, said: str, account: Account, tmp_path: Path
) -> None:
    """The engine is the lab's; where that cannot be had, one sentence ends it."""
    place = directory(tmp_path / "here", stand_in(tmp_path / "engine"), account, "")
    if stands:
        (place.path / LAB).mkdir(parents=True)
        lab = record.fresh(place.path / LAB, "203.0.113.10")
        replace(lab, engine=stands).save(place.path / LAB)
    done = place.sovereign("recover", "--lab", "--yes", "--json", *arguments)
    assert (done.code, said in done.answer["errors"][0]["rule"]) == (code, True), done
    assert not (tmp_path / "engine" / "calls.jsonl").exists()
    assert account.calls == 0


@dataclass
class Story:
    """One lab of the real engine, each command after the other."""

    said: dict[str, Said]
    calls: list[dict[str, Any]]
    around: dict[str, str]
    recorded: dict[str, Any]
    outside: str
    """The network namespace of the caller."""
    left: list[str]


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, built: Built, account: Account
) -> Iterator[Story]:
    """Brought up in vain, looked at with the wrong engine, recovered, destroyed."""
    del built
    folder = tmp_path_factory.mktemp("inside")
    pulumi = stand_in(folder / "engine")
    place = directory(folder / "here", pulumi, account, ":/usr/sbin:/usr/bin:/sbin:/bin")
    temporary = folder / "temporary"
    temporary.mkdir()
    place.environment["TMPDIR"] = str(temporary)
    run, lab = place.sovereign, place.path / LAB
    try:
        pulumi.wish(idle=True, looks_around=True)
        said = {"up": run("rehearse", "up", "--lab", "--keep", "--engine", "pulumi", "--json")}
        recorded = json.loads((lab / record.NAME).read_text(encoding="utf-8"))
        said["other"] = run("rehearse", "up", "--lab", "--json")
        exported = {"version": 3, "deployment": {"resources": [], "pending_operations": []}}
        (pulumi.folder / "export.json").write_text(json.dumps(exported), encoding="utf-8")
        said["found"] = run("recover", "--lab", "--json")
        said["recovered"] = run("recover", "--lab", "--yes", "--delete", "left", "--json")
        said["destroy"] = run("rehearse", "destroy", "--lab", "--json")
        around = json.loads((pulumi.folder / "around.json").read_text(encoding="utf-8"))
        outside = str(Path("/proc/self/ns/net").readlink())
        yield Story(said, pulumi.calls(), around, recorded, outside, left(place.path, temporary))
    finally:
        take_down(place)


def test_a_failing_step_ends_with_its_sentence_and_exit_code_1(story: Story) -> None:
    """The engine was content, but nothing is there."""
    up = story.said["up"]
    rules = [error["rule"] for error in up.answer["errors"]]
    assert (up.code, rules) == (1, ["up: 0 workers instead of 2"])


def test_the_engine_runs_where_nothing_leads_out(story: Story, account: Account) -> None:
    """In the operator's namespace, with its loopback, its mirror and the lab's own state."""
    places = {call["network"] for call in story.calls}
    assert len(places) == 1
    assert story.outside not in places
    assert story.around == {"mirror": isolation.LAB_SERVICES}
    for call in story.calls:
        assert urlsplit(call["environment"]["HCLOUD_ENDPOINT"]).hostname == "127.0.0.1"
        assert call["environment"]["HCLOUD_ENDPOINT"] != account.endpoint
        assert call["environment"]["HCLOUD_TOKEN"] == isolation.TOKEN
        assert call["environment"]["PULUMI_BACKEND_URL"].endswith(f"{LAB}/engine/state")
    assert account.calls == 0


def test_the_lab_remembers_its_engine_and_refuses_the_other(story: Story) -> None:
    """One sentence says what to do."""
    other = story.said["other"]
    assert story.recorded["engine"] == "pulumi"
    assert (other.code, other.answer["result"]) == (1, "refused")
    assert "brought up with --engine pulumi" in other.answer["errors"][0]["rule"]


def test_a_recovery_sees_the_labs_project_through_the_labs_state(story: Story) -> None:
    """Without saying which engine; what nobody knows is deleted by name."""
    found, recovered = story.said["found"], story.said["recovered"]
    (row,) = found.answer["findings"]
    assert (found.code, found.answer["engine"]) == (1, "pulumi")
    assert (row["what"], row["name"], row["action"]) == ("placement group", "left", "keep")
    assert (recovered.code, recovered.answer["result"]) == (0, "succeeded"), recovered
    asked = [" ".join(call["words"][:2]) for call in story.calls]
    assert asked.count("stack export") == 2


def test_destroy_follows_the_engine_of_the_lab(story: Story) -> None:
    """And ends the lab, of which nothing is left."""
    destroy = story.said["destroy"]
    assert (destroy.code, destroy.answer["engine"]) == (0, "pulumi"), destroy
    assert story.calls[-1]["words"][0] == "destroy"
    assert story.left == []
