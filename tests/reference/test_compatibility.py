"""Releases apart: what an older one left behind is read by this one, and is as it was."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sovereign.contract import CONTRACT
from sovereign.reference import attribute
from tests.configurations import ROOT
from tests.reference.stacks import bring_up, read
from tests.rehearsal.runtime.workbench import Workbench

HERE = ROOT / "tests" / "reference"
FROZEN = {
    "v1-app-stack": "fb5ad171f8f38eeccd0385927ac5b6a0354ac9a08bf8fc4ffd2651e96752cd8c",
    "v1-reader": "34d6c27006ddc41680134d13fe4545617c16bae7997251b0c6278c17c2847d1e",
}
"""Folder -> checksum of all its files. A program that somebody's stack runs is never edited."""
RECORDED: dict[str, Any] = json.loads(
    (HERE / "v1-reader" / "outputs.json").read_text(encoding="utf-8")
)
"""What a stack of release 0.1.0 exported, `kubeconfig` in clear."""


def checksum(folder: Path) -> str:
    """Of the paths and texts of a folder's files."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(folder)}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


@pytest.mark.parametrize("folder", FROZEN)
def test_what_is_frozen_is_never_edited(folder: str) -> None:
    """A new contract gets a folder of its own."""
    assert checksum(HERE / folder) == FROZEN[folder]


def test_this_release_reads_a_stack_of_the_first_contract(bench: Workbench) -> None:
    """Every output that 0.1.0 exported, with its value and the types of whole numbers."""
    bring_up(bench, RECORDED)
    attributes = {attribute(promise.name): promise.name for promise in CONTRACT}
    kept = [name for name, output in attributes.items() if output in RECORDED]
    assert len(kept) == 20
    result = read(bench, *kept)
    assert result.errors == ()
    for name in set(kept) - {"kubeconfig"}:
        expected = json.dumps(RECORDED[attributes[name]], sort_keys=True)
        assert result.outputs[f"{name} written"] == expected
