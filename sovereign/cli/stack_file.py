"""What a program directory says of a stack: `Pulumi.yaml`, `Pulumi.<stack>.yaml`, and `--set` over
both.

Encrypted values (`secure:`) cannot be read without the stack's key; they count as not set, and are
named as such.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from sovereign.problems import ConfigError, Problem

CLUSTER_KEY = "sovereign:cluster"


@dataclass(frozen=True)
class StackFile:
    """The configuration of one stack of one program."""

    program: Path
    project: str
    stack: str
    config: dict[str, Any]
    """Full key (`project:key`) -> plain value, `--set` included."""
    encrypted: tuple[str, ...]
    """Keys whose value is encrypted."""
    written: dict[str, Any] = field(default_factory=dict, repr=False)
    """As it stands in the stack file, ciphertexts included."""

    @property
    def is_sovereign(self) -> bool:
        """Whether this is the program of a Sovereign, in any language, not one of an app stack."""
        return self.project == "sovereign" or CLUSTER_KEY in self.config

    def with_defaults(self, defaults: dict[str, Any]) -> "StackFile":
        """The same with values for keys that have none."""
        return replace(self, config={**defaults, **self.config})

    def engine_config(self) -> dict[str, str]:
        """Full key -> text, structured values as JSON, as Pulumi hands them to a program."""
        return {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in self.config.items()
        }


def read(
    program: Path, stack: str, settings: Sequence[str] = (), *, placeholder: str = ""
) -> StackFile:
    """Read both files and apply `path=value` settings.

    A path without a colon is inside `sovereign:cluster` (`cilium.mtu=1400`, `pools={}`); with one
    it is a full key (`sovereign:operatorCidrs=[]`). Values are YAML. `placeholder` (with `{key}`)
    stands for encrypted values, which are left out without one. Raises ConfigError.
    """
    project = _mapping(program / "Pulumi.yaml")
    name = str(project.get("name", ""))
    file = program / f"Pulumi.{stack}.yaml"
    raw = _section(file, "config") if file.is_file() or name == "sovereign" else {}
    defaults = {
        key if ":" in key else f"{name}:{key}": spec.get("default", spec.get("value"))
        for key, spec in _section(program / "Pulumi.yaml", "config").items()
        if isinstance(spec, dict) and not {"default", "value"}.isdisjoint(spec)
    }
    config = {**defaults, **raw}
    encrypted = tuple(key for key, value in config.items() if _is_encrypted(value))
    plain = {
        key: _filled(value, placeholder.format(key=key)) if key in encrypted else value
        for key, value in config.items()
        if placeholder or key not in encrypted
    }
    for setting in settings:
        _apply(plain, setting)
    return StackFile(program, name, stack, plain, encrypted, dict(raw))


def _mapping(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        rule, fix = "is needed to know the program", "give its directory with --program, or --stack"
        raise ConfigError([Problem(str(path), "no such file", rule, fix)]) from None
    except (OSError, UnicodeDecodeError) as error:
        rule, fix = "must be a file in UTF-8 that can be read", "look at it with `file`"
        raise ConfigError([Problem(str(path), str(error), rule, fix)]) from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        place = f"{path}:{where.line + 1}" if where else str(path)
        said = getattr(error, "problem", None) or "not YAML"
        raise ConfigError([Problem(place, said, "must be YAML", "correct that line")]) from None
    if not isinstance(found, dict):
        rule, fix = "must be a YAML mapping", "compare with Pulumi.dev.yaml"
        raise ConfigError([Problem(str(path), repr(found)[:40], rule, fix)])
    return found


def _section(path: Path, key: str) -> dict[str, Any]:
    """A mapping of the file; empty where it has none."""
    found = _mapping(path).get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        rule, fix = "must be a mapping", "compare with Pulumi.dev.yaml"
        raise ConfigError([Problem(f"{path}: {key}", repr(found)[:40], rule, fix)])
    return found


def _apply(config: dict[str, Any], setting: str) -> None:
    path, separator, text = setting.partition("=")
    if not separator or not path:
        rule, fix = "must be path=value", "for example --set pools={} or --set cilium.mtu=1400"
        raise ConfigError([Problem("--set", repr(setting), rule, fix)])
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        fix = "quote it as YAML would need it"
        raise ConfigError([Problem(f"--set {path}", repr(text), "must be YAML", fix)]) from None
    if ":" in path:
        config[path] = value
        return
    node = config
    *parents, last = path.split(".")
    for part in [CLUSTER_KEY, *parents]:
        if node.get(part) is None:
            node[part] = {}
        node = node[part]
        if not isinstance(node, dict):
            rule, fix = f"`{part}` is a value, nothing is inside it", "set the value itself"
            raise ConfigError([Problem(f"--set {path}", repr(text), rule, fix)])
    node[last] = value


def _filled(value: Any, placeholder: str) -> Any:
    """The value with a placeholder at every encrypted place."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return placeholder
        return {key: _filled(item, placeholder) for key, item in value.items()}
    return [_filled(item, placeholder) for item in value] if isinstance(value, list) else value


def _is_encrypted(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))
