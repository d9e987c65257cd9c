"""Request bodies: strict pydantic models, and what they refuse in the API's words."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from rehearsal.hetzner.core.errors import invalid_fields
from rehearsal.hetzner.core.labels import valid_labels, valid_selector

_HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def _host_name(name: str) -> str:
    if len(name) > 253 or not all(_HOST_LABEL.fullmatch(part) for part in name.split(".")):
        raise ValueError("is not a valid hostname (RFC 1123)")
    return name


def _plain_name(name: str) -> str:
    if not 1 <= len(name) <= 128:
        raise ValueError("must have 1 to 128 characters")
    return name


IdOrName = StrictInt | StrictStr
HostName = Annotated[str, AfterValidator(_host_name)]
Name = Annotated[str, AfterValidator(_plain_name)]
Labels = Annotated[dict[str, str], AfterValidator(valid_labels)]
Selector = Annotated[str, AfterValidator(valid_selector)]


class Body(BaseModel):
    """A request body. Types are strict; unknown fields are ignored, as the API ignores them."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Update(Body):
    """What every ``PUT`` may change."""

    name: Name | None = None
    labels: Labels | None = None


class Protection(Body):
    """``change_protection`` of every kind but servers."""

    delete: bool | None = None


class Identity(Body):
    """``{"id": 4711}``."""

    id: int


class LabelSelector(Body):
    """``{"selector": "env=dev"}``."""

    selector: Selector


B = TypeVar("B", bound=Body)


def parse(model: type[B], body: Any) -> B:
    """The body as ``model``; :class:`ApiError` ``invalid_input`` that names every bad field."""
    try:
        return model.model_validate({} if body is None else body)
    except ValidationError as problems:
        reasons: dict[str, list[str]] = {}
        for problem in problems.errors(include_url=False, include_input=False):
            field = ".".join(str(part) for part in problem["loc"]) or "body"
            reasons.setdefault(field, []).append(problem["msg"])
        raise invalid_fields(reasons) from None
