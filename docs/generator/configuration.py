"""The reference of `sovereign:cluster`: every key with its type, default and meaning, read from the
models and the docstrings below their fields.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from docs.generator.table import MADE_FROM, table
from sovereign import config

INTRODUCTION = """\
# Configuration

One structured key, `sovereign:cluster`, in `Pulumi.<stack>.yaml`; everything but `name` has a
default. `sovereign plan` shows what follows from it; every problem is said at once, with its
path, the value found, the rule and the fix.

| key beside it | meaning |
| --- | --- |
| `sovereign:seed` | secret, 32 characters or more: all keys and tokens come from it |
| `sovereign:operatorCidrs` | who reaches SSH and the API (CIDRs); `[]`: nobody, not even we |
| `sovereign:artifactMirror` | URL or directory instead of every download's scheme and host |
| `hcloud:token` | secret; else `HCLOUD_TOKEN` |

"""
TITLES = {"": "The Sovereign itself", "pools.NAME": "A pool: `pools.NAME`"}


def page() -> str:
    """The page as Markdown."""
    text = MADE_FROM.format(source="sovereign/config.py") + INTRODUCTION
    for path, model in _sections("", config.ClusterConfig):
        title = TITLES.get(path, f"`{path}`")
        said = (model.__doc__ or "").strip() if path else ""
        rows = [
            (
                f"`{field.alias}`",
                _type(field.annotation, field),
                _default(field),
                _meaning(model, name),
            )
            for name, field in model.model_fields.items()
            if not _nested(field)
        ]
        if rows:
            text += f"## {title}\n\n{said}\n\n" if said else f"## {title}\n\n"
            text += table(("key", "type", "default", "meaning"), rows)
    return text.rstrip("\n") + "\n"


def _sections(path: str, model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield path, model
    for field in model.model_fields.values():
        inner = _nested(field)
        if inner:
            name = f"{field.alias}.NAME" if get_origin(field.annotation) is dict else field.alias
            yield from _sections(f"{path}.{name}".lstrip("."), inner)


def _nested(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a section, an optional section, or a named collection of sections."""
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _type(annotation: Any, field: FieldInfo | None = None) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in (Union, UnionType):
        return " or ".join(_type(kind) for kind in inner if kind is not NoneType)
    if origin is list:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return f"{_type(inner[0])} → {_type(inner[1])}"
    if origin is not None and inner:
        return _type(inner[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        keys = ", ".join(str(f.alias) for f in annotation.model_fields.values())
        return f"{{{keys}}}"
    names = {str: "text", int: "integer", float: "number", bool: "true or false"}
    name = names.get(annotation, str(annotation))
    bounds = [str(rule) for rule in (field.metadata if field else [])]
    limits = {part.split("(")[0]: part for part in bounds}
    low = limits.get("Ge", "Ge(ge=)")[6:-1]
    high = limits.get("Le", "Le(le=)")[6:-1]
    return f"{name}, {low} to {high}" if low and high else name


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "must be given"
    value = field.default
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        value = value.model_dump(by_alias=True, exclude_defaults=True)
    return f"`{json.dumps(value)}`"


@cache
def _docstrings() -> dict[tuple[str, str], str]:
    """(class, field) -> the string below the field."""
    tree = ast.parse(Path(config.__file__).read_text(encoding="utf-8"))
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef):
            for field, below in zip(one.body, one.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    said = _string(below)
                    if said:
                        found[one.name, field.target.id] = said
    return found


def _string(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _meaning(model: type[BaseModel], name: str) -> str:
    for one in model.__mro__:
        if (one.__name__, name) in _docstrings():
            return _docstrings()[one.__name__, name]
    return ""
