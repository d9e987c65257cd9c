"""Errors of the Hetzner Cloud API: one exception, the status of every code in one table.

Statuses with a source: the API description (``422`` of the operation specific errors),
jenkinsci/hetzner-cloud-plugin#21 (``412 resource_unavailable``). Codes that the description lists
without a status answer 422; those of ``protected`` and ``placement_error`` are assumptions.
"""

from typing import Any

STATUS: dict[str, int] = {
    "json_error": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "token_readonly": 403,
    "resource_limit_exceeded": 403,
    "not_found": 404,
    "firewall_resource_not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "uniqueness_error": 409,
    "deprecated_api_endpoint": 410,
    "placement_error": 412,
    "resource_unavailable": 412,
    "locked": 423,
    "protected": 423,
    "rate_limit_exceeded": 429,
    "server_error": 500,
    "service_error": 500,
}


class ApiError(Exception):
    """A refusal as the API words it.

    ``status`` defaults to the status of the code, 422 for a code that is not in :data:`STATUS`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.status = status or STATUS.get(code, 422)
        self.details = details

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        error = {"code": self.code, "message": self.message, "details": self.details}
        return {"error": error}


def not_found(noun: str, identity: int | str) -> ApiError:
    """``noun`` in the API's words (``server``, ``placement_group``)."""
    by = "ID" if isinstance(identity, int) else "name"
    return ApiError("not_found", f"{noun} with {by} '{identity}' not found")


def invalid_input(field: str, reason: str) -> ApiError:
    """422 for one field of the body; the details name it as the API does."""
    return invalid_fields({field: [reason]})


def invalid_fields(reasons: dict[str, list[str]]) -> ApiError:
    """422 for several fields at once."""
    names = ", ".join(f"'{name}'" for name in reasons)
    first = next(iter(reasons.values()))[0]
    return ApiError(
        "invalid_input",
        f"invalid input in {'field' if len(reasons) == 1 else 'fields'} {names}: {first}",
        details={"fields": [{"name": n, "messages": m} for n, m in reasons.items()]},
    )
