"""What a host's cloud-init came to, as its own result file says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RESULT = "/run/cloud-init/result.json"
OUTPUT = "/var/log/cloud-init-output.log"


@dataclass(frozen=True)
class CloudInitResult:
    """`status` is running, done or error; with error, `errors` says why."""

    status: str
    errors: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"status": self.status, "errors": list(self.errors)}


def read(result: str) -> CloudInitResult:
    """From the text of result.json; an empty one means that cloud-init still runs.

    A stage's exit code says less than this file: some failures are in here only.
    """
    if not result.strip():
        return CloudInitResult("running")
    found: Mapping[str, Any] = json.loads(result).get("v1") or {}
    errors = tuple(str(error) for error in found.get("errors") or ())
    return CloudInitResult("error" if errors else "done", errors)
