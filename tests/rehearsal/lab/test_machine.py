"""What the lab says of a machine on which it cannot run: one sentence, with everything at once."""

from pathlib import Path

import pytest

from rehearsal.lab import machine
from rehearsal.lab.machine import Facts, Unavailable, run_or_say, sentence


def test_a_machine_with_everything_is_not_complained_about() -> None:
    """An empty text, and the lab goes on."""
    assert sentence(Facts("linux", 0, (), ())) == ""


def test_all_that_is_lacking_is_said_at_once_with_how_to_get_it() -> None:
    """One sentence names the user, every command and the packages that have them."""
    said = sentence(Facts("linux", 1000, ("nft", "debootstrap"), ("a kernel with overlayfs",)))

    assert "root (this is user 1000" in said
    assert "the commands nft, debootstrap (on Debian: apt-get install -y " in said
    assert "debian-archive-keyring debootstrap nftables)" in said
    assert "a kernel with overlayfs" in said
    assert "\n" not in said


def test_another_system_is_named_and_nothing_else_is() -> None:
    """On macOS it would not help to install Debian's packages."""
    said = sentence(Facts("darwin", 501, ("nft",), ()))

    assert said == "the lab needs Linux, as `make up` does, and this is darwin"


def test_commands_are_looked_up_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With an empty PATH every command of the list is missing, and the kernel is not tried."""
    monkeypatch.setenv("PATH", str(tmp_path))

    found = machine.look()

    assert set(found.missing) == set(machine.COMMANDS)
    assert list(found.broken) == []


def test_a_failing_command_is_one_sentence_with_its_last_line() -> None:
    """What went before is for logs."""
    with pytest.raises(Unavailable) as refused:
        run_or_say(["sh", "-c", "echo first >&2; echo the reason >&2; exit 3"], "cannot fetch it")

    assert str(refused.value) == "cannot fetch it: the reason"
