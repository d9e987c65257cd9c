"""Programs that read another stack: it is there before them, from the repository or a stand-in."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from rehearsal.program import Program
from rehearsal.review import command
from rehearsal.review.comparison import compare
from rehearsal.review.embedded import World
from rehearsal.review.lending import Lender
from rehearsal.review.review import review
from rehearsal.review.secrecy import Secrets
from rehearsal.runtime.model import Result
from sovereign.cli.review import Reader
from tests.configurations import ROOT
from tests.rehearsal.review.test_revision import git

MISSING = 'app: unknown stack "organization/{}"'


def ended(*errors: str) -> Result:
    return Result(not errors, False, (), {}, {}, (), (), (), errors)


@dataclass
class Ups:
    """A world that notes what is brought up."""

    backend: Path = Path()
    seen: list[tuple[Path, str, dict[str, str]]] = field(default_factory=list)

    def up(self, program: Program, stack: str, packs: tuple[Path, ...]) -> Result:
        """Note it."""
        assert packs == ()
        self.seen.append((program.directory, f"{program.project}/{stack}", dict(program.config)))
        return ended()


def lender(tmp_path: Path, ups: Ups, *tops: Path) -> Lender:
    reader = Reader(command, "dev")
    return Lender(cast(World, ups), reader, tops, tmp_path / "lent", Secrets())


def attempts(*missing: str) -> Any:
    """A program that misses one stack after the other, then runs."""
    results = iter([*(ended(MISSING.format(name)) for name in missing), ended()])
    return lambda: next(results)


def test_a_stack_of_the_repository_comes_up_from_its_own_program(tmp_path: Path) -> None:
    """The highest one of that name, the base's before the change's."""
    ups = Ups()
    for side in ("base", "head"):
        for place in ("infra", "infra/old"):
            program = tmp_path / side / place
            program.mkdir(parents=True)
            (program / "Pulumi.yaml").write_text("name: net\nruntime: python\n", encoding="utf-8")
            (program / "Pulumi.prod.yaml").write_text("config: {net:a: b}\n", encoding="utf-8")
    lent = lender(tmp_path, ups, tmp_path / "base", tmp_path / "head")
    assert lent.satisfied(attempts("net/prod")).succeeded
    (seen,) = ups.seen
    assert seen == (tmp_path / "base" / "infra", "net/prod", {"net:a": "b"})
    assert lent.notes == [
        "The program reads the stack `net/prod`: brought up from its own program."
    ]


def test_a_stack_of_elsewhere_is_a_sovereign_of_placeholders(tmp_path: Path) -> None:
    """One after the other, each once."""
    ups = Ups()
    lent = lender(tmp_path, ups, tmp_path)
    assert lent.satisfied(attempts("sovereign/dev", "platform/prod")).succeeded
    assert [name for _, name, _ in ups.seen] == ["sovereign/dev", "platform/prod"]
    assert all("sovereign:cluster" in config for _, _, config in ups.seen)
    assert "as a Sovereign of placeholders" in lent.notes[0]


def test_what_cannot_be_lent_is_asked_for_once(tmp_path: Path) -> None:
    """The program's own failure is the answer then."""
    ups = Ups()
    result = lender(tmp_path, ups, tmp_path).satisfied(lambda: ended(MISSING.format("a/b")))
    assert result.errors == (MISSING.format("a/b"),)
    assert len(ups.seen) == 1


@pytest.fixture
def app_stack(tmp_path: Path) -> Path:
    """The example as the only program of a repository, and a change that adds a replica."""
    directory = tmp_path / "app"
    shutil.copytree(ROOT / "examples" / "app-stack", directory)
    git(directory, "init", "-q", "-b", "main")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "base")
    file = directory / "__main__.py"
    text = file.read_text(encoding="utf-8")
    assert '"replicas": 2' in text
    file.write_text(text.replace('"replicas": 2', '"replicas": 3'), encoding="utf-8")
    return directory


def test_an_app_stack_is_reviewed_though_its_cluster_is_elsewhere(
    app_stack: Path, tmp_path: Path
) -> None:
    """Nothing but the Deployment changes, and the comment says what stood in."""
    reader, console = Reader(command, "dev"), Console(quiet=True)
    head = reader.read(app_stack)
    facts = compare("dev", head, None, reader, tmp_path / "scratch", console, Secrets())
    found = review(facts)
    assert facts.errors == ()
    assert found.base.origin == "revision"
    assert [(one.action, one.name) for one in found.changes] == [("update", "hello")]
    assert found.verdict == "approve"
    stood_in = "The program reads the stack `sovereign/dev`: brought up as a Sovereign of"
    assert any(note.startswith(stood_in) for note in found.notes)
