"""The build cache: an entry is whole or not there, made once, and named after its contents."""

import multiprocessing
import time
from pathlib import Path

import pytest

from rehearsal.lab.build.store import entry


def write(directory: Path) -> None:
    (directory / "made").write_text("x", encoding="utf-8")


def silent(_line: str) -> None:
    """Nobody reads the progress."""


def test_an_entry_is_made_once_and_found_again(tmp_path: Path) -> None:
    """The second call does not make it anew."""
    first = entry(tmp_path, "bin", [b"a"], write, silent)

    def never(_directory: Path) -> None:
        raise AssertionError("made twice")

    assert entry(tmp_path, "bin", [b"a"], never, silent) == first
    assert (first / "made").is_file()


def test_other_contents_are_another_entry(tmp_path: Path) -> None:
    """What an entry is made of decides its name, in order and without joining the parts."""
    made = [[b"a"], [b"b"], [b"a", b"b"], [b"b", b"a"], [b"ab"]]

    assert len({entry(tmp_path, "bin", parts, write, silent) for parts in made}) == len(made)


def test_a_failed_making_leaves_nothing(tmp_path: Path) -> None:
    """Neither a half entry nor its directory of work."""

    def fail(directory: Path) -> None:
        write(directory)
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        entry(tmp_path, "bin", [b"a"], fail, silent)

    assert [path.name for path in tmp_path.iterdir()] == ["bin.lock"]


def test_what_a_killed_process_left_is_thrown_away(tmp_path: Path) -> None:
    """Its directory of work is not taken over."""
    whole = entry(tmp_path, "bin", [b"a"], write, silent)
    left = tmp_path / f".{whole.name}.new"
    whole.rename(left)
    (left / "half").write_text("x", encoding="utf-8")

    assert not (entry(tmp_path, "bin", [b"a"], write, silent) / "half").exists()


def slowly(directory: Path) -> None:
    time.sleep(0.3)
    with (directory.parent / "count").open("a", encoding="utf-8") as count:
        count.write("made\n")


def make(cache: Path, said: "multiprocessing.Queue[str]") -> None:
    entry(cache, "bin", [b"a"], slowly, said.put)


def test_two_processes_make_it_once_and_the_second_says_that_it_waits(tmp_path: Path) -> None:
    """Both find it whole."""
    context = multiprocessing.get_context("fork")
    said: multiprocessing.Queue[str] = context.Queue()
    processes = [context.Process(target=make, args=(tmp_path, said)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert (tmp_path / "count").read_text(encoding="utf-8") == "made\n"
    assert "another process holds" in said.get(timeout=5)
