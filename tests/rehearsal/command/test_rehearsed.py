"""A command in a directory of its own: nothing that it started outlives it, however it ends."""

import subprocess
from pathlib import Path

import pytest

from rehearsal.lab.fabric.namespaces import is_alive
from tests.rehearsal.command.rehearsed import Directory


def test_a_command_that_does_not_end_in_time_takes_along_what_it_started(tmp_path: Path) -> None:
    """Else its child would go on with a lab that the test takes down. What it had said is told."""
    script = "sleep 1000 & echo $! >child; echo it began >&2; wait"
    with pytest.raises(subprocess.TimeoutExpired) as late:
        Directory(tmp_path).run("sh", "-c", script, limit_s=1)
    child = int((tmp_path / "child").read_text(encoding="ascii"))
    assert not is_alive(child)
    assert "it began" in "".join(late.value.__notes__)
