"""A small cluster for the tests of an image, which ends with them."""

from collections.abc import Iterator

import pytest

from rehearsal.lab.build import Built
from tests.rehearsal.lab.images.small_cluster import SmallCluster, small_cluster


@pytest.fixture(scope="module")
def cluster(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCluster]:
    """A control plane and a worker."""
    with small_cluster(tmp_path_factory.mktemp("small"), built.bin, ["cp", "w1"]) as opened:
        yield opened
