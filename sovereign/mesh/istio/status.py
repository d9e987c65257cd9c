"""What can become of a field of the input."""

from enum import StrEnum


class Status(StrEnum):
    """Ordered from harmless to lost; a field keeps the worst that was said of it."""

    UNTOUCHED = "untouched"
    """Not Istio's; stays as it is."""
    CONVERTED = "converted"
    """The output means the same."""
    REMOVED = "removed"
    """Belonged to the sidecar alone."""
    DIFFERENT = "converted with a difference"
    """The output means something else in a case that the note names."""
    LOST = "not convertible"
    """The output does not hold it; the note says why."""

    @property
    def weight(self) -> int:
        """Position in that order."""
        return list(Status).index(self)
