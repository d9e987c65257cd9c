"""What the configuration model says of itself: its sections, their keys, the texts below them.

Read by the plugin's schema and by the reference of the configuration alike.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

NAMED = ".NAME"
"""Stands in a path where the operator chooses the name."""
LISTED = "[]"
"""Stands in a path where there is one after the other."""
STEPS: dict[Any, str] = {dict: NAMED, list: LISTED}


def keys(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Every key of a section as an operator writes it, with its field."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def places(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """A section and all that are inside it, each with its path: `pools.NAME.taints[]`."""
    yield path, model
    for key, field in keys(model):
        for place, inner in nested(field.annotation):
            yield from places(inner, f"{path}.{key}{place}".lstrip("."))


def sections(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A section and all that are inside it, each once."""
    return list(dict.fromkeys(section for _, section in places(model)))


def nested(annotation: Any) -> list[tuple[str, type[BaseModel]]]:
    """The sections in the type of a key, each with what its path has after the key."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [("", annotation)]
    step = STEPS.get(get_origin(annotation), "")
    inner = [found for one in get_args(annotation) for found in nested(one)]
    return [(step + place, section) for place, section in inner]


@cache
def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Key -> the text below its field; also of fields that sections share."""
    texts: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            texts |= _docstrings(cls)
    return {field.alias or name: texts.get(name, "") for name, field in model.model_fields.items()}


def _docstrings(cls: type) -> dict[str, str]:
    """Name -> the text below the field in the source."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            found[ast.unparse(field.target)] = " ".join(ast.literal_eval(text.value).split())
    return found
