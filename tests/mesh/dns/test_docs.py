"""docs/load-balancing.md: each Python block runs, and makes the YAML that stands below it."""

from typing import Any

import pytest

from sovereign.mesh import text
from sovereign.mesh.load_balancing.choice import options
from tests.conftest import ROOT
from tests.mesh.test_docs import PAIR

PAGE = ROOT / "docs" / "load-balancing.md"


def _made(code: str) -> str:
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    made = names["made"]
    return text.documents(made) if isinstance(made, list) else text.document(made)


def test_every_python_block_makes_the_yaml_below_it(request: pytest.FixtureRequest) -> None:
    """`pytest --update-golden` writes the YAML anew; review the diff."""
    shown = PAGE.read_text(encoding="utf-8")
    made = PAIR.sub(
        lambda pair: f"```python\n{pair['code']}```\n\n```yaml\n{_made(pair['code'])}```", shown
    )
    if request.config.getoption("--update-golden"):
        PAGE.write_text(made, encoding="utf-8")
        shown = made
    assert shown.splitlines() == made.splitlines()
    assert len(PAIR.findall(shown)) == shown.count("```python") == 3


def test_every_kind_is_in_the_page() -> None:
    """The table is about the options that the plan knows."""
    page = PAGE.read_text(encoding="utf-8")
    assert f"kind: {' | '.join(option.kind for option in options())}" in page
