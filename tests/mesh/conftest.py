"""What the tests of the mesh share."""

from pathlib import Path

import pytest

from tests.mesh.clusters import Accepts, acceptance


@pytest.fixture(scope="session")
def accepts(reference: Path) -> Accepts:
    """Asserts that every cluster, whatever its Cilium and its channel, takes the manifests."""
    return acceptance(reference)
