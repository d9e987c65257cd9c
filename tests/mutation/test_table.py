"""The table of mutations is not stale, and covers what it must."""

from pathlib import Path

import pytest

from tests.mutation.mutation import Mutation, mutated
from tests.mutation.runner import ROOT, judge
from tests.mutation.table import MUTATIONS

IDENTITIES = [f"{one.file}: {one.what}" for one in MUTATIONS]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=IDENTITIES)
def test_a_mutation_still_fits_its_file(mutation: Mutation) -> None:
    """Its old text stands there exactly once, its new one is another, its tests exist."""
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1, "stale: the product has changed, so change the mutation"
    assert mutation.new != mutation.old
    assert mutation.tests
    for test in mutation.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).exists(), path
        assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text(encoding="utf-8")


def test_no_mutation_stands_twice() -> None:
    """Nor are two called alike."""
    assert len(IDENTITIES) == len(set(IDENTITIES))
    edits = [(one.file, one.old, one.new) for one in MUTATIONS]
    assert len(edits) == len(set(edits))


def files(pattern: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}


def test_every_script_and_every_file_of_rules_is_broken_somewhere() -> None:
    """And every file of the plan and of the components that decides anything."""
    broken = {one.file for one in MUTATIONS}
    scripts = files("sovereign/scripts/*") - files("sovereign/scripts/__*")
    rules = files("policies/*/rules/*.py") - files("policies/*/rules/__init__.py")
    parts = files("sovereign/plan/*.py") | files("sovereign/components/*.py")
    empty = files("sovereign/*/__init__.py") | {"sovereign/plan/model.py"}
    assert scripts | rules | parts - empty <= broken


@pytest.mark.parametrize("verdict", [True, False])
def test_a_mutation_is_killed_by_a_red_test_and_survives_green_ones(
    tmp_path: Path, verdict: bool
) -> None:
    """And the file is as before, whatever the verdict."""
    (tmp_path / "answer.py").write_text("ANSWER = 42\n", encoding="utf-8")
    expected = "42" if verdict else "ANSWER"
    test = f"from answer import ANSWER\n\ndef test_it() -> None:\n    assert ANSWER == {expected}\n"
    (tmp_path / "test_it.py").write_text(test, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    mutation = mutated("answer.py", "test_it.py")("another answer", "42", "43")
    found = judge(tmp_path, mutation)
    assert found.killed is verdict
    assert found.by == ("test_it.py::test_it" if verdict else "")
    assert (tmp_path / "answer.py").read_text(encoding="utf-8") == "ANSWER = 42\n"
