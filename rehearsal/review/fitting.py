"""A comment under the platform's size limit: what matters least is cut first, and it is said. Pure.

Sizes are counted in UTF-8 bytes, which is never less than the characters that GitHub and GitLab
count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GITHUB = 65_536
"""Characters of a comment on GitHub; Gitea and Forgejo take more."""
GITLAB = 1_000_000
RESERVE = 600
"""Bytes kept for the sentences that say what was cut."""
COMPLETE = "`sovereign review --json` has all of it."
STEPS = (200, 100, 50, 20, 10, 5, 2, 0)
"""Items that a section keeps, one step after the other."""
WHOLE_WEIGHT = 50
"""A section that goes as a whole goes at this step."""


@dataclass(frozen=True)
class Section:
    """A part of the comment: lines around items that may be cut from the end."""

    title: str
    """What it holds, as named where it is cut; empty: never cut."""
    opening: tuple[str, ...]
    items: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    whole: bool = False
    """Goes as a whole: half of it would not be valid."""

    @property
    def weight(self) -> int:
        """From which step on it is cut."""
        return WHOLE_WEIGHT if self.whole else len(self.items)

    def text(self, most: int | None = None) -> str:
        """With at most so many items; nothing at all where it goes as a whole."""
        if most is not None and self.whole:
            return ""
        if most is not None and most < len(self.items):
            said = f"… {len(self.items) - most} more, cut to fit into one comment."
            opening = self.opening if most else self.opening[:1]
            kept = [*opening, *self.items[:most], "", said, *self.closing, ""]
            return "\n".join(kept)
        return "\n".join([*self.opening, *self.items, *self.closing, ""])


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode())


def fit(sections: Sequence[tuple[int, Section]], limit: int) -> str:
    """Join the sections; while they do not fit, cut them all to fewer items, the highest rank
    first. Rank 0 is never cut.
    """
    kept: dict[int, int | None] = dict.fromkeys(range(len(sections)), None)

    def joined() -> str:
        parts = [section.text(kept[n]) for n, (_, section) in enumerate(sections)]
        return "\n".join(part for part in parts if part)

    order = sorted((n for n in kept if sections[n][0]), key=lambda n: -sections[n][0])
    for most in STEPS:
        for index in order:
            if size(joined()) <= limit - RESERVE:
                break
            if most < sections[index][1].weight:
                kept[index] = most
    text = joined()
    cut = [sections[n][1].title for n, most in kept.items() if most is not None]
    if cut:
        text += f"\n_Cut to fit into {limit} characters: {', '.join(cut)}. {COMPLETE}_\n"
    return text if size(text) <= limit else _chopped(text, limit)


def _chopped(text: str, limit: int) -> str:
    """The last resort: the beginning, which holds the verdict, and a sentence."""
    said = (
        "\n\n_Cut here: the comment would be too long; `sovereign review --json` has all of it._\n"
    )
    return text.encode()[: limit - size(said)].decode(errors="ignore").rsplit("\n", 1)[0] + said
