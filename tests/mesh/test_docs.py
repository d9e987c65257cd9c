"""docs/mesh.md: each Python block runs, and makes the YAML that stands below it."""

import re
from pathlib import Path
from typing import Any

import pytest

from sovereign.mesh import registry, text

PAGE = Path(__file__).parents[2] / "docs" / "mesh.md"
PAIR = re.compile(r"```python\n(?P<code>.*?)```\n\n```yaml\n(?P<made>.*?)```", re.DOTALL)


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


def _made(code: str) -> str:
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    made = names["made"]
    manifests = isinstance(made, list) and all("apiVersion" in one for one in made)
    return text.documents(made) if manifests else text.document(made)


def test_every_python_block_makes_the_yaml_below_it(request: pytest.FixtureRequest) -> None:
    """`pytest --update-golden` writes the YAML anew; review the diff."""
    shown = _page()
    made = PAIR.sub(
        lambda pair: f"```python\n{pair['code']}```\n\n```yaml\n{_made(pair['code'])}```", shown
    )
    if request.config.getoption("--update-golden"):
        PAGE.write_text(made, encoding="utf-8")
    assert _page().splitlines() == made.splitlines()


def test_every_python_block_is_shown_with_what_it_makes() -> None:
    """A block without its YAML would not be run."""
    page = _page()
    assert len(PAIR.findall(page)) == page.count("```python") == page.count("```yaml") > 20


def test_each_system_takes_ten_lines_of_python() -> None:
    """Without the blank ones."""
    for code, _ in PAIR.findall(_page()):
        assert len([line for line in code.splitlines() if line]) <= 10, code


def test_every_builder_is_shown() -> None:
    """By the name under which it is imported."""
    code = "\n".join(code for code, _ in PAIR.findall(_page()))
    shown = {"dashboard": "dashboard_json"}
    for builder in registry.BUILDERS:
        name = builder.build.__name__
        assert f"{shown.get(name, name)}(" in code, name
