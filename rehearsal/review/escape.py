"""Values of a change, which anybody may have written, as text that stays text: in Markdown, in a
table and in Mermaid. Pure.

No value can open a tag, a link, an image, a mention or a reference, leave its table cell or its
code span, pretend to be the comment's marker, or turn the reading direction.
"""

import re
import unicodedata

LONGEST = 400
"""Characters of one value in a comment."""
BREAK = "\N{ZERO WIDTH SPACE}"
"""Set where a platform would make a mention, a reference or a link of plain text."""
_BREAKS = "\n\r\t\v\f\u2028\u2029\x85"
_PUNCTUATION = re.compile(r"([\\`*_\[\]|~$])")
_REFERENCE = re.compile(
    r"[@#!%&~^$](?=\w)"  # mentions, issues; GitLab's merge requests, milestones, epics, labels
    r"|:(?=//)"
    r"|(?<=\bwww)\."
    r"|\bGH-(?=\d)"
    r"|\b(?=[a-f]*\d)[0-9a-f]{3}(?=[0-9a-f]{4,37}\b)",  # a commit
    re.IGNORECASE,
)
_MERMAID_PLAIN = re.compile(r"[^A-Za-z0-9 ._:/,+-]")


def clean(value: str, longest: int = LONGEST) -> str:
    """One line without control, format or private characters, shortened."""
    seen = "".join(" " if one in _BREAKS else _visible(one) for one in value[: longest + 1])
    return seen if len(value) <= longest else seen[: longest - 1] + "…"


def code(value: str, longest: int = LONGEST) -> str:
    """As a code span outside a table."""
    text = clean(value, longest).replace("<!--", f"<{BREAK}!--").strip()
    if not text:
        return "—"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith(("`", "\\")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(value: str, longest: int = LONGEST) -> str:
    """As a code span inside a table, where a pipe is escaped in code, too."""
    return code(value, longest).replace("|", "\\|")


def prose(value: str, longest: int = LONGEST, *, in_table: bool = False) -> str:
    """As running text; what stands between backticks becomes code."""
    parts = clean(value, longest).split("`")
    if len(parts) % 2 == 0:
        return _text(clean(value, longest))
    span = cell if in_table else code
    return "".join(span(part) if n % 2 else _text(part) for n, part in enumerate(parts))


def mermaid(value: str, longest: int = 60) -> str:
    """As a part of a quoted Mermaid label: other characters by their number."""
    text = clean(value, longest)
    return _MERMAID_PLAIN.sub(lambda found: f"#{ord(found.group())};", text)


def _text(text: str) -> str:
    text = _REFERENCE.sub(lambda found: f"{found.group()}{BREAK}", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _PUNCTUATION.sub(r"\\\1", text)


def _visible(one: str) -> str:
    category = unicodedata.category(one)
    return f"\\u{{{ord(one):x}}}" if category in ("Cc", "Cf", "Co", "Cs", "Cn") else one
