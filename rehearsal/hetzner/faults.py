"""Faults for tests and drills: refused calls, and answers that never arrive."""

import re
from dataclasses import dataclass

from rehearsal.hetzner.core.errors import ApiError


@dataclass
class Fault:
    """Acts on the calls whose method and whole path (after ``/v1``) match.

    ``after`` matching calls pass first, then ``times`` of them are hit (None: all that follow).
    With ``withheld`` the call is carried out and its answer is lost, otherwise it is refused with
    ``code`` and nothing happens.
    """

    method: str
    path: str
    code: str = "invalid_input"
    message: str = "injected failure"
    status: int | None = None
    after: int = 0
    times: int | None = 1
    withheld: bool = False

    def refusal(self) -> ApiError:
        """What the caller is told."""
        return ApiError(self.code, self.message, status=self.status)


class Faults:
    """The faults in wait, in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Lay a fault in wait."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """The API works again."""
        self._waiting.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, if any; it is used up by that."""
        for fault in self._waiting:
            if fault.method != method or not re.fullmatch(fault.path, path):
                continue
            if fault.after:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
            return fault
        return None
