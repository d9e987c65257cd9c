"""What Pulumi's protocol does to a value: every number of it arrives as a float."""

from collections.abc import Mapping
from typing import Any


def whole_numbers(value: Any) -> Any:
    """The value with whole numbers as int, at any depth; everything else as it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: whole_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [whole_numbers(inner) for inner in value]
    return value
