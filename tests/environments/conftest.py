"""A program of our own to try environments on."""

from pathlib import Path

import pytest

from tests.configurations import ROOT
from tests.environments.typed import PACK_FILES


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program directory with the dev environment alone, and two policy packs."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", *PACK_FILES):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path
