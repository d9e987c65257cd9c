"""The API's request budget: 3600 per project, one comes back per second."""

from collections.abc import Callable

BUDGET = 3600
REFILL_PER_S = 1.0


class RateLimit:
    """A bucket of ``BUDGET`` requests; ``clock`` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = float(BUDGET)
        self._at = clock()

    def spend(self) -> bool:
        """Take one request out of the budget; False when there is none left."""
        now = self._clock()
        self._left = min(BUDGET, self._left + max(0.0, now - self._at) * REFILL_PER_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def headers(self) -> dict[str, str]:
        """``RateLimit-Reset`` is the moment (epoch seconds) at which the budget is whole again."""
        full_at = self._at + (BUDGET - self._left) / REFILL_PER_S
        return {
            "RateLimit-Limit": str(BUDGET),
            "RateLimit-Remaining": str(int(self._left)),
            "RateLimit-Reset": str(int(full_at)),
        }
