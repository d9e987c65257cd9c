"""`lab.json`: which labs stand in a directory."""

from pathlib import Path

import pytest

from rehearsal.lab import record


def workspace(root: Path, name: str) -> Path:
    directory = root / ".rehearsal" / name
    directory.mkdir(parents=True)
    return directory


def test_a_record_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """Notes of hosts that could not be reached included; only its owner may read it."""
    kept = record.fresh(tmp_path, "203.0.113.10").with_note("198.51.100.1", "no route to host")
    kept.save(tmp_path)

    assert record.load(tmp_path) == kept
    assert (tmp_path / record.NAME).stat().st_mode & 0o077 == 0


def test_a_note_goes_when_the_host_is_reached(tmp_path: Path) -> None:
    """An empty failure forgets the earlier one."""
    kept = record.fresh(tmp_path, "203.0.113.10").with_note("198.51.100.1", "refused")

    assert kept.with_note("198.51.100.1", "").noted == {}


def test_two_workspaces_have_labs_of_different_names(tmp_path: Path) -> None:
    """Namespaces are named after the id, so two labs never meet; the same directory keeps its."""
    one, other = workspace(tmp_path, "dev+lab"), workspace(tmp_path, "dev+lab+nic-late")

    assert record.fresh(one, "203.0.113.10").lab_id != record.fresh(other, "203.0.113.10").lab_id
    assert record.fresh(one, "a").lab_id == record.fresh(one, "b").lab_id
    assert len(record.fresh(one, "203.0.113.10").lab_id) == 6


def test_every_standing_lab_of_a_directory_is_found(tmp_path: Path) -> None:
    """Those with faults too; a rehearsal without a lab is none."""
    for name in ("dev", "dev+lab", "dev+lab+nic-late", "prod+lab"):
        workspace(tmp_path, name)
    for name in ("dev+lab+nic-late", "prod+lab"):
        directory = tmp_path / ".rehearsal" / name
        record.fresh(directory, "203.0.113.10").save(directory)

    names = [directory.name for directory, _ in record.standing(tmp_path)]
    assert names == ["dev+lab+nic-late", "prod+lab"]


def test_after_a_reboot_of_the_machine_no_lab_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Namespaces do not outlive the kernel."""
    kept = record.fresh(tmp_path, "203.0.113.10")
    assert kept.stands

    monkeypatch.setattr(record, "boot", lambda: "another boot")
    assert not kept.stands


def test_a_workspace_without_a_lab_has_no_record(tmp_path: Path) -> None:
    """Nor one whose lab was taken down."""
    assert record.load(tmp_path) is None
    record.fresh(tmp_path, "203.0.113.10").save(tmp_path)

    record.forget(tmp_path)

    assert record.load(tmp_path) is None
