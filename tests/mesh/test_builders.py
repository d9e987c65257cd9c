"""All builders: their examples are golden, and every API server of this project takes them."""

import ast
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from sovereign import mesh
from sovereign.mesh import registry, settings, text
from tests.conftest import Golden
from tests.mesh.clusters import Accepts

GOLDEN = Path(__file__).parent / "golden"
MESH = Path(mesh.__file__).parent


def _example(builder: registry.Builder) -> Any:
    texts = builder.example_settings()
    made = builder.build(**settings.arguments(builder.build, texts))
    return [asdict(release) for release in made] if builder.makes == "releases" else made


@pytest.mark.parametrize("builder", registry.BUILDERS, ids=lambda builder: builder.name)
def test_the_example_of_a_builder_is_as_reviewed(builder: registry.Builder, golden: Golden) -> None:
    """A changed figure shows up as a diff of a golden file."""
    golden(GOLDEN / f"{builder.name}.json", _example(builder))


@pytest.mark.parametrize(
    "builder", [b for b in registry.BUILDERS if b.makes == "manifests"], ids=lambda b: b.name
)
def test_every_cluster_takes_the_example_of_a_builder(
    builder: registry.Builder, accepts: Accepts
) -> None:
    """Both lines of Cilium, both channels of Gateway API, unknown fields refused."""
    accepts(_example(builder))


def test_every_builder_is_public_and_every_public_builder_is_listed() -> None:
    """`sovereign mesh list` and `from sovereign.mesh import …` offer the same."""
    listed = {builder.build.__name__ for builder in registry.BUILDERS}
    functions = {name for name in mesh.__all__ if name.islower() and not name.startswith("refuse")}
    assert listed == functions - {"hubble_metrics", "dashboard_json"}


def test_the_public_names_are_what_the_package_has() -> None:
    """`__all__` and reality agree."""
    for name in mesh.__all__:
        assert hasattr(mesh, name), name
    own = {
        name
        for name, value in vars(mesh).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("sovereign")
    }
    assert own <= set(mesh.__all__)


def test_builder_names_are_unique_and_helped_in_one_line() -> None:
    """The list is a table."""
    names = [builder.name for builder in registry.BUILDERS]
    assert len(names) == len(set(names))
    assert all(builder.help and "\n" not in builder.help for builder in registry.BUILDERS)


@pytest.mark.parametrize("builder", registry.BUILDERS, ids=lambda builder: builder.name)
def test_yaml_says_the_same_as_the_data_and_has_no_anchors(builder: registry.Builder) -> None:
    """What is kept in Git is read by people and by other tools."""
    made = _example(builder)
    written = text.document(made)
    assert yaml.safe_load(written) == made
    assert "&id" not in written


def test_builders_need_no_pulumi() -> None:
    """`sovereign mesh emit` runs where nobody has a stack; only the components import it."""
    for path in sorted(MESH.rglob("*.py")):
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (*node.names, ast.alias(getattr(node, "module", None) or ""))
        }
        uses = any(name.partition(".")[0].startswith("pulumi") for name in imported)
        assert uses == (path.parent.name == "components" and path.stem != "__init__"), path
