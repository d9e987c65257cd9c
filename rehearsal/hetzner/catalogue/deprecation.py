"""When something is announced to go, and when it is gone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deprecation:
    """ISO 8601 moments."""

    announced: str
    unavailable_after: str
