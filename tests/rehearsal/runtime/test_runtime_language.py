"""Which languages run, and what is said where one cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.runtime import Command, language, project, run
from tests.rehearsal.runtime.workbench import Workbench


def test_a_project_names_its_language_and_its_plugins(tmp_path: Path) -> None:
    """Both ways to name a plugin count; a package from elsewhere has no path."""
    (tmp_path / "Pulumi.yaml").write_text(
        "name: x\n"
        "runtime: {name: nodejs, options: {typescript: false}}\n"
        "packages: {near: ../near, far: github.com/a/b, other: {source: ./other}}\n"
        "plugins: {providers: [{name: third, path: third}]}\n"
    )
    found = project.read(tmp_path)
    assert (found.runtime, found.options) == ("nodejs", {"typescript": False})
    assert found.plugins == {
        "near": tmp_path.parent / "near",
        "other": tmp_path / "other",
        "third": tmp_path / "third",
    }


def test_without_a_project_file_a_program_is_in_python(tmp_path: Path) -> None:
    """As the programs of the tests are."""
    assert project.read(tmp_path) == project.Project("python", {}, {})


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        ("nodejs", "run `npm ci --prefix"),
        ("dotnet", "and {} is one in 'dotnet'; the real engine runs it"),
        ("python", "there is no program: {}/__main__.py"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    bench: Workbench, runtime: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One sentence with the cure; for Node first the program `node` itself."""
    program = tmp_path / "empty"
    program.mkdir()
    (program / "Pulumi.yaml").write_text(f"name: trial\nruntime: {runtime}\n")
    monkeypatch.setattr("rehearsal.runtime.language.shutil.which", lambda _: "/usr/bin/node")
    request = replace(bench.request("", Command.UP), program=program)
    (error,) = run(request).errors
    assert said.format(program) in error
    monkeypatch.setattr("rehearsal.runtime.language.shutil.which", lambda _: None)
    if runtime == "nodejs":
        (error,) = run(request).errors
        assert "`node` is not on PATH" in error


NODE = """Running program '/x' failed with an unhandled exception:
<ref *1> ResourceError: Missing required property 'cluster'
    at new Sovereign (/x/sovereign.ts:7:19)
    at Object.<anonymous> (/x/index.ts:3:1) {
}"""
PYTHON = """Program failed with an unhandled exception:
Traceback (most recent call last):
  File "/x/__main__.py", line 1, in <module>
    raise ValueError("at noon")
ValueError: at noon"""


@pytest.mark.parametrize(
    ("logged", "why"),
    [
        (NODE, "ResourceError: Missing required property 'cluster'"),
        (PYTHON, "ValueError: at noon"),
        ("one sentence", "one sentence"),
    ],
)
def test_the_reason_of_a_failure_is_one_line_of_what_was_logged(logged: str, why: str) -> None:
    """Python says it last, Node above its stack."""
    assert language.reason(logged) == why
