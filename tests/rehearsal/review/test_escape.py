"""Text that stays text, whatever it is."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rehearsal.review.escape import BREAK, cell, clean, code, mermaid, prose


@example("a ` b `` c")
@given(st.text())
def test_a_code_span_is_closed_by_its_own_fence_only(value: str) -> None:
    """No run of backticks inside is as long as the fence, and it stays on one line."""
    text = code(value)
    assert "\n" not in text
    if text != "—":
        fence = re.match(r"`+", text)
        assert fence is not None
        inner = text[len(fence[0]) : -len(fence[0])]
        runs = {len(run) for run in re.findall(r"`+", inner)}
        assert len(fence[0]) not in runs


@given(st.text())
def test_a_cell_is_never_split(value: str) -> None:
    """Every pipe is escaped, in code as in prose; out of a table, code shows it as it is."""
    assert re.search(r"(?<!\\)\|", cell(value)) is None
    text = prose(value, in_table=True)
    assert re.search(r"(?<!\\)\|", re.sub(r"\\\\", "", text)) is None


@given(st.text())
def test_prose_opens_no_tag(value: str) -> None:
    """Angle brackets of a value appear in code spans only."""
    bare = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", prose(value))
    assert "<" not in bare
    assert ">" not in bare


@given(st.text())
def test_a_label_holds_nothing_that_mermaid_reads(value: str) -> None:
    """Letters, digits and a few signs; the rest by number."""
    assert re.fullmatch(r"[A-Za-z0-9 ._:/,+\-#;]*", mermaid(value))


def test_characters_that_turn_or_hide_text_are_shown_by_number() -> None:
    """Right-to-left overrides, zero-width spaces, escapes."""
    assert clean("a\u202eb\u200bc\x1bd") == "a\\u{202e}b\\u{200b}c\\u{1b}d"


def test_a_long_value_is_shortened() -> None:
    """It says so with an ellipsis."""
    assert clean("x" * 500) == "x" * 399 + "…"
    assert code("x" * 500, 10) == f"`{'x' * 9}…`"


def test_code_within_prose_stays_code() -> None:
    """As the packs write their fixes."""
    assert prose("run `a_b` on x_y") == "run `a_b` on x\\_y"
    assert prose("one ` only_") == "one \\` only\\_"


def test_an_empty_value_is_a_dash() -> None:
    """An empty code span would show its backticks."""
    assert code("") == code("  ") == "—"


def test_a_pipe_in_code_is_escaped_in_tables_only() -> None:
    """Elsewhere the backslash would be shown."""
    assert code("a|b") == "`a|b`"
    assert cell("a|b") == "`a\\|b`"
    assert prose("x `a|b`", in_table=True) == "x `a\\|b`"


@pytest.mark.parametrize(
    "reference",
    [
        *("@team", "#12", "GH-12", "gh-12", "!12", "%3", "&4", "~bug", "^x", "$7"),
        *("o/r#1", "https://x.example", "www.x.example"),
        *("0123456789abcdef0123456789abcdef01234567", "abcdef1", "1234567"),
    ],
)
def test_no_platform_makes_a_reference_of_plain_text(reference: str) -> None:
    """It is broken where GitHub, GitLab, Forgejo or Gitea would read it; in code nobody does."""
    text = html.unescape(prose(f"see {reference} now").replace("\\", ""))
    assert reference not in text
    assert reference in text.replace(BREAK, "")
    assert reference in prose(f"see `{reference}` now")


def test_words_and_numbers_are_left_as_they_are() -> None:
    """A colour, a size, an address, a version."""
    for text in ("defaced the facade", "65536 bytes", "10.42.0.0/16", "v1.36.4", "100% of it"):
        assert BREAK not in prose(text)
