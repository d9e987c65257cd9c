"""The real engine's side, before a `pulumi` is started: locks, and what a refusal says."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sovereign.recover.engine import EngineStack, lock_of
from sovereign.recover.model import StackFailed

FAKE = """#!{python}
import json, pathlib, sys
words = sys.argv[1:]
folder = pathlib.Path({folder!r})
with (folder / "calls").open("a") as calls:
    calls.write(" ".join(words) + "\\n")
if words[0] == "whoami":
    url = folder / "url"
    print(json.dumps({{"user": "x", "url": url.read_text()}}))
elif words[:2] == ["stack", "export"]:
    print((folder / "export.json").read_text())
elif words[:2] == ["stack", "import"]:
    (folder / "imported.json").write_text(sys.stdin.read())
elif words[0] == "refresh":
    sys.exit("warning: something\\nerror: could not read it")
"""


def process_that_is_gone() -> int:
    """The id of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def written(pid: int, host: str) -> dict[str, object]:
    """A lock as the CLI writes it."""
    return {"pid": pid, "username": "ops", "hostname": host, "timestamp": "2026-11-22T03:00:00Z"}


def test_a_lock_is_stale_only_where_its_process_ran_here_and_is_gone() -> None:
    """What another machine does cannot be told."""
    here, dead = socket.gethostname(), process_that_is_gone()
    assert lock_of(written(dead, here)).stale
    assert not lock_of(written(os.getpid(), here)).stale
    assert not lock_of(written(1, here)).stale
    assert not lock_of(written(dead, "elsewhere")).stale
    found = lock_of(written(dead, here))
    assert (found.owner, found.since) == (f"ops@{here} (pid {dead})", "2026-11-22T03:00:00Z")


@pytest.fixture
def stack(tmp_path: Path) -> EngineStack:
    """A stack whose `pulumi` notes what it is asked for."""
    command = tmp_path / "pulumi"
    command.write_text(FAKE.format(python=sys.executable, folder=str(tmp_path)))
    (tmp_path / "url").write_text(f"file://{tmp_path}/state")
    (tmp_path / "Pulumi.yaml").write_text("name: sovereign\nruntime: python\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return EngineStack(str(command), tmp_path, "dev", os.environ)


def test_the_lock_of_a_file_backend_is_found_by_its_stack(
    stack: EngineStack, tmp_path: Path
) -> None:
    """Beside it lie the locks of other stacks, and of this stack of another project."""
    assert stack.lock() is None
    locked(tmp_path / "state", "sovereign", "dev", "prod")
    locked(tmp_path / "state", "app", "dev")
    found = stack.lock()
    assert found is not None
    assert found.owner.startswith("sovereign/dev@")


def locked(backend: Path, project: str, *stacks: str) -> None:
    """A file backend with these locks, whose owners are named after their stacks."""
    for name in stacks:
        folder = backend / ".pulumi/locks/organization" / project / name
        folder.mkdir(parents=True)
        (folder / "x.json").write_text(f'{{"pid": 1, "username": "{project}/{name}"}}')


@pytest.mark.parametrize(("url", "place"), [("file://~", "home"), ("file://./kept", "kept")])
def test_a_file_backend_is_found_as_the_cli_names_it(
    stack: EngineStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, place: str
) -> None:
    """`pulumi login --local` is the home directory; a relative one begins at the program's."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "url").write_text(url)
    locked(tmp_path / place, "sovereign", "dev")
    assert stack.lock() is not None
    assert stack.shows_locks()


def test_elsewhere_a_lock_is_not_seen(stack: EngineStack, tmp_path: Path) -> None:
    """So whoever deletes something says that no run is at it."""
    (tmp_path / "url").write_text("s3://bucket")
    assert stack.lock() is None
    assert not stack.shows_locks()


def test_state_goes_in_and_out_by_the_cli(stack: EngineStack, tmp_path: Path) -> None:
    """Ciphertext stays ciphertext: no secret is asked for."""
    (tmp_path / "export.json").write_text('{"version": 3, "deployment": {"resources": []}}')
    assert stack.read() == {"resources": []}
    stack.write({"resources": [1]})
    assert (tmp_path / "imported.json").read_text() == (
        '{"version": 3, "deployment": {"resources": [1]}}'
    )
    stack.unlock()
    calls = (tmp_path / "calls").read_text()
    assert "--show-secrets" not in calls
    assert "cancel --yes --stack dev" in calls


def test_a_stack_that_was_never_brought_up_is_empty(stack: EngineStack, tmp_path: Path) -> None:
    """`pulumi stack init` alone exports a null."""
    (tmp_path / "export.json").write_text('{"version": 3, "deployment": null}')
    assert stack.read() == {}


def test_a_refusal_of_the_cli_is_one_sentence(stack: EngineStack) -> None:
    """What it calls an error, without the rest."""
    with pytest.raises(StackFailed) as failed:
        stack.refresh(["urn:a", "urn:b"])
    assert str(failed.value) == "`pulumi refresh --yes`: could not read it"
