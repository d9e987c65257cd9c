"""The layer over the hosts' root belongs to root, whoever owns this repository."""

import os
from pathlib import Path

import pytest

from rehearsal.lab.hosts import cloud_init, layer
from rehearsal.lab.hosts.cloud_init import CloudInitResult


def quiet(_line: str) -> None:
    """Nobody reads it."""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to root")
def test_the_layer_is_a_copy_in_roots_ownership(tmp_path: Path) -> None:
    """Links stay links, programs stay programs, compiled leftovers stay away."""
    source = tmp_path / "source"
    (source / "usr" / "bin").mkdir(parents=True, mode=0o700)
    program = source / "usr" / "bin" / "program"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o700)
    (source / "link").symlink_to("usr/bin/program")
    (source / "__pycache__").mkdir()
    os.chown(program, 1234, 1234)
    made = layer.ready(tmp_path / "cache", quiet, source)
    copy = made / "usr" / "bin" / "program"
    assert (copy.stat().st_uid, copy.stat().st_mode & 0o777) == (0, 0o755)
    assert (made / "usr").stat().st_mode & 0o777 == 0o755
    assert str((made / "link").readlink()) == "usr/bin/program"
    assert not (made / "__pycache__").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to root")
def test_other_contents_are_another_layer(tmp_path: Path) -> None:
    """Running hosts keep theirs."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_text("one", encoding="ascii")
    first = layer.ready(tmp_path / "cache", quiet, source)
    assert layer.ready(tmp_path / "cache", quiet, source) == first
    (source / "file").write_text("two", encoding="ascii")
    second = layer.ready(tmp_path / "cache", quiet, source)
    assert (first / "file").read_text("ascii") == "one"
    assert (second / "file").read_text("ascii") == "two"


def test_cloud_init_runs_until_its_result_is_there() -> None:
    """Errors in it fail the boot, whatever the stages' exit codes were."""
    assert cloud_init.read("") == CloudInitResult("running")
    done = '{"v1": {"datasource": "NoCloud", "errors": []}}'
    assert cloud_init.read(done) == CloudInitResult("done")
    failed = '{"v1": {"errors": ["(\'scripts-user\', RuntimeError())"]}}'
    assert cloud_init.read(failed) == CloudInitResult(
        "error", ("('scripts-user', RuntimeError())",)
    )
