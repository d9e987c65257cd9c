"""Golden texts: a comment is reviewed as it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest

GoldenText = Callable[[str, str], None]
FOLDER = Path(__file__).parent / "golden"


@pytest.fixture
def golden_text(request: pytest.FixtureRequest) -> GoldenText:
    """Compares a text with a committed file, or writes it with `--update-golden`."""

    def compare(name: str, text: str) -> None:
        file = FOLDER / name
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8")
        expected = file.read_text(encoding="utf-8") if file.is_file() else ""
        assert expected.splitlines() == text.splitlines(), (
            f"{file.name} differs; if that is meant, run `pytest --update-golden` and review it"
        )

    return compare
