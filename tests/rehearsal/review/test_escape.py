"""Text that stays text, whatever it is."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from rehearsal.review.escape import cell, clean, code, mermaid, prose


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
