"""What is wrong with a configuration, said to the operator: every problem at once, each with its
path, value, rule and fix.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One broken rule of the configuration."""

    path: str
    """Where, as written in the configuration, for example `pools.default.ids`."""
    value: str
    """What was found there, shortened; never a secret."""
    rule: str
    """What must hold, with its arithmetic or reason."""
    fix: str
    """What to write instead."""

    def __str__(self) -> str:
        return f"{self.path}: found {self.value}; {self.rule}; {self.fix}"


class ConfigError(Exception):
    """A configuration that cannot be used; carries all its problems (at least one)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        super().__init__(f"configuration refused, {title}: " + " | ".join(map(str, self.problems)))


def nearest(word: str, known: Sequence[str], *, title: str = "known") -> str:
    """A fix for a misspelt word: the one that it is close to, else all of them."""
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"{title}: {', '.join(sorted(known))}"
