"""A directory to convert."""

from pathlib import Path

import pytest

from tests.mesh.istio.conversion import Convert, converter


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    """Converts YAML text."""
    return converter(tmp_path)
