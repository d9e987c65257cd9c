"""YAML read the fast way where libyaml is at hand, and never as anything but plain values."""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """The plain value of a YAML text; raises yaml.YAMLError as PyYAML does."""
    return yaml.load(text, Loader=_LOADER)
