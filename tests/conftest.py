"""What all tests share: the reference data, golden files, Hypothesis without chance."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parents[1]

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "mutation",
    settings.get_profile("repeatable"),
    phases=(Phase.explicit, Phase.generate),
)
"""Without the search for a smaller example: a mutation is judged by red and green alone."""
settings.load_profile(os.environ.get("SOVEREIGN_HYPOTHESIS", "repeatable"))

Golden = Callable[[Path, Any], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew instead of comparing with them; review the diff",
    )


@pytest.fixture(scope="session")
def reference() -> Path:
    """The directory of the public reference data (schemas, flags, recordings); skips without it."""
    path = Path(os.environ.get("SOVEREIGN_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no reference data: {path} is no directory (set SOVEREIGN_REFERENCE_DATA)")
    return path


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a JSON value with a committed file, or writes it with `--update-golden`."""

    def compare(path: Path, value: Any) -> None:
        text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert expected.splitlines() == text.splitlines(), (
            f"{path.relative_to(ROOT)} differs; if that is meant, run `pytest --update-golden` "
            "and review the diff like code"
        )

    return compare
