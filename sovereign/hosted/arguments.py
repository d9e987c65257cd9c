"""The configuration model as types that Pulumi's component host understands.

Derived from `sovereign.config`, so that there is one list of keys: a section becomes a TypedDict
with the names an operator writes, a choice of words an enumeration, everything else its plain type.
The host knows no Literal and no Annotated, and refuses unions (pulumi 3.272).
"""

import json
import types
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, TypedDict, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sovereign.hosted.sections import keys, meanings


@cache
def typed(model: type[BaseModel]) -> type:
    """The TypedDict of a section; every key that has a default may be left away."""
    fields: dict[str, Any] = {}
    for key, field in keys(model):
        annotation = _type(field.annotation, _word(model, key))
        fields[key] = annotation if field.is_required() else NotRequired[annotation]
    found: type = TypedDict(model.__name__, fields)  # type: ignore[misc]
    found.__doc__ = model.__doc__
    return found


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Key -> what config.py says of it, and its default."""
    said = meanings(model)
    return {
        key: " ".join(sentence for sentence in (said[key], _default(field)) if sentence)
        for key, field in keys(model)
    }


def _type(annotation: Any, word: str) -> Any:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inner[0], word)
    if origin in (Union, types.UnionType):
        (wanted,) = (one for one in inner if one is not type(None))
        return _type(wanted, word)
    if origin is Literal:
        return _enumeration(word, inner)
    if origin is list:
        return list[_type(inner[0], word)]  # type: ignore[misc]
    if origin is dict:
        return dict[str, _type(inner[1], word)]  # type: ignore[misc]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return typed(annotation)
    return annotation


@cache
def _enumeration(word: str, values: tuple[str, ...]) -> type[Enum]:
    members = {_pascal(value): value for value in values}
    found: type[Enum] = Enum(word, members, type=str, module=__name__)  # type: ignore[misc]
    found.__doc__ = None
    return found


def _word(model: type[BaseModel], key: str) -> str:
    """Name of an enumeration: `EncryptionType` for the key `type` of EncryptionConfig."""
    return model.__name__.removesuffix("Config") + _pascal(key)


def _pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in text.split("-"))


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required() or value is None or value in ([], {}) or isinstance(value, BaseModel):
        return ""
    return f"Default: {json.dumps(value)}."
