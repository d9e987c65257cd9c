"""Whole directories: what comes of them is reviewed, taken by real definitions, and stable."""

from pathlib import Path

import pytest

from sovereign.mesh.istio import Settings, migrate
from sovereign.mesh.istio.migration import Migration
from sovereign.mesh.istio.output import write
from sovereign.mesh.istio.report import as_json
from tests.conftest import Golden
from tests.mesh.clusters import acceptance

HERE = Path(__file__).parent
EXAMPLES = sorted(path.name for path in (HERE / "examples").iterdir())


def _migrated(name: str, *, experimental: bool = False) -> Migration:
    return migrate(HERE / "examples" / name, Settings(experimental=experimental))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_outcome_of_an_example_is_as_reviewed(name: str, golden: Golden) -> None:
    """Manifests and the account of every field."""
    golden(HERE / "golden" / f"{name}.json", as_json(_migrated(name)))


@pytest.mark.parametrize("experimental", [False, True], ids=["standard", "experimental"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_manifest_is_taken_by_the_definitions(
    name: str, experimental: bool, reference: Path
) -> None:
    """Both lines of Cilium, unknown fields refused; retries only where their channel is."""
    channels = ("experimental",) if experimental else ("standard", "experimental")
    made = _migrated(name, experimental=experimental).manifests
    acceptance(reference, channels)([found for found in made if found["kind"] != "Service"])


def test_the_manifests_with_retries_need_the_experimental_channel(reference: Path) -> None:
    """So that the test above can fail."""
    made = _migrated("shop", experimental=True).manifests
    routes = [found for found in made if found["kind"] == "HTTPRoute"]
    with pytest.raises(pytest.fail.Exception, match="retry"):
        acceptance(reference, ("standard",))(routes)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_output_needs_no_further_migration(name: str, tmp_path: Path) -> None:
    """Read again there is no sidecar and no Istio in it: nothing comes of it, nothing is lost."""
    write(_migrated(name), HERE / "examples" / name, tmp_path)
    again = migrate(tmp_path)
    assert again.complete
    assert not again.manifests
    assert not again.cleaned


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_second_run_writes_the_same_bytes_and_never_the_input(name: str, tmp_path: Path) -> None:
    """Files that are right already are left alone."""
    source = HERE / "examples" / name
    before = {path: path.read_bytes() for path in source.iterdir()}
    files = write(_migrated(name), source, tmp_path)
    first = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    assert len(first) == len(files), "two manifests share a file"
    assert write(_migrated(name), source, tmp_path) == files
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == first
    assert {path: path.read_bytes() for path in source.iterdir()} == before


def test_the_clean_example_loses_nothing() -> None:
    """And the other one does."""
    assert _migrated("clean").complete
    assert not _migrated("shop").complete
