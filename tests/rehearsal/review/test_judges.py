"""What alters the judging itself, and what is judged elsewhere."""

from pathlib import Path

import pytest

from rehearsal.review.judges import other_stack_files, touched


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    """Two trees that are alike."""
    for side in ("head", "base"):
        for name in ("Pulumi.dev.yaml", "Pulumi.prod.yaml", "app.py", "requirements.txt"):
            write(tmp_path / side / name, "the same")
        write(tmp_path / side / ".github" / "workflows" / "review.yml", "the same")
    return tmp_path / "head", tmp_path / "base"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".github/workflows/review.yml", ".github/"),
        (".forgejo/workflows/review.yml", ".forgejo/"),
        (".gitlab-ci.yml", ".gitlab-ci.yml"),
        ("requirements.txt", "requirements.txt"),
        ("Makefile", "Makefile"),
        ("policies/own/PulumiPolicy.yaml", "policies/"),
        ("sovereign/plan/checks/nodes.py", "sovereign/plan/checks/"),
        ("sovereign/prices.yaml", "sovereign/prices.yaml"),
    ],
)
def test_rules_workflows_and_what_they_install_are_named(
    sides: tuple[Path, Path], name: str, said: str
) -> None:
    """Whether they change, come or go."""
    head, base = sides
    assert touched(head, base) == ()
    write(head / name, "another")
    assert touched(head, base) == (said,)
    assert touched(base, head) == (said,)


def test_the_program_itself_is_no_judge(sides: tuple[Path, Path]) -> None:
    """That is what is judged."""
    head, base = sides
    write(head / "app.py", "another")
    write(head / "policies" / "__pycache__" / "x.pyc", "made by running")
    assert touched(head, base) == ()


def test_other_stacks_that_change_are_named(sides: tuple[Path, Path]) -> None:
    """One that differs, one that is gone; not the stack that is reviewed."""
    head, base = sides
    write(head / "Pulumi.dev.yaml", "another")
    assert other_stack_files(head, base, "dev") == ()
    write(head / "Pulumi.prod.yaml", "another")
    (base / "Pulumi.qa.yaml").touch()
    assert other_stack_files(head, base, "dev") == ("Pulumi.prod.yaml", "Pulumi.qa.yaml")
