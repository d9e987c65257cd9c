"""Plain data as YAML that people keep in Git: no anchors, long texts as blocks."""

from collections.abc import Iterable
from typing import Any

import yaml

WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Writes a repeated part again instead of pointing at it."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def document(value: Any) -> str:
    """One YAML document, keys in the order given."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=WIDTH, allow_unicode=True)


def documents(values: Iterable[Any]) -> str:
    """Several, `---` between."""
    return "---\n".join(map(document, values))
