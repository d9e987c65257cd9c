"""The state: Pulumi's format, encrypted secrets, one writer at a time."""

import json
from pathlib import Path

import pytest

from rehearsal.runtime.backend import Backend, Locked
from rehearsal.runtime.checkpoint import Checkpoint
from rehearsal.runtime.cipher import Cipher, WrongPassphrase
from rehearsal.runtime.record import Record, decode, decode_value, encode
from rehearsal.runtime.values import Secret

STACK_TYPE = "pulumi:pulumi:Stack"


def record(name: str, **inputs: object) -> Record:
    return Record(f"urn:pulumi:dev::p::t:i:T::{name}", "t:i:T", True, id=name, inputs=inputs)


def opened(folder: Path) -> Checkpoint:
    return Checkpoint(Backend(folder, "p"), "dev", "x", persist=True)


def test_what_the_cli_encrypted_is_read_and_written_back_unchanged(reference: Path) -> None:
    """Recording 01: the exported state of a real `pulumi up`, passphrase `x`."""
    files = sorted((reference / "engine-3.259" / "scenarios").glob("01-*.json"))
    if not files:
        pytest.skip(f"no recordings in {reference}")
    exported = json.loads(files[0].read_text())["steps"][1]["full_state_export"]
    deployment = exported.get("deployment", exported)
    cipher = Cipher.unlock("x", deployment["secrets_providers"]["state"]["salt"])
    stack = deployment["resources"][0]
    assert decode_value(stack["outputs"]["token"], cipher) == Secret("s3cret")
    for entry in deployment["resources"]:
        kept = {key: value for key, value in entry.items() if key != "sourcePosition"}
        assert encode(decode(entry, cipher), cipher) == kept


def test_another_passphrase_does_not_open_a_state(tmp_path: Path) -> None:
    """It is said before anything happens."""
    opened(tmp_path).close()
    with pytest.raises(WrongPassphrase, match="does not open"):
        Checkpoint(Backend(tmp_path, "p"), "dev", "y", persist=True)


def test_no_secret_stands_in_the_state_in_clear(tmp_path: Path) -> None:
    """Neither in inputs nor in outputs nor in an operation that is under way."""
    checkpoint = opened(tmp_path)
    checkpoint.begin("creating", record("a", token=Secret("hunter2-pending")))
    checkpoint.put(record("b", nested={"token": [Secret("hunter2-done")]}), instead_of=None)
    text = Backend(tmp_path, "p").stack_file("dev").read_text()
    assert "hunter2" not in text
    assert "pending_operations" in text
    again = opened(tmp_path)
    assert again.before[0].inputs == {"nested": {"token": [Secret("hunter2-done")]}}


def test_the_same_secret_keeps_its_ciphertext(tmp_path: Path) -> None:
    """A run that changes nothing leaves the state as it was."""
    first = opened(tmp_path)
    first.put(record("a", token=Secret("hunter2")), instead_of=None)
    first.close()
    path = Backend(tmp_path, "p").stack_file("dev")
    before = json.loads(path.read_text())["checkpoint"]["latest"]["resources"]
    second = opened(tmp_path)
    (old,) = second.before
    second.put(record("a", token=Secret("hunter2")), instead_of=old)
    second.close()
    assert json.loads(path.read_text())["checkpoint"]["latest"]["resources"] == before


def test_an_operation_under_way_is_on_disk_before_it_happens(tmp_path: Path) -> None:
    """A killed run leaves it there; recording the resource removes it."""
    checkpoint = opened(tmp_path)
    checkpoint.begin("creating", record("a"))
    assert [(kind, one.name) for kind, one in opened(tmp_path).interrupted] == [("creating", "a")]
    checkpoint.put(record("a"), instead_of=None)
    assert opened(tmp_path).interrupted == ()


def test_what_was_done_stands_before_what_is_still_to_do(tmp_path: Path) -> None:
    """The engine reads dependencies first; a later change of a record keeps its place."""
    checkpoint = opened(tmp_path)
    for name in ("old", "parent"):
        checkpoint.put(record(name), instead_of=None)
    checkpoint.close()
    again = opened(tmp_path)
    parent = again.old(record("parent").urn)
    again.put(record("parent"), instead_of=parent)
    again.put(record("child"), instead_of=None)
    again.put(record("parent", changed=True), instead_of=None)
    assert [one.name for one in again.records()] == ["parent", "child", "old"]
    assert again.records()[0].inputs == {"changed": True}


def test_a_renamed_resource_is_renamed_where_others_point_at_it(tmp_path: Path) -> None:
    """Aliases: what was not touched yet follows."""
    checkpoint = opened(tmp_path)
    a = record("a")
    b = Record(
        record("b").urn, "t:i:T", True, id="b", dependencies=(a.urn,), provider=f"{a.urn}::1"
    )
    checkpoint.put(a, instead_of=None)
    checkpoint.put(b, instead_of=None)
    checkpoint.close()
    again = opened(tmp_path)
    new = record("z")
    again.put(new, instead_of=again.old(a.urn))
    follower = again.old(b.urn)
    assert follower is not None
    assert follower.dependencies == (new.urn,)
    assert follower.provider == f"{new.urn}::1"


def test_a_replaced_object_stays_until_it_is_deleted(tmp_path: Path) -> None:
    """It shares the URN of its successor and is marked `delete`."""
    checkpoint = opened(tmp_path)
    checkpoint.put(record("a"), instead_of=None)
    checkpoint.close()
    again = opened(tmp_path)
    old = again.old(record("a").urn)
    assert old is not None
    new = Record(old.urn, old.type, True, id="new")
    leftover = Record(old.urn, old.type, True, id=old.id, delete=True)
    again.put(new, instead_of=old, leftover=leftover)
    assert [(one.id, one.delete) for one in again.records()] == [("new", False), ("a", True)]
    again.remove(leftover)
    assert [one.id for one in again.records()] == ["new"]


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    """Not even the folder."""
    checkpoint = Checkpoint(Backend(tmp_path / "b", "p"), "dev", "x", persist=False)
    checkpoint.begin("creating", record("a"))
    checkpoint.put(record("a"), instead_of=None)
    checkpoint.close()
    assert not (tmp_path / "b").exists()


def test_two_runs_never_write_the_same_stack(tmp_path: Path) -> None:
    """The second one is told; another stack is free; the lock ends with the first."""
    backend = Backend(tmp_path, "p")
    with backend.lock("dev"):
        with pytest.raises(Locked, match="another run works on stack dev"), backend.lock("dev"):
            pass
        with backend.lock("other"):
            pass
    with backend.lock("dev"):
        pass


def test_a_lock_of_the_real_cli_is_respected_and_ours_does_not_confuse_it(tmp_path: Path) -> None:
    """The CLI reads every file in its folder of locks as a lock of its own."""
    folder = tmp_path / ".pulumi/locks/organization/p/dev"
    backend = Backend(tmp_path, "p")
    with backend.lock("dev"):
        assert not folder.exists()
    folder.mkdir(parents=True)
    (folder / "f00.json").write_text("{}")
    with pytest.raises(Locked, match="pulumi cancel"), backend.lock("dev"):
        pass


def test_a_failed_write_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new one is written beside it and moved into place in one step."""
    checkpoint = opened(tmp_path)
    checkpoint.put(record("a"), instead_of=None)
    path = Backend(tmp_path, "p").stack_file("dev")
    before = path.read_text()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        checkpoint.put(record("b"), instead_of=None)
    assert path.read_text() == before
    assert [one.name for one in path.parent.iterdir()] == ["dev.json"]


def test_a_secret_inside_a_secret_keeps_its_envelope_and_is_encrypted_once() -> None:
    """As the real engine keeps it; written again it is the same text."""
    cipher = Cipher.fresh("x")
    made = record("a", connection=Secret({"host": "h", "privateKey": Secret("k")}))
    entry = encode(made, cipher)
    inner = json.loads(cipher.decrypt(entry["inputs"]["connection"]["ciphertext"]))
    assert inner["host"] == "h"
    assert inner["privateKey"]["ciphertext"] == '"k"'
    again = decode(entry, cipher)
    assert again == made
    assert encode(again, cipher) == entry
