"""The documentation site: its reference is what the code says, it builds strictly, it loads nothing
from anywhere.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generator import configuration
from docs.generator.reference import PAGES, REFERENCE
from tests.configurations import ROOT

LOADED = re.compile(r"""(?:src|href)=["']?(https?://[^"'\s>]+)""")
LINK = re.compile(r"<a [^>]*>")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_reference_is_what_the_code_says(name: str) -> None:
    """`python -m docs.generator` would change nothing."""
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_key_of_the_configuration_is_explained() -> None:
    """A row without a meaning helps nobody."""
    rows = [line for line in configuration.page().splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert [row for row in rows if row.rstrip().endswith("|  |")] == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it."""
    built = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(built)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built


def test_the_site_builds_without_a_warning(site: Path) -> None:
    """Every page is in the navigation, and no link or anchor leads nowhere."""
    assert (site / "index.html").is_file()
    assert (site / "tutorial.html").is_file()


def test_the_site_loads_nothing_from_anywhere(site: Path) -> None:
    """Fonts, scripts and styles come with it; only links that a person follows lead out."""
    for page in site.rglob("*.html"):
        loaded = LOADED.findall(LINK.sub("", page.read_text(encoding="utf-8")))
        assert loaded == [], page.name
