"""What a mutation is: one edit of a product file that some test must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One edit. The text `old` occurs exactly once in the file."""

    what: str
    """The defect, in a few words."""
    file: str
    """Path in the repository."""
    old: str
    new: str
    tests: tuple[str, ...]
    """Test files or tests of which at least one must go red."""


@dataclass(frozen=True)
class Mutated:
    """A file and the tests that guard it; calling it makes a mutation."""

    file: str
    tests: tuple[str, ...]

    def __call__(self, what: str, old: str, new: str, *tests: str) -> Mutation:
        """`tests` replaces the file's own ones."""
        return Mutation(what, self.file, old, new, tests or self.tests)


def mutated(file: str, *tests: str) -> Mutated:
    """Mutations of that file, noticed by those tests."""
    return Mutated(file, tests)
