"""The reference of `sovereign:cluster`: every key with its type, default and meaning."""

import json
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from docs.generator.table import MADE_FROM, table
from sovereign.config import ClusterConfig
from sovereign.hosted.sections import LISTED, keys, meanings, nested, places

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
    for path, model in places(ClusterConfig):
        if LISTED in path:
            continue  # its keys stand in the row of the list
        title = TITLES.get(path, f"`{path}`")
        said = (model.__doc__ or "").strip() if path else ""
        rows = [
            (f"`{key}`", _type(field.annotation, field), _default(field), meanings(model)[key])
            for key, field in keys(model)
            if all(LISTED in place for place, _ in nested(field.annotation))
        ]
        if rows:
            text += f"## {title}\n\n{said}\n\n" if said else f"## {title}\n\n"
            text += table(("key", "type", "default", "meaning"), rows)
    return text.rstrip("\n") + "\n"


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
